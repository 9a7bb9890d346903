import type { Clock } from './clock.js';

/** The clock of policies: changes of the system time neither open nor expire anything. */
export const monotonicClock: Clock = {
  // Looked up at each call, so that fake timers installed later are seen.
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** A time of the clock for events and errors: since 1970 for the default clock of policies, otherwise unchanged. */
export function epochTime(clock: Clock, time: number): number {
  return clock === monotonicClock ? Math.round(Date.now() + time - performance.now()) : time;
}
