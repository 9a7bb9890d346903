import { tellable } from '../observability/error-facts.js';
import type { CircuitChange } from '../observability/events.js';
import { listen } from '../observability/listen.js';
import type { DecisionState } from './dashboard-state.js';
import { RecentGroups } from './recent-groups.js';

const capacity = 15;

/** What the library decided, with equal decisions grouped. */
export class Decisions {
  readonly stop: () => void;
  readonly #groups: RecentGroups<string> = new RecentGroups(capacity);
  #coordinatorLostAt: number | undefined;

  constructor(now: () => number) {
    const note = (what: string, subject: string, text: string): void =>
      this.#groups.add(`${what} ${subject}`, tellable(`${subject}: ${text}`), now());
    const ofCircuit = (what: string, event: CircuitChange, text: string): void =>
      note(what, event.key === undefined ? event.policy : `${event.policy}, ${event.key}`, text);
    this.stop = listen({
      circuitOpened: (event) =>
        ofCircuit(
          'opened',
          event,
          `the circuit opened; a trial follows after ${seconds(event.halfOpenAfterMs)}`,
        ),
      circuitHalfOpened: (event) => ofCircuit('half', event, 'the circuit lets a trial through'),
      circuitClosed: (event) => ofCircuit('closed', event, 'the circuit closed; calls go through again'),
      circuitIsolated: (event) => ofCircuit('isolated', event, 'the circuit was isolated by hand'),
      coolDownEntered: ({ delayMs, error, policy }) =>
        note(
          'cool',
          policy,
          `pauses for ${seconds(delayMs)}${error === undefined ? ', as another process does' : ''}`,
        ),
      coolDownLeft: ({ lastedMs, policy }) => note('warm', policy, `resumed after ${seconds(lastedMs)}`),
      budgetExhausted: ({ policy }) => note('budget', policy, 'does not retry: the retry budget is used up'),
      fallbackUsed: ({ policy }) => note('fallback', policy, 'used a fallback'),
      limitAdapted: ({ from, policy, to }) => note('limit', policy, `lowers its limit from ${from} to ${to}`),
      limitContradicted: ({ limitType, market, seen }) =>
        note(
          'contradiction',
          market,
          `uses the limit that answers show: ${seen.limit} ${limitType} in ${seconds(seen.windowMs)}`,
        ),
      policyReconfigured: ({ changed, policy }) =>
        note('options', policy, `has new options: ${changed.join(', ')}`),
      coordinatorLost: () => {
        this.#coordinatorLostAt ??= now();
        note('lost', 'coordinator', 'does not answer; each process continues with its last share');
      },
      coordinatorRegained: () => {
        this.#coordinatorLostAt = undefined;
        note('regained', 'coordinator', 'answers again');
      },
    });
  }

  get coordinatorLostAt(): number | undefined {
    return this.#coordinatorLostAt;
  }

  state(): DecisionState[] {
    return this.#groups.latest().map(({ count, facts, last }) => ({ text: facts, count, last }));
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
