import { ManualTimers } from '../core/time/manual-timers.js';
import { longestMs } from '../core/options/option-table.js';

/** A clock for tests that moves only when {@link FakeClock.advance} is called. */
export interface FakeClock {
  /** The time of the clock, in milliseconds. */
  now(): number;
  /** Runs `fn` once the clock has advanced by `ms`. */
  setTimeout(fn: () => void, ms: number, purpose?: 'wait'): number;
  /** Cancels a timer that has not run. Other values are ignored, as in Node. */
  clearTimeout(handle: unknown): void;
  /** Advances the time by `ms` and runs what falls due, in order of time. */
  advance(ms: number): Promise<void>;
  /** How many timers are set: 0 when the code under test has cleaned up. */
  readonly pendingTimers: number;
}

// Node runs a longer delay after 1 ms; a fake clock that did not would hide the mistake.
const fired = (ms: number): number => (ms > longestMs ? 1 : ms);

/**
 * Returns a clock that tests advance, for the `clock` option of a policy.
 *
 * `advance(ms)` runs due timers in order of time, those of the same moment in the order in which they were set, and
 * lets all promise chains settle before the first and after each. Timers set by these run too if they fall due in
 * time. An error thrown by a timer rejects `advance`. As in Node, a delay above 2^31 − 1 ms runs after 1 ms.
 *
 * Times are in milliseconds. The clock starts at `startMs`, by default 0.
 *
 * @throws RangeError from `advance` if `ms` is negative or not finite.
 * @example
 * ```ts
 * import { createFakeClock } from 'weex-resilience/testing';
 *
 * const clock = createFakeClock();
 * let rang = false;
 * clock.setTimeout(() => (rang = true), 60_000);
 * await clock.advance(60_000);
 * console.log(rang, clock.now()); // true 60000
 * ```
 */
export function createFakeClock(startMs = 0): FakeClock {
  const timers = new ManualTimers(startMs);
  return {
    now: () => timers.nowMs,
    setTimeout: (fn, ms) => timers.set(fn, fired(ms)),
    clearTimeout: (handle) => timers.clear(handle),
    advance: (ms) => timers.advance(ms),
    get pendingTimers() {
      return timers.size;
    },
  };
}
