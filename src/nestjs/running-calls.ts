import { onResilienceEvent } from '../observability/on-resilience-event.js';

/** A call in progress. */
export interface RunningCall {
  readonly policy: string;
  readonly operation: string | undefined;
  readonly key: string | undefined;
  /** In milliseconds since 1970, or on the time scale of the policy's own clock. */
  readonly startedAt: number;
  /** How many attempts have started; 0 while the call waits for its first. */
  attempts: number;
}

/** The calls of one registry that have started and not settled. */
export class RunningCalls {
  readonly #calls: Map<number, RunningCall> = new Map();
  readonly #stops: (() => void)[];
  #whenEmpty: (() => void) | undefined;

  constructor(registry: object) {
    this.#stops = [
      onResilienceEvent(
        'callStarted',
        ({ callId, policy, operation, key, at }) =>
          this.#calls.set(callId, { policy, operation, key, startedAt: at, attempts: 0 }),
        { registry },
      ),
      onResilienceEvent(
        'attemptStarted',
        ({ callId }) => {
          const call = this.#calls.get(callId);
          if (call) call.attempts += 1;
        },
        { registry },
      ),
      onResilienceEvent(
        'callSettled',
        ({ callId }) => {
          this.#calls.delete(callId);
          if (this.#calls.size === 0) this.#whenEmpty?.();
        },
        { registry },
      ),
    ];
  }

  get list(): RunningCall[] {
    return [...this.#calls.values()];
  }

  /** Waits until no call is open, for at most `forMs` milliseconds, and returns the calls that are still open. */
  async drain(forMs: number): Promise<RunningCall[]> {
    if (this.#calls.size > 0 && forMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, forMs);
        this.#whenEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#whenEmpty = undefined;
    }
    return this.list;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
