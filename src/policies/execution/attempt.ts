import { inspect } from 'node:util';
import { bindSignal, type CallContext } from '../../core/context/call-context.js';
import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import type { SentRequest } from '../../core/context/sent-request.js';
import { epochTime } from '../../core/time/monotonic-clock.js';
import type { CompiledPolicy } from './compiled-policy.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import type { Permit } from '../admission/permit.js';
import type { PermitContext } from '../admission/surrounding-permits.js';

/** What an attempt needs to know about its call. */
export interface AttemptOwner {
  readonly policy: CompiledPolicy;
  readonly options: ExecuteOptions;
  /** On the policy's clock; `Infinity` without a deadline. */
  readonly deadlineAt: number;
  /** The attempt inside which the call was made, even if its options do not name it. */
  readonly within: CallContext | undefined;
  /** Whether the call may be repeated regardless of what happened to an earlier attempt. */
  readonly mayRepeat: boolean;
  /** Whether the call is over. */
  readonly isOver: boolean;
  /** How many attempts have started. */
  readonly attempts: number;
  readonly callId: number;
}

/** One attempt of a call: the context passed to the function. */
export class Attempt implements PermitContext {
  // Declared here and assigned in the constructor, as in Execution.
  declare readonly attempt: number;
  /** On the policy's clock; `undefined` if nothing needed the time. */
  declare readonly startedAt: number | undefined;
  /** When its time runs out, on the policy's clock; `undefined` without a time limit. */
  declare readonly endsAt: number | undefined;
  /** What admission granted; `undefined` if nothing limits the policy. */
  declare readonly permit: Permit | undefined;
  declare account: string | undefined;
  declare guard: object | undefined;
  declare sentUnseen: boolean | undefined;
  declare isClosed: boolean | undefined;
  declare private readonly owner: AttemptOwner;
  declare private isSettled: boolean;
  declare private controller: AbortController | undefined;
  declare private abortedWith: { readonly reason: unknown } | undefined;
  declare private requests: SentRequest[] | undefined;

  static {
    // What a program sees when it prints an attempt: the fields themselves lead to the whole policy.
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: Attempt): object {
        const { operation, attempt, deadline, remainingMs, clientOrderId } = this;
        return { operation, attempt, deadline, remainingMs, clientOrderId };
      },
    });
  }

  constructor(
    owner: AttemptOwner,
    attempt: number,
    startedAt: number | undefined,
    endsAt: number | undefined,
    permit: Permit | undefined,
  ) {
    this.owner = owner;
    this.attempt = attempt;
    this.startedAt = startedAt;
    this.endsAt = endsAt;
    this.permit = permit;
    this.account = undefined;
    this.guard = undefined;
    this.sentUnseen = undefined;
    this.isClosed = undefined;
    this.isSettled = false;
    this.controller = undefined;
    this.abortedWith = undefined;
    this.requests = undefined;
  }

  get policy(): CompiledPolicy {
    return this.owner.policy;
  }

  get within(): CallContext | undefined {
    return this.owner.within;
  }

  get operation(): string | undefined {
    return this.owner.options.operation;
  }

  get clientOrderId(): string | undefined {
    return this.owner.options.clientOrderId;
  }

  get deadline(): number | undefined {
    const { deadlineAt, policy, isOver } = this.owner;
    return isOver || deadlineAt === Infinity ? undefined : epochTime(policy.clock, deadlineAt);
  }

  get remainingMs(): number | undefined {
    return this.endsAt === undefined || this.owner.isOver
      ? undefined
      : Math.max(0, this.endsAt - this.owner.policy.clock.now());
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      bindSignal(this.controller.signal, this);
      if (this.abortedWith) this.controller.abort(this.abortedWith.reason);
    }
    return this.controller.signal;
  }

  /** @internal */
  get callId(): number | undefined {
    const { callId } = this.owner;
    return callId === 0 ? undefined : callId;
  }

  /** @internal */
  get mayRepeat(): boolean {
    return this.owner.mayRepeat;
  }

  /** @internal */
  get outer(): CallContext | undefined {
    return this.owner.options.outer;
  }

  /** @internal */
  get ended(): CallContext['ended'] {
    const { isOver, attempts } = this.owner;
    if (this.abortedWith && this.isSettled) return 'done';
    if (!isOver) return undefined;
    if (!this.abortedWith) return 'done';
    return attempts > this.attempt + 1 ? 'replaced' : 'given up';
  }

  /** @internal */
  get isGivenUp(): boolean {
    return this.abortedWith !== undefined;
  }

  /** @internal */
  get sent(): readonly SentRequest[] | undefined {
    return this.requests;
  }

  abort(reason: unknown): void {
    if (this.abortedWith) return;
    this.abortedWith = { reason };
    this.controller?.abort(reason);
  }

  /** Frees the slot and the allowance when the work is over. */
  release(): void {
    this.isSettled = true;
    this.permit?.release();
  }

  /** Releases the caller; the slot stays taken until the work is over. */
  abandon(reason: unknown, now: number): void {
    this.permit?.abandon(now);
    this.abort(reason);
  }

  /** @internal */
  observeRequest(request: SentRequest): void {
    (this.requests ??= []).push(request);
  }

  /** @internal */
  dismissRequest(request: SentRequest): void {
    this.requests = this.requests?.filter((sent) => sent !== request);
  }

  /** @internal */
  observeUsage(usages: readonly RateLimitUsage[]): void {
    const { admission, clock } = this.owner.policy;
    const { limiter } = admission;
    if (!limiter) return;
    const now = clock.now();
    for (const usage of usages) limiter.observe(usage, this.startedAt ?? now, now);
  }

  /** @internal */
  observeAnswer(): void {
    if (this.permit?.awaitsAnswer) this.permit.answered(this.startedAt, this.owner.policy.clock.now());
  }

  /** @internal */
  observeCost(weight: number): void {
    const allowance = this.permit?.allowance;
    if (allowance) allowance.spent = (allowance.spent ?? 0) + weight;
  }
}
