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

type Facts = Omit<FailureState, 'count' | 'first' | 'last'>;

/** The last failures, those of one operation, class and code as one. Nothing of the errors themselves is kept. */
export class RecentFailures {
  readonly #groups: RecentGroups<Facts> = new RecentGroups(capacity);

  /** Takes a failure down and says what it has in common with others. */
  add(error: unknown, operation: string | undefined, now: number): FailureFamily {
    const { code, kind = 'unknown', message, type } = factsOf(error);
    const name = tellable(operation ?? operationOf(error) ?? 'unnamed');
    const facts = {
      operation: name,
      type,
      ...(code === undefined ? {} : { code }),
      message,
      advice: tellable(adviceOn(error)),
    };
    this.#groups.add(`${name} ${type} ${code}`, facts, now);
    return families[kind] ?? 'refused';
  }

  state(): FailureState[] {
    return this.#groups.latest().map(({ count, facts, first, last }) => ({ ...facts, count, first, last }));
  }
}
