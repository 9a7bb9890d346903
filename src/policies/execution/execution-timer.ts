import type { Clock } from '../../core/time/clock.js';
import { asOne } from '../../observability/outbox.js';

/** What the timer of an execution is there for. */
export type TimerPurpose = 'attempt' | 'deadline' | 'queue' | 'retry' | 'resolve' | 'fallback';

/** Whatever has one timer. It is no object of its own: an execution that succeeds costs one less. */
interface Timed {
  readonly policy: { readonly clock: Clock };
  timer: unknown;
  onTimer(purpose: TimerPurpose, now: number): void;
}

/** Sets the timer, where `at` is a time; none may be running. */
export function armTimer(timed: Timed, at: number, purpose: TimerPurpose, now: number): void {
  if (at === Infinity) return;
  const { clock } = timed.policy;
  const waitMs = Math.min(Math.max(0, Math.ceil(at - now)), 2 ** 31 - 1);
  const fire = (): void => {
    timed.timer = undefined;
    timed.onTimer(purpose, clock.now());
  };
  timed.timer = clock.setTimeout(() => asOne(fire), waitMs, purpose === 'retry' ? 'wait' : undefined);
}

export function disarmTimer(timed: Timed): void {
  timed.policy.clock.clearTimeout(timed.timer);
  timed.timer = undefined;
}
