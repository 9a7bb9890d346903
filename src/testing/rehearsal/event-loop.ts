import { TimerHeap } from '../../core/time/timer-heap.js';

/** The time of a rehearsal, and everything that is to happen in it. */
export interface EventLoop {
  /** Milliseconds since the rehearsal began; no step of a clock changes it. */
  readonly nowMs: number;
  /**
   * Runs `fn` after `ms`. What falls due at one moment runs in the order in which it was set. `owner` is who waits:
   * see {@link EventLoop.drop}.
   */
  set(fn: () => void, ms: number, owner?: object): number;
  clear(handle: unknown): void;
  /** Forgets everything that an owner waits for, and whatever it is going to wait for: it is gone. */
  drop(owner: object): void;
  /** How much an owner waits for, without what it does not care to wait for. */
  pending(owner: object): number;
  /** Whether a timer that has not run counts as something that its owner waits for. */
  count(handle: number, counts: boolean): void;
  /** How much has run. */
  readonly turns: number;
  /** To be called in a turn: no time passes until work outside the rehearsal, for example of a thread, is done. */
  holdFor(work: Promise<unknown>): void;
  /**
   * Runs what falls due, one after the other, until nothing is left, `until` returns true, or the time is over.
   * Rejects with a {@link StandstillError} when so much happens at one moment that the time would never move on.
   */
  run(untilMs: number, until?: () => boolean): Promise<void>;
}

/** The time of a rehearsal does not move, because the program waits for it without letting it. */
export class StandstillError extends Error {
  override readonly name = 'StandstillError';
}

interface Timer {
  readonly handle: number;
  readonly dueMs: number;
  counts: boolean;
  readonly owner: object | undefined;
  readonly fn: () => void;
}

// Taken at load: the loop itself must not run on the time that it makes.
const { setImmediate } = globalThis;

// As Node: a longer delay fires after 1 ms.
const longestDelayMs = 2 ** 31 - 1;

const stepsAtOnce = 32;

/** More than this at one moment is an endless loop. */
const mostTurnsAtOnce = 50_000;

/** Returns a new event loop, at time 0. */
export function createEventLoop(): EventLoop {
  const timers = new TimerHeap<Timer>();
  const gone = new WeakSet<object>();
  let nowMs = 0;
  let lastHandle = 0;
  let turns = 0;
  let turnsAtOnce = 0;
  let isHeld = false;
  let resume = (): void => {};

  /** Runs what falls due first; `false` where nothing does in time. */
  const runNext = (untilMs: number): boolean => {
    const timer = timers.first();
    if (!timer || timer.dueMs > untilMs) {
      if (Number.isFinite(untilMs)) nowMs = Math.max(nowMs, untilMs);
      return false;
    }
    turns += 1;
    turnsAtOnce = timer.dueMs > nowMs ? 0 : turnsAtOnce + 1;
    timers.delete(timer.handle);
    if (turnsAtOnce > mostTurnsAtOnce) {
      turnsAtOnce = 0;
      throw new StandstillError(`the time stands still: ${mostTurnsAtOnce} turns at ${nowMs} ms`);
    }
    nowMs = Math.max(nowMs, timer.dueMs);
    timer.fn();
    return true;
  };

  return {
    get nowMs() {
      return nowMs;
    },
    get turns() {
      return turns;
    },
    holdFor(work) {
      isHeld = true;
      const go = (): void => {
        isHeld = false;
        resume();
      };
      work.then(go, go);
    },
    set(fn, ms, owner) {
      // Whole milliseconds, so that no sum of times depends on the order in which it was made.
      const delayMs = ms > longestDelayMs ? 1 : Math.max(0, Math.ceil(ms || 0));
      lastHandle += 1;
      if (owner && gone.has(owner)) return lastHandle;
      timers.add({ handle: lastHandle, dueMs: nowMs + delayMs, counts: true, owner, fn });
      return lastHandle;
    },
    clear: (handle) => timers.delete(handle),
    drop(owner) {
      gone.add(owner);
      for (const timer of timers.values()) if (timer.owner === owner) timers.delete(timer.handle);
    },
    pending(owner) {
      let count = 0;
      for (const timer of timers.values()) if (timer.owner === owner && timer.counts) count += 1;
      return count;
    },
    count(handle, counts) {
      const timer = timers.get(handle);
      if (timer) timer.counts = counts;
    },
    run: (untilMs, until) =>
      new Promise((resolve, reject) => {
        let isOver = false;
        let left = 0;
        let batch = 0;
        const step = (of: number): void => {
          if (isOver || isHeld || of !== batch) return;
          try {
            isOver = until?.() || !runNext(untilMs);
          } catch (error) {
            isOver = true;
            // Whatever a timer throws, as it is.
            // oxlint-disable-next-line prefer-promise-reject-errors
            reject(error);
            return;
          }
          if (isOver) resolve();
          else if ((left -= 1) === 0) refill();
        };
        // A macrotask starts only when every promise chain has settled, however long it is. Many at once, since a turn
        // of the real event loop costs more than most of what happens here.
        const refill = (): void => {
          left = stepsAtOnce;
          batch += 1;
          for (let index = 0; index < stepsAtOnce; index += 1) setImmediate(step, batch);
        };
        resume = () => {
          if (!isOver) refill();
        };
        refill();
      }),
  };
}
