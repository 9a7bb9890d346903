import type { CallContext } from '../context/call-context.js';
import { isWEEXError } from '../errors/index.js';
import { leavesOutcomeOpen } from './leaves-outcome-open.js';
import { setExecutionStatus } from './set-execution-status.js';

/**
 * The attempts of one order, and what is known of them together. An attempt is in doubt from its sending until it
 * is known what it did, also after a time-out has released the caller.
 */
export class OrderAttempts<Result> {
  /** What the exchange answered to any of them, however late. */
  executed: { readonly value: Result } | undefined;
  /** The last answer that refused an attempt. */
  refusal: unknown;
  /** What the last attempt in doubt failed with; `undefined` while none did. */
  doubt: unknown;
  /** Set once an attempt was in doubt and taken for not executed. */
  doubted = false;
  /** When the last one was sent, in milliseconds since 1970; `undefined` while none was. */
  sentAt: number | undefined;

  readonly #inDoubt: Set<symbol> = new Set();
  /** Ended by an error that says nothing, for example one thrown by hand before or after the request. */
  readonly #unexplained: Set<symbol> = new Set();
  /** The attempt that may send; any other was given up while it was still preparing. */
  #current: symbol | undefined;

  /** Whether one of them may have been executed and has to be looked up before the next. */
  get inDoubt(): boolean {
    return this.#inDoubt.size > 0;
  }

  /** Whether it is certain that none of them was executed. */
  get noneExecuted(): boolean {
    return !this.executed && this.#inDoubt.size === 0 && this.#unexplained.size === 0;
  }

  /** Prepares and sends one attempt. */
  async start(
    context: CallContext,
    prepare: (() => Promise<void>) | undefined,
    send: (context: CallContext) => PromiseLike<Result> | Result,
  ): Promise<Result> {
    const attempt = Symbol();
    this.#current = attempt;
    if (prepare) {
      await prepare();
      context.signal.throwIfAborted();
      if (this.#current !== attempt)
        throw new Error('Cannot send: the attempt was given up before it was written down');
    }
    if (this.executed) return this.executed.value;
    this.#inDoubt.add(attempt);
    this.sentAt = Date.now();
    try {
      const value = await send(context);
      this.executed = { value };
      return value;
    } catch (error) {
      this.#classify(attempt, error);
      throw error;
    }
  }

  /** Keeps an attempt that is still preparing from sending. */
  stop(): void {
    this.#current = undefined;
  }

  /** Takes every attempt so far as not executed. */
  clear(): void {
    this.doubted ||= this.inDoubt;
    this.#inDoubt.clear();
    this.#unexplained.clear();
  }

  #classify(attempt: symbol, error: unknown): void {
    if (leavesOutcomeOpen(error)) {
      // So that the policy asks before it sends again.
      if (isWEEXError(error)) setExecutionStatus(error, 'unknown');
      this.doubt = error;
      return;
    }
    this.#inDoubt.delete(attempt);
    if (isWEEXError(error) && error.executionStatus === 'not-executed') this.refusal = error;
    else this.#unexplained.add(attempt);
  }
}
