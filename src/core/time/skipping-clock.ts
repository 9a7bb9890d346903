import type { Clock } from './clock.js';
import { afterPromises, ManualTimers } from './manual-timers.js';

/** A clock for tests in which nothing waits, and time limits expire only when the clock is advanced. */
export interface SkippingClock extends Clock {
  /** Advances the time by `ms` and runs what falls due, time limits too, in order of time. */
  advance(ms: number): Promise<void>;
  /** How many timers are set. */
  readonly pendingTimers: number;
}

/**
 * Returns a clock on which no call waits: backoffs, cool-downs, waits for permits and the patience of `orderSafety`
 * end at once, and the clock then shows the time at which they would have ended.
 *
 * Time limits (`deadlineMs`, `attemptTimeoutMs`, `bulkhead.maxWaitMs`) and open circuits stay until {@link
 * SkippingClock.advance} moves the time past them, so real work, such as an HTTP request, may take any time. Times
 * are in milliseconds; the clock starts at `startMs`, by default 0.
 *
 * @throws RangeError from `advance` if `ms` is negative or not finite.
 * @example
 * ```ts
 * import { createPolicy, WEEXRateLimitError } from 'weex-resilience';
 * import { createSkippingClock } from 'weex-resilience/testing';
 *
 * const clock = createSkippingClock();
 * const policy = createPolicy({ clock, retry: { maxRetries: 1 } });
 * await policy.executeOutcome(() => Promise.reject(new WEEXRateLimitError('busy', { retryAfter: 30 })));
 * console.log(clock.now()); // 30000, without any waiting
 * ```
 */
export function createSkippingClock(startMs = 0): SkippingClock {
  const timers = new ManualTimers(startMs);
  let isSkipping = false;

  // One wait per turn of the event loop: its effects come before the next one.
  const skip = (): void => {
    isSkipping = false;
    timers.runWait();
    skipLater();
  };
  const skipLater = (): void => {
    if (isSkipping || !timers.hasWaits) return;
    isSkipping = true;
    afterPromises(skip);
  };

  return {
    now: () => timers.nowMs,
    setTimeout(fn, ms, purpose) {
      const handle = timers.set(fn, ms, purpose);
      skipLater();
      return handle;
    },
    clearTimeout: (handle) => timers.clear(handle),
    advance: (ms) => timers.advance(ms),
    get pendingTimers() {
      return timers.size;
    },
  };
}
