import { listen } from '../observability/listen.js';
import { listenForErrors } from '../observability/listen-for-errors.js';
import type { CallOutcome, DashboardState, Totals } from './dashboard-state.js';
import { Decisions } from './decisions.js';
import { Doubts } from './doubts.js';
import { PolicyStates } from './policy-states.js';
import { RecentFailures } from './recent-failures.js';
import { Traffic } from './traffic.js';

const outcomes: Readonly<Record<'success' | 'failure' | 'aborted', CallOutcome>> = {
  success: 'succeeded',
  failure: 'failed',
  aborted: 'aborted',
};

/** Listens to all that the process does under policies, and keeps what the page shows of it, in bounded memory. */
export class Gatherer {
  readonly #now: () => number;
  readonly #title: string;
  readonly #since: number;
  readonly #totals: Totals = {
    calls: 0,
    succeeded: 0,
    failed: 0,
    aborted: 0,
    retries: 0,
    refused: 0,
    ordersExecuted: 0,
    ordersNotExecuted: 0,
    ordersUnknown: 0,
  };
  readonly #traffic: Traffic;
  readonly #failures = new RecentFailures();
  readonly #policies = new PolicyStates();
  readonly #doubts: Doubts;
  readonly #decisions: Decisions;
  readonly #stops: readonly (() => void)[];

  constructor(title: string, now: () => number) {
    this.#title = title;
    this.#now = now;
    this.#since = now();
    this.#traffic = new Traffic(this.#since);
    this.#doubts = new Doubts(now);
    this.#decisions = new Decisions(now);
    const totals = this.#totals;
    this.#stops = [
      listen({
        callSettled: ({ outcome }) => {
          const told = outcomes[outcome];
          totals.calls += 1;
          totals[told] += 1;
          this.#traffic.call(told, now());
        },
        retryScheduled: () => (totals.retries += 1),
        callRefused: () => (totals.refused += 1),
        orderSettled: ({ verdict }) => {
          if (verdict === 'executed') totals.ordersExecuted += 1;
          else if (verdict === 'unknown') totals.ordersUnknown += 1;
          else totals.ordersNotExecuted += 1;
        },
      }),
      listenForErrors((error, operation, policy) =>
        this.#traffic.failure(this.#failures.add(error, { operation, policy }, now()), now()),
      ),
      this.#doubts.stop,
      this.#decisions.stop,
      () => this.#policies.stop(),
    ];
  }

  /** Looks at the policies; to be called once a second. */
  sample(): void {
    const now = this.#now();
    this.#traffic.sample(this.#policies.sample(now), now);
  }

  state(): DashboardState {
    const now = this.#now();
    const { coordinatorLostAt } = this.#decisions;
    return {
      title: this.#title,
      pid: process.pid,
      since: this.#since,
      at: now,
      totals: { ...this.#totals },
      traffic: this.#traffic.state(now),
      policies: this.#policies.state(now),
      failures: this.#failures.state(),
      decisions: this.#decisions.state(),
      doubts: this.#doubts.state(),
      forgottenDoubts: this.#doubts.forgotten,
      ...(coordinatorLostAt === undefined ? {} : { coordinatorLostAt }),
    };
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
