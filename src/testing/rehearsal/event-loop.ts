import { TimerHeap } from '../../core/time/timer-heap.js';

/** The time of a rehearsal, and everything scheduled in it. */
export interface EventLoop {
  /** Milliseconds since the rehearsal started; clock changes do not affect it. */
  readonly nowMs: number;
  /**
   * Runs `fn` after `ms`. Timers due at the same time run in the order in which they were set. `owner` is the
   * waiting party: see {@link EventLoop.drop}.
   */
  set(fn: () => void, ms: number, owner?: object): number;
  clear(handle: unknown): void;
  /** Drops everything that an owner waits for, now and later: it has crashed. */
  drop(owner: object): void;
  /** How many things an owner waits for, without those that do not count. */
  pending(owner: object): number;
  /** Sets whether a pending timer counts as something that its owner waits for. */
  count(handle: number, counts: boolean): void;
  /** How many timers have run. */
  readonly turns: number;
  /** For use in a turn: no time passes until work outside the rehearsal, for example of a thread, is done. */
  holdFor(work: Promise<unknown>): void;
  /**
   * Runs timers in order until nothing is left, `until` returns true, or the time is over. Rejects with a {@link
   * StandstillError} if so much happens at one moment that the time would never advance.
   */
  run(untilMs: number, until?: () => boolean): Promise<void>;
}

/** Thrown if the time of a rehearsal cannot advance because the program waits in a loop. */
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

// Read at load: the loop itself must not use the time that it simulates.
const { setImmediate } = globalThis;

// As in Node, a longer delay runs after 1 ms.
const longestDelayMs = 2 ** 31 - 1;

const stepsAtOnce = 32;

/** More turns than this at one moment are an endless loop. */
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

  /** Runs the earliest timer; returns `false` if none is due in time. */
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
      // Whole milliseconds, so that no sum of times depends on the order of addition.
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
            // Whatever a timer throws, unchanged.
            // oxlint-disable-next-line prefer-promise-reject-errors
            reject(error);
            return;
          }
          if (isOver) resolve();
          else if ((left -= 1) === 0) refill();
        };
        // A macrotask starts only when every promise chain has settled, however long it is. Several per turn, since
        // a turn of the real event loop costs more than most of what happens here.
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
