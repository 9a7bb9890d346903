import { bindSignal, type CallContext } from '../../core/context/call-context.js';
import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import type { SentRequest } from '../../core/context/sent-request.js';
import type { Permit } from '../admission/permit.js';
import type { PermitContext } from '../admission/surrounding-permits.js';
import type { Attempt } from './attempt.js';

/** An attempt as seen by the work inside an inner policy: with the narrower signal of that policy. */
export class InnerAttempt implements PermitContext {
  readonly signal: AbortSignal;
  readonly #attempt: Attempt;

  constructor(attempt: Attempt, signal: AbortSignal) {
    this.signal = signal;
    this.#attempt = attempt;
    bindSignal(signal, this);
  }

  get permit(): Permit | undefined {
    return this.#attempt.permit;
  }

  get within(): CallContext | undefined {
    return this.#attempt.within;
  }

  get operation(): string | undefined {
    return this.#attempt.operation;
  }

  get attempt(): number {
    return this.#attempt.attempt;
  }

  get deadline(): number | undefined {
    return this.#attempt.deadline;
  }

  get remainingMs(): number | undefined {
    return this.#attempt.remainingMs;
  }

  get clientOrderId(): string | undefined {
    return this.#attempt.clientOrderId;
  }

  /** @internal */
  get callId(): number | undefined {
    return this.#attempt.callId;
  }

  /** @internal */
  get mayRepeat(): boolean {
    return this.#attempt.mayRepeat;
  }

  /** @internal */
  get outer(): CallContext | undefined {
    return this.#attempt.outer;
  }

  /** @internal */
  get ended(): CallContext['ended'] {
    return this.#attempt.ended;
  }

  /** @internal */
  get isGivenUp(): boolean {
    return this.#attempt.isGivenUp;
  }

  /** @internal */
  get isClosed(): boolean | undefined {
    return this.#attempt.isClosed;
  }

  /** @internal */
  set isClosed(isClosed: boolean | undefined) {
    this.#attempt.isClosed = isClosed;
  }

  /** @internal */
  get sent(): readonly SentRequest[] | undefined {
    return this.#attempt.sent;
  }

  /** @internal */
  observeRequest(request: SentRequest): void {
    this.#attempt.observeRequest(request);
  }

  /** @internal */
  dismissRequest(request: SentRequest): void {
    this.#attempt.dismissRequest(request);
  }

  /** @internal */
  observeUsage(usages: readonly RateLimitUsage[]): void {
    this.#attempt.observeUsage(usages);
  }

  /** @internal */
  observeAnswer(): void {
    this.#attempt.observeAnswer();
  }

  /** @internal */
  observeCost(weight: number): void {
    this.#attempt.observeCost(weight);
  }
}
