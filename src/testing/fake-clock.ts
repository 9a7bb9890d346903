import nodeTimers from 'node:timers';

/** A clock for tests: time stands still until {@link FakeClock.advance} moves it. */
export interface FakeClock {
  /** The time of the clock, in milliseconds. */
  now(): number;
  /** Runs `fn` once the clock has moved on by `ms`. */
  setTimeout(fn: () => void, ms: number, purpose?: 'wait'): number;
  /** Takes back a timer that has not run. Anything else is ignored, as by Node. */
  clearTimeout(handle: unknown): void;
  /** Moves the time on by `ms` and runs what falls due, in order of time. */
  advance(ms: number): Promise<void>;
  /** How many timers are set: 0 when the code under test has cleaned up. */
  readonly pendingTimers: number;
}

// Taken at load, and not from the globals, so that a test runner's own fake timers cannot stop this clock.
const { setImmediate } = nodeTimers;

// Node fires a longer delay after 1 ms; a fake clock that did better would hide the fault.
const longestDelayMs = 2 ** 31 - 1;

interface Timer {
  readonly handle: number;
  readonly dueMs: number;
  readonly fn: () => void;
}

/**
 * Returns a clock that tests move manually, for the `clock` option of a policy.
 *
 * `advance(ms)` runs due timers in order of time, those of the same moment in the order in which they were set, and
 * lets all promise chains settle before the first and after each. Timers set by these run too if they fall due in
 * time. An error thrown by a timer rejects `advance`. As in Node, a delay above 2^31 − 1 ms runs after 1 ms.
 *
 * Times are in milliseconds. The clock starts at `startMs`, by default 0.
 *
 * @throws RangeError from `advance` when `ms` is negative or not finite.
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
  const timers = new Map<number, Timer>();
  let nowMs = startMs;
  let lastHandle = 0;

  const takeDue = (untilMs: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers.values()) {
      if (timer.dueMs <= untilMs && (!first || timer.dueMs < first.dueMs)) first = timer;
    }
    if (first) timers.delete(first.handle);
    return first;
  };

  return {
    now: () => nowMs,
    setTimeout(fn, ms) {
      const delayMs = ms > longestDelayMs ? 1 : Math.max(0, ms || 0);
      lastHandle += 1;
      timers.set(lastHandle, { handle: lastHandle, dueMs: nowMs + delayMs, fn });
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
      for (let timer = takeDue(untilMs); timer; timer = takeDue(untilMs)) {
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.fn();
        await settlePromises();
      }
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
