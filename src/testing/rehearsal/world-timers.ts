import type { EventLoop } from './event-loop.js';

/** Where timers run, and for whom. */
export interface TimerHost {
  readonly loop: EventLoop;
  /** Who waits: the program as it runs now. */
  readonly owner: () => object;
  /** Told of what a timer of the program throws. */
  readonly failed: (error: unknown) => void;
}

type Callback = (...args: unknown[]) => void;

/** As `Timeout` of Node, on the time of a rehearsal. */
class WorldTimer {
  readonly #host: TimerHost;
  readonly #owner: object;
  readonly #fn: () => void;
  readonly #ms: number;
  readonly #repeats: boolean;
  #handle: number | undefined;

  constructor(host: TimerHost, fn: () => void, ms: number, repeats: boolean) {
    this.#host = host;
    this.#owner = host.owner();
    this.#fn = fn;
    this.#ms = ms;
    this.#repeats = repeats;
    this.#start();
  }

  close(): this {
    if (this.#handle !== undefined) this.#host.loop.clear(this.#handle);
    this.#handle = undefined;
    return this;
  }

  refresh(): this {
    this.close();
    this.#start();
    return this;
  }

  // Nothing in a rehearsal ends because nothing is left to wait for.
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')](): void {
    this.close();
  }

  #start(): void {
    this.#handle = this.#host.loop.set(() => this.#run(), this.#ms, this.#owner);
  }

  #run(): void {
    this.#handle = undefined;
    try {
      this.#fn();
    } catch (error) {
      this.#host.failed(error);
    }
    if (this.#repeats && this.#handle === undefined) this.#start();
  }
}

/** Timers as Node has them. */
export interface MadeTimers {
  readonly globals: object;
  readonly promises: object;
  readonly abortAfter: (ms: number) => AbortSignal;
}

/** Makes timers that run in a rehearsal. A timer from outside of it can still be cleared. */
export function createTimers(host: TimerHost): MadeTimers {
  const { clearImmediate, clearInterval, clearTimeout } = globalThis;
  const start = (fn: Callback, ms: number, args: unknown[], repeats = false): WorldTimer =>
    new WorldTimer(host, () => fn(...args), ms, repeats);
  // Node's shortest delay.
  const atLeastOne = (ms: unknown): number => (Number(ms) >= 1 ? Number(ms) : 1);
  const clearWith =
    (real: (handle: never) => void) =>
    (handle: unknown): void =>
      handle instanceof WorldTimer ? void handle.close() : real(handle as never);
  const wait = (ms: number, value: unknown, signal: AbortSignal | undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        timer?.close();
        reject(aborted(signal as AbortSignal));
      };
      if (signal?.aborted) {
        reject(aborted(signal));
        return;
      }
      const timer: WorldTimer | undefined = start(
        () => {
          signal?.removeEventListener('abort', abort);
          resolve(value);
        },
        ms,
        [],
      );
      signal?.addEventListener('abort', abort, { once: true });
    });
  const waitFor = async (ms?: number, value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait(atLeastOne(ms), value, options?.signal);
  const waitTurn = async (value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait(0, value, options?.signal);
  return {
    globals: {
      setTimeout: (fn: Callback, ms?: number, ...args: unknown[]) => start(fn, atLeastOne(ms), args),
      setInterval: (fn: Callback, ms?: number, ...args: unknown[]) => start(fn, atLeastOne(ms), args, true),
      setImmediate: (fn: Callback, ...args: unknown[]) => start(fn, 0, args),
      clearTimeout: clearWith(clearTimeout),
      clearInterval: clearWith(clearInterval),
      clearImmediate: clearWith(clearImmediate),
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
        yield: waitTurn,
      },
    },
    abortAfter(ms) {
      const controller = new AbortController();
      start(() => controller.abort(timedOut()), ms, []);
      return controller.signal;
    },
  };
}

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

// As Node rejects the waits of timers/promises.
function aborted(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}

function timedOut(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
