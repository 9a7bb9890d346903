import nodeTimers from 'node:timers';
import { TimerHeap } from './timer-heap.js';

interface Timer {
  readonly handle: number;
  readonly dueMs: number;
  readonly fn: () => void;
}

// Read at load, so that a test runner's fake timers cannot stop the clocks of tests.
const { setImmediate } = nodeTimers;

/** The timers of a clock that moves only when it is advanced. */
export class ManualTimers {
  nowMs: number;
  readonly #waits: TimerHeap<Timer> = new TimerHeap();
  readonly #limits: TimerHeap<Timer> = new TimerHeap();
  #lastHandle = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  get size(): number {
    return this.#waits.size + this.#limits.size;
  }

  get hasWaits(): boolean {
    return this.#waits.size > 0;
  }

  /** `purpose`: `'wait'` if a call is waiting for the timer; without it, the timer is a time limit. */
  set(fn: () => void, ms: number, purpose?: 'wait'): number {
    this.#lastHandle += 1;
    const timer = { handle: this.#lastHandle, dueMs: this.nowMs + Math.max(0, ms || 0), fn };
    (purpose === 'wait' ? this.#waits : this.#limits).add(timer);
    return timer.handle;
  }

  clear(handle: unknown): void {
    this.#waits.delete(handle);
    this.#limits.delete(handle);
  }

  /** Advances to the next wait and runs it; returns `false` if there is none. */
  runWait(): boolean {
    return this.#run(this.#waits.first(), Infinity);
  }

  /**
   * Advances the time and runs the timers that fall due, in order of time; promises settle before the first and
   * after each.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && Number.isFinite(ms))) {
      throw new RangeError(`Cannot advance the clock: ms must be a finite number from 0, received ${ms}`);
    }
    const untilMs = this.nowMs + ms;
    do await settlePromises();
    while (this.#run(this.#first(), untilMs));
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  #first(): Timer | undefined {
    const [wait, limit] = [this.#waits.first(), this.#limits.first()];
    if (!wait || !limit) return wait ?? limit;
    const isWaitFirst =
      wait.dueMs < limit.dueMs || (wait.dueMs === limit.dueMs && wait.handle < limit.handle);
    return isWaitFirst ? wait : limit;
  }

  #run(timer: Timer | undefined, untilMs: number): boolean {
    if (!timer || timer.dueMs > untilMs) return false;
    this.clear(timer.handle);
    this.nowMs = Math.max(this.nowMs, timer.dueMs);
    timer.fn();
    return true;
  }
}

/** Runs `fn` when every promise chain has settled, however long it is: a macrotask starts only then. */
export function afterPromises(fn: () => void): void {
  setImmediate(fn);
}

function settlePromises(): Promise<void> {
  return new Promise(afterPromises);
}
