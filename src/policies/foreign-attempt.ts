import type { IDefaultPolicyContext } from 'cockatiel';
import { bindSignal, type CallContext, callContextOf } from '../context/call-context.js';
import type { SentRequest } from '../context/sent-request.js';
import type { ExecuteOptions } from './resilience-policy.js';

/** An attempt under a policy that is not of this library. */
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
  /** @internal Set by whoever made the call. */
  ended: CallContext['ended'];
  /** @internal */
  account: string | undefined;
  /** @internal */
  sent: SentRequest[] | undefined;
  readonly #foreign: IDefaultPolicyContext;

  constructor(
    foreign: IDefaultPolicyContext,
    attempt: number,
    { effect, idempotent, operation, outer }: ExecuteOptions,
    clientOrderId?: string,
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
  observeRequest(request: SentRequest): void {
    (this.sent ??= []).push(request);
  }
}
