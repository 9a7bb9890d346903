import { callerSignal } from '../decorators/caller-signal.js';
import { resilienceContext } from '../decorators/index.js';
import { WEEXError, WEEXRequestError } from '../errors/index.js';
import { joinSignal, leaveSignal } from '../core/abort-listeners.js';

/** The calls of a client in progress, and how they end when the client is closed. */
export class OpenCalls {
  readonly #calls: Map<AbortController, Promise<unknown>> = new Map();
  #closing: Promise<void> | undefined;
  #starting: AbortSignal | undefined;

  /** The signal of the call that is being started: that of the caller, or of the closing client. */
  get starting(): AbortSignal | undefined {
    return this.#starting;
  }

  /**
   * Starts a call, whose signal is {@link starting} until `start` returns. A closed client refuses it, unless it is part
   * of a call that is running.
   */
  async run<Value>(
    operation: string,
    args: readonly unknown[],
    start: () => Promise<Value>,
    isPart = false,
  ): Promise<Value> {
    // What is in doubt when the client is closed may still be looked up.
    if (this.#closing && !isPart && resilienceContext()?.operation !== 'orderSafety.find')
      throw closed(operation);
    const controller = new AbortController();
    const caller = callerSignal(args);
    const end = { handleEvent: () => controller.abort(caller?.reason) };
    if (caller?.aborted) end.handleEvent();
    else if (caller) joinSignal(caller, end);
    try {
      const call = this.#start(controller.signal, start);
      this.#calls.set(controller, call);
      return await call;
    } finally {
      this.#calls.delete(controller);
      if (caller) leaveSignal(caller, end);
    }
  }

  /** Refuses further calls, waits for running ones for at most `graceMs`, and then ends them. */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#end(graceMs);
    return this.#closing;
  }

  #start<Value>(signal: AbortSignal, start: () => Promise<Value>): Promise<Value> {
    this.#starting = signal;
    try {
      return start();
    } finally {
      this.#starting = undefined;
    }
  }

  async #end(graceMs: number): Promise<void> {
    if (this.#calls.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([grace, this.#settled()]);
    clearTimeout(timer);
    for (const controller of this.#calls.keys()) controller.abort(ended());
    await this.#settled();
  }

  /** Resolves once no call is running, including calls that started in the meantime. */
  async #settled(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls.values());
  }
}

/** The error of a call that comes too late. */
export function closed(operation: string): WEEXRequestError {
  return new WEEXRequestError(`Cannot call ${operation}: the client is closed`, {
    context: { operation },
    executionStatus: 'not-executed',
  });
}

function ended(): WEEXError {
  return new WEEXError(
    'Cannot finish the call: the client was closed while it was running; what it had sent may have been executed',
    { executionStatus: 'unknown' },
  );
}
