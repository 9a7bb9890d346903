import type { Clock } from '../../core/time/clock.js';
import { asOne } from '../../observability/outbox.js';

/** What the timer of an execution is there for. */
export type TimerPurpose = 'attempt' | 'deadline' | 'queue' | 'retry' | 'resolve' | 'fallback';

/** The one timer of an execution. It is no object of its own: an execution that succeeds costs one less. */
export abstract class ExecutionTimer {
  abstract readonly policy: { readonly clock: Clock };
  #timer: unknown = undefined;

  /** Sets it, where `at` is a time; none may be running. */
  arm(at: number, purpose: TimerPurpose, now: number): void {
    if (at === Infinity) return;
    const waitMs = Math.min(Math.max(0, Math.ceil(at - now)), 2 ** 31 - 1);
    const fire = (): void => {
      this.#timer = undefined;
      this.onTimer(purpose, this.policy.clock.now());
    };
    this.#timer = this.policy.clock.setTimeout(
      () => asOne(fire),
      waitMs,
      purpose === 'retry' ? 'wait' : undefined,
    );
  }

  disarm(): void {
    if (this.#timer === undefined) return;
    this.policy.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected abstract onTimer(purpose: TimerPurpose, now: number): void;
}
