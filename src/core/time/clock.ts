/** A source of time and timers for a policy, so that tests run without waiting. */
export interface Clock {
  /** The time, in milliseconds since 1970. */
  now(): number;
  /**
   * Runs `fn` once after `ms` milliseconds. `purpose` is `'wait'` if a call does nothing until then (a backoff, a
   * cool-down, permits, patience); without it the timer is a time limit.
   */
  setTimeout(fn: () => void, ms: number, purpose?: 'wait'): unknown;
  /** Cancels a timer that has not run. */
  clearTimeout(handle: unknown): void;
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
