import type { Clock } from './clock.js';

/** The clock of policies: a change of the system time neither opens nor expires anything. */
export const monotonicClock: Clock = {
  // Looked up at each call, so that fake timers installed later are seen.
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** A time of the clock as others see it: since 1970 for the clock of policies, else as it is. */
export function epochTime(clock: Clock, time: number): number {
  return clock === monotonicClock ? Math.round(Date.now() + time - performance.now()) : time;
}
