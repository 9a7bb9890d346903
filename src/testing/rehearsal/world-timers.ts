import { AsyncResource } from 'node:async_hooks';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EventLoop } from './event-loop.js';

/** Where timers run, and for whom. */
export interface TimerHost {
  readonly loop: EventLoop;
  /** The waiting party: the program in its current life. */
  readonly owner: () => object;
  /** Called with errors thrown by the program's timers. */
  readonly failed: (error: unknown) => void;
}

type Callback = (...args: unknown[]) => void;

/** Timers whose number was read, since Node can also clear a timer by its number. */
const numbered = new Map<number, WorldTimer>();
let lastNumber = 0;

/** Like Node's `Timeout`, on the time of a rehearsal. */
class WorldTimer {
  readonly #host: TimerHost;
  readonly #owner: object;
  readonly #fn: Callback;
  readonly #args: readonly unknown[];
  readonly #ms: number;
  readonly #repeats: boolean;
  // Callbacks see the AsyncLocalStorage value from when the timer was set.
  readonly #scope = new AsyncResource('Timeout', { requireManualDestroy: true });
  #handle: number | undefined;
  #hasRef = true;
  #number: number | undefined;

  constructor(host: TimerHost, fn: Callback, ms: number, args: readonly unknown[], repeats: boolean) {
    this.#host = host;
    this.#owner = host.owner();
    this.#fn = fn;
    this.#args = args;
    this.#ms = ms;
    this.#repeats = repeats;
    this.#start();
  }

  close(): this {
    if (this.#handle !== undefined) this.#host.loop.clear(this.#handle);
    this.#handle = undefined;
    if (this.#number !== undefined) numbered.delete(this.#number);
    return this;
  }

  refresh(): this {
    this.close();
    this.#start();
    return this;
  }

  // A rehearsal does not end because nothing is left to wait for, but what remains is counted.
  ref(): this {
    return this.#count(true);
  }

  unref(): this {
    return this.#count(false);
  }

  hasRef(): boolean {
    return this.#hasRef;
  }

  [Symbol.toPrimitive](): number {
    this.#number ??= lastNumber += 1;
    if (this.#handle !== undefined) numbered.set(this.#number, this);
    return this.#number;
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')](): void {
    this.close();
  }

  #count(counts: boolean): this {
    this.#hasRef = counts;
    if (this.#handle !== undefined) this.#host.loop.count(this.#handle, counts);
    return this;
  }

  #start(): void {
    const { loop } = this.#host;
    this.#handle = loop.set(() => this.#run(), this.#ms, this.#owner);
    if (!this.#hasRef) loop.count(this.#handle, false);
  }

  #run(): void {
    this.#handle = undefined;
    try {
      this.#scope.runInAsyncScope(this.#fn, this, ...this.#args);
    } catch (error) {
      this.#host.failed(error);
    }
    if (this.#repeats && this.#handle === undefined) this.#start();
  }
}

/** Timers like Node's. */
export interface MadeTimers {
  readonly globals: object;
  readonly promises: object;
  readonly abortAfter: (ms: number) => AbortSignal;
}

// Read at load: a module that keeps the timers of a rehearsal has working timers when it is over.
const {
  clearImmediate: realClearImmediate,
  clearInterval: realClearInterval,
  clearTimeout: realClearTimeout,
  setImmediate: realSetImmediate,
  setInterval: realSetInterval,
  setTimeout: realSetTimeout,
} = globalThis;
const realPromises = { ...timersPromises, scheduler: timersPromises.scheduler };
const realAbortAfter = AbortSignal.timeout.bind(AbortSignal);

/** Returns timers that run in the current rehearsal, and as usual outside one. */
export function createTimers(current: () => TimerHost | undefined): MadeTimers {
  const startIn = (
    host: TimerHost,
    fn: Callback,
    ms: number,
    args: readonly unknown[] = [],
    repeats = false,
  ): WorldTimer => {
    if (typeof fn !== 'function') {
      const error = new TypeError('The "callback" argument must be of type function');
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
    }
    return new WorldTimer(host, fn, ms, args, repeats);
  };
  // Node's shortest delay.
  const atLeastOne = (ms: unknown): number => (Number(ms) >= 1 ? Number(ms) : 1);
  const clearWith =
    (real: (handle: never) => void) =>
    (handle: unknown): void => {
      const timer = typeof handle === 'object' ? handle : numbered.get(Number(handle));
      if (timer instanceof WorldTimer) timer.close();
      else real(handle as never);
    };
  const waitIn = (host: TimerHost, ms: number, value: unknown, options?: WaitOptions): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const signal = options?.signal;
      const abort = (): void => {
        timer?.close();
        reject(aborted(signal as AbortSignal));
      };
      if (signal?.aborted) {
        reject(aborted(signal));
        return;
      }
      const timer: WorldTimer | undefined = startIn(
        host,
        () => {
          signal?.removeEventListener('abort', abort);
          resolve(value);
        },
        ms,
      );
      signal?.addEventListener('abort', abort, { once: true });
    });
  const waitFor = async (ms?: number, value?: unknown, options?: WaitOptions): Promise<unknown> => {
    const host = current();
    return host ? waitIn(host, atLeastOne(ms), value, options) : realPromises.setTimeout(ms, value, options);
  };
  const waitTurn = async (value?: unknown, options?: WaitOptions): Promise<unknown> => {
    const host = current();
    return host ? waitIn(host, 0, value, options) : realPromises.setImmediate(value, options);
  };
  const setTimeout = (fn: Callback, ms?: number, ...args: unknown[]): unknown => {
    const host = current();
    return host ? startIn(host, fn, atLeastOne(ms), args) : realSetTimeout(fn, ms, ...args);
  };
  const setImmediate = (fn: Callback, ...args: unknown[]): unknown => {
    const host = current();
    return host ? startIn(host, fn, 0, args) : realSetImmediate(fn, ...args);
  };
  return {
    globals: {
      setTimeout: Object.assign(setTimeout, { [promisify.custom]: waitFor }),
      setInterval: (fn: Callback, ms?: number, ...args: unknown[]) => {
        const host = current();
        return host ? startIn(host, fn, atLeastOne(ms), args, true) : realSetInterval(fn, ms, ...args);
      },
      setImmediate: Object.assign(setImmediate, { [promisify.custom]: waitTurn }),
      clearTimeout: clearWith(realClearTimeout),
      clearInterval: clearWith(realClearInterval),
      clearImmediate: clearWith(realClearImmediate),
    },
    promises: {
      setTimeout: waitFor,
      setImmediate: waitTurn,
      async *setInterval(ms?: number, value?: unknown, options?: WaitOptions) {
        // oxlint-disable-next-line no-await-in-loop
        for (;;) yield await waitFor(ms, value, options);
      },
      scheduler: {
        wait: (ms: number, options?: WaitOptions) => waitFor(ms, undefined, options),
        yield: () => waitTurn(),
      },
    },
    abortAfter(ms) {
      const host = current();
      if (!host) return realAbortAfter(ms);
      const controller = new AbortController();
      startIn(host, () => controller.abort(timedOut()), ms).unref();
      return controller.signal;
    },
  };
}

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

// The error with which Node rejects waits of timers/promises.
function aborted(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}

function timedOut(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
