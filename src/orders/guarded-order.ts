import type { IPolicy } from 'cockatiel';
import { leaveCall } from '../core/context/attempts-under-way.js';
import type { CallContext } from '../core/context/call-context.js';
import { systemClock } from '../core/time/clock.js';
import { WEEXOutcomeUnknownError } from '../errors/index.js';
import { executeForeign } from '../policies/foreign/execute-foreign.js';
import { isResiliencePolicy } from '../policies/is-policy.js';
import type { ExecuteOptions, ResiliencePolicy, Resolution } from '../policies/resilience-policy.js';
import { publishConclusion, publishOrder, type ToldCall } from './conclusion-events.js';
import { claimId } from './claim-id.js';
import { notPlaced } from './confirmation.js';
import { idOfCall } from './id-of-call.js';
import { IntentRecord } from './intent-record.js';
import { isDuplicateId } from './is-duplicate-id.js';
import { createLookup, defaultLookupPolicy, type LookedUpCall } from './lookup.js';
import { type MethodMemory, OrderAttempts } from './order-attempts.js';
import { idKind, type OrderSafety } from './order-safety.js';
import { outcomeUnknown, whyUntraceable } from './outcome-unknown.js';
import { type Patience, shorten } from './patience.js';
import { venueOf } from './patience-source.js';
import { mismatchOfCall } from './mismatch-of.js';
import { type Finding, reconcile } from './reconcile.js';
import { refuseChanged } from './refuse-changed.js';
import { isRejected, rejected } from './rejected-order.js';
import { Sighting } from './sighting.js';
import { weexVenues } from './venue.js';

/** One call of a guarded method. */
export interface GuardedCall<This, Args extends unknown[], Result> extends LookedUpCall<This, Args> {
  /** Runs the method: one attempt. */
  readonly send: (context: CallContext) => PromiseLike<Result> | Result;
  readonly options?: ExecuteOptions | undefined;
}

/** The guard of one call. */
export class GuardedOrder<This, Args extends unknown[], Result> {
  readonly #safety: OrderSafety<This, Args, Result>;
  readonly #patience: Patience;
  readonly #policy: IPolicy;
  readonly #told: ToldCall;
  readonly #call: GuardedCall<This, Args, Result>;
  readonly #options: ExecuteOptions;
  readonly #id: string | undefined;
  readonly #record: IntentRecord | undefined;
  readonly #attempts: OrderAttempts<Result>;
  readonly #sighting: Sighting = new Sighting();
  #verdict: unknown;
  /** The error that stopped a policy from resending regardless of the outcome. */
  #held: unknown;

  constructor(
    safety: OrderSafety<This, Args, Result>,
    patience: Patience,
    policy: IPolicy,
    call: GuardedCall<This, Args, Result>,
    memory: MethodMemory,
  ) {
    this.#safety = safety;
    this.#patience = patience;
    this.#policy = policy;
    this.#call = call;
    this.#options = call.options ?? {};
    this.#id = idOfCall(safety, call);
    const { operation, outer } = this.#options;
    const clock = isResiliencePolicy(policy) ? policy.clock : systemClock;
    this.#told = { policy, clock, operation, outer, clientOrderId: this.#id };
    this.#attempts = new OrderAttempts(this.#id, this.#options.idempotent, memory, this.#sighting);
    this.#record = this.#makeRecord();
  }

