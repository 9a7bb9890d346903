import { factsOf, operationOf, tellable } from '../observability/error-facts.js';
import { adviceOn } from './advice.js';
import type { FailureFamily, FailureState } from './dashboard-state.js';
import { RecentGroups } from './recent-groups.js';

const capacity = 12;
const families: Readonly<Record<string, FailureFamily>> = {
  'rate-limit': 'limited',
  network: 'silent',
  timeout: 'silent',
  system: 'broken',
  'circuit-open': 'local',
  'bulkhead-full': 'local',
  'outcome-unknown': 'unknown',
  unknown: 'unknown',
};

/** Where a failure was seen, as far as known. */
interface Place {
  readonly operation: string | undefined;
  readonly policy: string | undefined;
}

type Facts = Omit<FailureState, 'count' | 'first' | 'last'>;

/**
 * The last failures, grouped by operation (or policy), class and code; if they have no code of the exchange, by
 * message, ignoring numbers and ids in it. The errors themselves are not kept.
 */
export class RecentFailures {
  readonly #groups: RecentGroups<Facts> = new RecentGroups(capacity);

  /** Records a failure and returns its family. */
  add(error: unknown, { operation, policy }: Place, now: number): FailureFamily {
    const { code, kind, message, type } = factsOf(error);
    const name = tellable(operation ?? operationOf(error) ?? policy ?? 'unnamed');
    const facts = {
      operation: name,
      type,
      ...(code === undefined ? {} : { code }),
      message,
      advice: tellable(adviceOn(error)),
    };
    const said = kind === undefined || code === undefined ? patternOf(message) : '';
    this.#groups.add(`${name} ${type} ${code} ${said}`, facts, now);
    return families[kind ?? 'unknown'] ?? 'refused';
  }

  state(): FailureState[] {
    return this.#groups.latest().map(({ count, facts, first, last }) => ({ ...facts, count, first, last }));
  }
}

/** A message without the words that have a digit, such as ids and times. */
function patternOf(message: string): string {
  return message.replace(/[^\s"'(),=]+/g, (word) => (/\d/.test(word) ? '#' : word));
}
