import type { Clock } from '../../core/time/clock.js';
import { asOne } from '../../observability/outbox.js';

/** The purpose of an execution's timer. */
export type TimerPurpose = 'attempt' | 'deadline' | 'queue' | 'retry' | 'resolve' | 'fallback';

/** An object with one timer. The timer is not a separate object, which saves an allocation per execution. */
interface Timed {
  readonly policy: { readonly clock: Clock };
  timer: unknown;
  onTimer(purpose: TimerPurpose, now: number): void;
}

/** Starts the timer unless `at` is `Infinity`; no timer may be running. */
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
