import nodeTimers from 'node:timers';
import type { Clock } from './clock.js';

/** A clock for tests in which nothing waits, and in which time limits end what they limit only by hand. */
export interface SkippingClock extends Clock {
  /** Moves the time on by `ms` and runs what falls due, time limits too, in order of time. */
  advance(ms: number): Promise<void>;
  /** How many timers are set. */
  readonly pendingTimers: number;
}

interface Timer {
  readonly dueMs: number;
  readonly waits: boolean;
  readonly fn: () => void;
}

// Taken at load, and not from the globals, so that a test runner's own fake timers cannot stop this clock.
const { setImmediate } = nodeTimers;

/**
 * Returns a clock on which no call waits: backoffs, cool-downs, waits for permits and the patience of `orderSafety`
 * end at once, and the clock then shows the time at which they would have ended.
 *
 * Time limits (`deadlineMs`, `attemptTimeoutMs`, `bulkhead.maxWaitMs`) and open circuits stay until
 * {@link SkippingClock.advance} moves the time past them. So real work, an HTTP request for example, may take as
 * long as it takes. Times are in milliseconds; the clock starts at `startMs`, by default 0.
 *
 * @throws RangeError from `advance` when `ms` is negative or not finite.
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
  const timers = new Map<number, Timer>();
  let nowMs = startMs;
  let lastHandle = 0;
  let isSkipping = false;

  const runNext = (untilMs: number, waitsOnly: boolean): boolean => {
    const due = [...timers].filter(([, timer]) => timer.dueMs <= untilMs && (timer.waits || !waitsOnly));
    const [first] = due.toSorted(([, left], [, right]) => left.dueMs - right.dueMs);
    if (!first) return false;
    const [handle, timer] = first;
    timers.delete(handle);
    nowMs = Math.max(nowMs, timer.dueMs);
    timer.fn();
    return true;
  };

  // One wait a turn of the event loop: what it sets off comes before the next one.
  const skip = (): void => {
    isSkipping = false;
    runNext(Infinity, true);
    skipLater();
  };
  const skipLater = (): void => {
    if (isSkipping || ![...timers.values()].some(({ waits }) => waits)) return;
    isSkipping = true;
    setImmediate(skip);
  };

  return {
    now: () => nowMs,
    setTimeout(fn, ms, purpose) {
      lastHandle += 1;
      timers.set(lastHandle, { dueMs: nowMs + Math.max(0, ms || 0), waits: purpose === 'wait', fn });
      skipLater();
      return lastHandle;
    },
    clearTimeout(handle) {
      timers.delete(handle as number);
    },
    async advance(ms) {
      if (!(ms >= 0 && Number.isFinite(ms))) {
        throw new RangeError(`Cannot advance the clock: ms must be a finite number from 0, received ${ms}`);
      }
      const untilMs = nowMs + ms;
      await settlePromises();
      while (runNext(untilMs, false)) await settlePromises();
      nowMs = Math.max(nowMs, untilMs);
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

// A macrotask starts only when every promise chain has settled, however long it is.
function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