  /**
   * Runs the call, unless another one with its id is in progress; if an earlier one left the id open, it is looked
   * up first.
   */
  async run(): Promise<Result> {
    const claim = (this.#attempts.claim = await this.#claimId());
    const unwatch = this.#watch();
    const calls = claim && this.#attempts.enterCall();
    try {
      const found = claim?.isUnknown && (await this.#settleEarlier(claim.unknownForMs));
      return found ? found.value : await this.#execute();
    } finally {
      if (calls) leaveCall(calls);
      claim?.release(this.#attempts.isOpen, this.#attempts.sentAt !== undefined);
      if (claim) publishOrder(this.#told, this.#attempts.verdict, this.#options.signal);
      unwatch?.();
    }
  }

  /** Started before the first send: the order may appear while its answer is still awaited. */
  #watch(): (() => void) | undefined {
    const { args, self } = this.#call;
    const safety = this.#safety;
    const id = this.#id;
    if (!safety.watch || id === undefined || this.#options.idempotent) return undefined;
    return this.#sighting.watch((seen) => safety.watch?.apply(self, [id, seen, ...args]), {
      clientOrderId: id,
      isJudgedByCaller: safety.matches !== undefined,
      mismatchOf: (found) => mismatchOfCall(this.#safety, this.#call, found as Result),
    });
  }

  /** Looks up an id whose earlier call ended with an unknown outcome. */
  async #settleEarlier(waitedMs: number): Promise<{ readonly value: Result } | undefined> {
    this.#attempts.resume();
    this.#record?.resume();
    const cause = new Error('An earlier call with this client order id left its outcome unknown');
    const resolution = await this.#resolve(cause, this.#options.signal, false, waitedMs);
    if (resolution.outcome !== 'absent') this.#settleRecord();
    if (resolution.outcome === 'unknown') throw resolution.error;
    return resolution.outcome === 'found' ? { value: resolution.value as Result } : undefined;
  }

  /** Claims the id for this call; `undefined` if the call has none, or may be made twice. */
  #claimId() {
    const id = this.#id;
    const { idempotent, operation, outer } = this.#options;
    if (id === undefined || idempotent) return undefined;
    const { args, self } = this.#call;
    const account: unknown = this.#safety.account?.apply(self, args);
    if (account !== undefined && typeof account !== 'string')
      throw new TypeError(
        `Cannot call ${operation ?? 'a guarded method'}: account must return a string synchronously, but returned ${typeof account}`,
      );
    this.#attempts.account = account;
    const { journal } = this.#record ?? {};
    const of = { account: account ?? this.#safety, kind: this.#safety[idKind]?.call(self) };
    return claimId({ id, ...of, policy: this.#policy, journal, operation, outer });
  }

  async #execute(): Promise<Result> {
    const policy = this.#policy;
    const native = isResiliencePolicy(policy);
    for (let mayRepeat = !native; ; mayRepeat = false) {
      try {
        const value = await (native ? this.#executeNative(policy) : this.#executeForeign(policy));
        if (!native) this.#attempts.checkStandIn();
        // A fallback's value says nothing about the order, nor does a method's own handling of a refusal.
        this.#settleRecord();
        return value;
      } catch (error) {
        this.#attempts.stop();
        this.#options.signal?.throwIfAborted();
        const resolution = await this.#conclude(error);
        if (resolution?.outcome === 'absent' && mayRepeat) continue;
        this.#settleRecord();
        if (resolution?.outcome === 'found') return resolution.value as Result;
        throw resolution ? resolution.error : error;
      }
    }
  }

  #settleRecord(): void {
    if (this.#attempts.executed) this.#record?.settle('executed');
    else if (this.#attempts.noneExecuted) this.#record?.settle('not-executed');
  }

  #executeNative(policy: ResiliencePolicy): Promise<Result> {
    const options: ExecuteOptions = {
      ...this.#options,
      // Whatever the policy's own `effect`: this call is an order.
      effect: 'write',
      clientOrderId: this.#id,
      resolveDeadlineMs: this.#patience.deadlineMs + 1_000,
      resolveUnknown: (error, context) => this.#resolve(error, context.signal),
    };
    // The rest parameter keeps `length` at 0, so it gets the plain context.
    return policy.execute((...[context]) => this.#attempt(context), options);
  }

  /** Runs under a policy that may resend regardless of the outcome. */
  #executeForeign(policy: IPolicy): Promise<Result> {
    const { idempotent, operation } = this.#options;
    const check = (): void => {
      const { inDoubt, unexplained } = this.#attempts;
      if (!(inDoubt || unexplained) || idempotent) return;
      this.#held = new WEEXOutcomeUnknownError(
        `Cannot send ${operation ?? 'the call'} again: the outcome of its last attempt is not known yet`,
        { clientOrderId: this.#id, cause: this.#attempts.doubt },
      );
      throw this.#held;
    };
    return executeForeign(
      policy,
      { ...this.#options, clientOrderId: this.#id },
      { check, run: (attempt) => attempt.run(() => this.#attempt(attempt)) },
    );
  }

  #attempt(context: CallContext): Promise<Result> {
    this.#told.callId = context.callId;
    refuseChanged(this.#safety, this.#call, this.#id);
    const record = this.#record;
    return this.#attempts.start(context, record && (() => record.beforeSend()), this.#call.send);
  }

  /** Finds out what is still open when the policy has given up. */
  async #conclude(error: unknown): Promise<Resolution | undefined> {
    const { doubted, executed, refusal } = this.#attempts.heed(error);
    // A repetition that was blocked leaves the order to be looked up, and so does a request that was never
    // answered.
    const inDoubt = this.#attempts.inDoubt || error === this.#held;
    if (executed) return { outcome: 'found', value: executed.value };
    if (error === this.#verdict) return undefined;
    // The first order may use up the margin or the id because of which the second one is refused.
    const suspicious = error === refusal && (doubted || isDuplicateId(error));
    if (!inDoubt && !suspicious) return undefined;
    return publishConclusion(this.#told, error, () => this.#resolve(error, this.#options.signal, suspicious));
  }

  async #resolve(
    error: unknown,
    signal: AbortSignal | undefined,
    suspicious = false,
    waitedMs = 0,
  ): Promise<Resolution> {
    const attempts = this.#attempts;
    attempts.stop();
    if (error !== undefined && error === attempts.claim?.refusal) return { outcome: 'unknown', error };
    const finding = await this.#search(error, signal, suspicious, waitedMs);
    if (finding.outcome === 'found' && isRejected(finding.value)) {
      attempts.clear();
      this.#verdict = rejected(this.#options.operation, this.#id, finding.value);
      return { outcome: 'unknown', error: this.#verdict };
    }
    if (finding.outcome === 'found') {
      attempts.confirm(finding.value as Result);
      return { outcome: 'found', value: finding.value };
    }
    if (finding.outcome === 'unknown') {
      this.#verdict = this.#explain(error, finding);
      return { outcome: 'unknown', error: this.#verdict };
    }
    attempts.clear();
    // The outcome is no longer unknown, so the failure of the attempt is the one to report.
    const failure = error === this.#held ? (attempts.doubt ?? error) : error;
    return { outcome: 'absent', error: notPlaced(this.#options.operation, this.#id, failure) };
  }

  async #search(
    error: unknown,
    signal: AbortSignal | undefined,
    suspicious: boolean,
    waitedMs: number,
  ): Promise<Finding> {
    const attempts = this.#attempts;
    const id = this.#id;
    const needed = suspicious || attempts.inDoubt || attempts.unexplained;
    if (!needed) return { outcome: 'absent', lookups: [] };
    if (id === undefined) return { outcome: 'unknown', lookups: [] };
    const policy = this.#safety.lookupPolicy ?? defaultLookupPolicy(this.#told.clock);
    const finding = await reconcile({
      clientOrderId: id,
      lookUp: createLookup(this.#safety, policy, this.#call, id),
      isJudgedByCaller: this.#safety.matches !== undefined,
      mismatchOf: (found) => mismatchOfCall(this.#safety, this.#call, found as Result),
      waitsMs: () => shorten(this.#patience.waitsMs(attempts.failuresBehind(error)), waitedMs),
      deadlineMs: this.#patience.deadlineMs,
      arrival: this.#sighting.arrival,
      clock: this.#told.clock,
      signal,
      evidence: () => {
        if (attempts.executed) return { outcome: 'found', value: attempts.executed.value };
        if (this.#sighting.seen) return this.#sighting.seen;
        return suspicious || attempts.inDoubt || attempts.unexplained ? undefined : { outcome: 'absent' };
      },
    });
    const { lookups, outcome } = finding;
    return outcome === 'absent' && attempts.untraceable ? { outcome: 'unknown', lookups } : finding;
  }

  #explain(cause: unknown, { lookups }: Finding): WEEXOutcomeUnknownError {
    return outcomeUnknown({
      operation: this.#options.operation,
      clientOrderId: this.#id,
      args: this.#call.args,
      sentAt: this.#attempts.sentAt,
      untraceable: whyUntraceable(this.#attempts.untraceable, this.#id),
      lookups,
      venue: venueOf(this.#safety, this.#call.self, this.#call.args) ?? weexVenues.contract,
      cause,
    });
  }

  #makeRecord(): IntentRecord | undefined {
    const safety = this.#safety;
    const { args, self } = this.#call;
    const id = this.#id;
    const journal = typeof safety.journal === 'function' ? safety.journal.apply(self, args) : safety.journal;
    if (id === undefined || !(journal || safety.persist)) return undefined;
    return new IntentRecord({
      journal,
      persist: () => safety.persist?.apply(self, [id, ...args]),
      intent: { clientOrderId: id, operation: this.#options.operation, args },
    });
  }
}
