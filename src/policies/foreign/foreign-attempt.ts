import type { IDefaultPolicyContext } from 'cockatiel';
import { bindSignal, type CallContext, callContextOf } from '../../core/context/call-context.js';
import type { SentRequest } from '../../core/context/sent-request.js';
import type { ExecuteOptions } from '../options/execute-options.js';

/** An attempt under a foreign policy. */
export class ForeignAttempt implements CallContext {
  readonly attempt: number;
  readonly deadline = undefined;
  readonly remainingMs = undefined;
  readonly operation: string | undefined;
  readonly clientOrderId: string | undefined;
  /** @internal */
  readonly mayRepeat: boolean;
  /** @internal */
  readonly outer: CallContext | undefined;
  /** @internal */
  guard: object | undefined;
  /** @internal */
  sentUnseen: boolean | undefined;
  /** @internal */
  isClosed: boolean | undefined;
  /** @internal */
  account: string | undefined;
  /** @internal */
  sent: SentRequest[] | undefined;
  readonly #foreign: IDefaultPolicyContext;
  #isSettled = false;
  #callEnded: 'given up' | 'replaced' | undefined;

  constructor(
    foreign: IDefaultPolicyContext,
    attempt: number,
    { clientOrderId, effect, idempotent, operation, outer }: ExecuteOptions,
  ) {
    this.#foreign = foreign;
    this.attempt = attempt;
    this.operation = operation;
    this.clientOrderId = clientOrderId;
    this.mayRepeat = effect === 'read' || idempotent === true;
    this.outer = outer;
  }

  get signal(): AbortSignal {
    const { signal } = this.#foreign;
    if (callContextOf(signal) === undefined) bindSignal(signal, this);
    return signal;
  }

  /** @internal */
  get ended(): CallContext['ended'] {
    if (this.isGivenUp && this.#isSettled) return 'done';
    return this.#callEnded === undefined || this.isGivenUp ? this.#callEnded : 'done';
  }

  /** @internal */
  get isGivenUp(): boolean {
    return this.#foreign.signal.aborted;
  }

  /** Runs the attempt. */
  async run<Value>(send: () => PromiseLike<Value> | Value): Promise<Value> {
    try {
      return await send();
    } finally {
      this.#isSettled = true;
    }
  }

  /** Ends the attempt, because its call is over. */
  end(isLast: boolean): void {
    this.#callEnded = isLast ? 'given up' : 'replaced';
  }

  /** @internal */
  observeRequest(request: SentRequest): void {
    (this.sent ??= []).push(request);
  }

  /** @internal */
  dismissRequest(request: SentRequest): void {
    this.sent = this.sent?.filter((sent) => sent !== request);
  }
}

/** Ends the attempts of a call that is over. */
export function endAttempts(attempts: readonly ForeignAttempt[]): void {
  for (const [index, attempt] of attempts.entries()) attempt.end(index === attempts.length - 1);
}
