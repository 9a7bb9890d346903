import { type CallsOfId, enterAttempt, enterCall, leaveAttempt } from '../core/context/attempts-under-way.js';
import type { CallContext } from '../core/context/call-context.js';
import { isWEEXError, WEEXOutcomeUnknownError } from '../errors/index.js';
import type { SentRequest } from '../core/context/sent-request.js';
import { isCleared, isInDoubt, isSilent, ordersOf, saysNotExecuted } from '../policies/rules/in-doubt.js';
import type { OwnClaim } from './claim-id.js';
import { isBareSuccess, isNoConfirmation, unconfirmed } from './confirmation.js';
import { setExecutionStatus } from '../errors/set-execution-status.js';
import type { Sighting } from './sighting.js';

/** What is remembered about a method from one call to the next. */
export interface MethodMemory {
  /** The targets of its orders as seen by interceptors: if there is one, an order that was not seen was not sent. */
  readonly places: Set<string | undefined>;
  /** Whether its lookups cover every order that it sends, whatever their ids are. */
  readonly looksUpAll?: boolean;
}

/**
 * The attempts of one order, and what is known about them together. An attempt is in doubt from its sending until
 * its outcome is known, even after a timeout has released the caller.
 */
export class OrderAttempts<Result> {
  /** The exchange's answer to any of them, however late. */
  executed: { readonly value: Result } | undefined;
  /** The last answer that refused an attempt. */
  refusal: unknown;
  /** The failure of the last attempt in doubt; `undefined` while none has failed. */
  doubt: unknown;
  /** Set once an attempt was in doubt and was considered not executed. */
  doubted = false;
  /** The call's claim on its id. */
  claim: OwnClaim | undefined;
  /** The account named in the order safety. */
  account: string | undefined;
  /** When the last one was sent, in milliseconds since 1970; `undefined` if none was. */
  sentAt: number | undefined;

  readonly #sighting: Sighting;
  /** What is known about calls with this id; `undefined` if the call may be repeated. */
  #calls: CallsOfId | undefined;
  readonly #memory: MethodMemory;
  readonly #id: string | undefined;
  readonly #idempotent: boolean;
  readonly #inDoubt: Set<symbol> = new Set();
  /** The contexts of the attempts. */
  readonly #contexts: CallContext[] = [];
  /**
   * Attempts that ended with an error that says nothing, for example one thrown by the method before or after the
   * request.
   */
  readonly #unexplained: Set<symbol> = new Set();
  /** Set once an attempt failed with a refusal of another request. */
  #misled = false;
  /** The attempt that may send; every other one was given up while it was still preparing. */
  #current: symbol | undefined;

  constructor(
    id: string | undefined,
    idempotent: boolean | undefined,
    memory: MethodMemory,
    sighting: Sighting,
  ) {
    this.#sighting = sighting;
    this.#memory = memory;
    this.#id = id;
    this.#idempotent = idempotent ?? false;
  }

  /** Whether one of them may have been executed and must be looked up before the next. */
  get inDoubt(): boolean {
    return this.#inDoubt.size > 0;
  }

  /**
   * Whether one of them may have sent something that no interceptor saw: the order is looked up before anything is
   * sent again.
   */
  get unexplained(): boolean {
    return this.#unexplained.size > 0;
  }

  /** Whether it is certain that none of them was executed. */
  get noneExecuted(): boolean {
    return !this.executed && this.#inDoubt.size === 0 && this.#unexplained.size === 0;
  }

  /** What is known about the order. */
  get verdict(): 'executed' | 'not-executed' | 'unknown' {
    if (this.executed) return 'executed';
    return this.isOpen ? 'unknown' : 'not-executed';
  }

  /** Whether the outcome of one of them is still open. */
  get isOpen(): boolean {
    return !this.executed && (this.#inDoubt.size > 0 || this.#unexplained.size > 0);
  }

  /**
   * An order that no lookup can prove to be absent: one that was sent with another id or none and was not refused,
   * or one that the exchange has acknowledged.
   */
  get untraceable(): SentRequest | undefined {
    const id = this.#id ?? '';
    if (this.#memory.looksUpAll) return undefined;
    return this.#sent.find(
      (request) =>
        request.placesOrder &&
        (request.outcomeOf(this.#id) === 'executed' ||
          (isOpen(request) && !request.isUnread && !request.carriesId(id))),
    );
  }

  /** Registers the call. */
  enterCall(): CallsOfId | undefined {
    return (this.#calls = this.#id === undefined ? undefined : enterCall(this.#id, this.#memory.places));
  }

  /** Treats an attempt of an earlier call as one in doubt. */
  resume(): void {
    this.#inDoubt.add(Symbol());
  }

  /** Prepares and sends one attempt. */
  async start(
    context: CallContext,
    prepare: (() => Promise<number | undefined>) | undefined,
    send: (context: CallContext) => PromiseLike<Result> | Result,
  ): Promise<Result> {
    const attempt = Symbol();
    this.#current = attempt;
    if (prepare) {
      const sendBefore = await prepare();
      if (sendBefore !== undefined) (context.self ?? context).sendBefore = sendBefore;
      context.signal.throwIfAborted();
      if (this.#current !== attempt)
        throw new Error('Cannot send: the attempt was given up before its order was written to the journal');
    }
    this.claim?.check();
    this.heed();
    if (this.executed) return this.executed.value;
    this.#inDoubt.add(attempt);
    this.#contexts.push(context);
    if (this.account !== undefined) context.account = this.account;
    this.sentAt = Date.now();
    (context.self ?? context).guard = this;
    if (this.#calls) enterAttempt(this.#calls, context);
    try {
      const value = await send(context);
      if (isNoConfirmation(value, this.#id) || (!this.#idempotent && isBareSuccess(value, this.#id)))
        throw unconfirmed(value, this.#id, 'it names another order, or none');
      const orders = this.#ordersIn(context.sent);
      const outcomes = orders.map((order) => order.outcomeOf(this.#id));
      this.#learnFrom(orders);
      if (!this.#idempotent && outcomes.length > 0 && !outcomes.includes('executed')) {
        // Whatever the method returned, the outcome of its order is not known yet.
        if (!outcomes.every((outcome) => outcome === 'refused'))
          throw unconfirmed(
            value,
            this.#id,
            'no answer acknowledges it, or the method did not wait for the answer or hid its failure',
          );
        this.#inDoubt.delete(attempt);
        return value;
      }
      this.executed = { value };
      return value;
    } catch (error) {
      context.isClosed = true;
      this.#learnFrom(this.#ordersIn(context.sent));
      this.#classify(attempt, error, context.sent);
      throw error;
    } finally {
      this.#leave(context);
    }
  }

  /**
   * Accepts an order that appears as the outcome of what was sent, unless an attempt failed for a reason that
   * concerns the order itself: any other refusal may come from something in front of the exchange.
   */
  heed(failure?: unknown): this {
    const isOfOrder = isWEEXError(failure) && (failure.kind === 'order' || failure.kind === 'request');
    const standing = isOfOrder || this.sentAt === undefined ? undefined : this.#sighting.standing;
    if (standing && !this.executed) this.confirm(standing.value as Result);
    return this;
  }

  /** Prevents a substitute value from hiding an order that may exist. */
  checkStandIn(): void {
    if (this.executed || !this.inDoubt || this.#idempotent) return;
    throw isWEEXError(this.doubt)
      ? this.doubt
      : new WEEXOutcomeUnknownError('Cannot replace the result of an order that may have been placed', {
          clientOrderId: this.#id,
          cause: this.doubt,
        });
  }

  /** Prevents an attempt that is still preparing from sending. */
  stop(): void {
    this.#current = undefined;
  }

  /** The failures of the requests that an error leaves in doubt; none if another failure reported them. */
  failuresBehind(error: unknown): readonly unknown[] {
    const orders = this.#ordersIn(this.#sent);
    const isOfOther = isWEEXError(error) && error.context['method'] !== undefined;
    if (orders.length === 0) return this.#misled || isOfOther ? [] : [error];
    const open = orders.filter(isOpen);
    return open.length > 0 ? open.map(({ failure }) => failure) : [error];
  }

  /** Takes the order that a lookup found as the outcome of every attempt so far. */
  confirm(value: Result): void {
    this.executed = { value };
    this.#settleSent('executed');
  }

  /** Marks every attempt so far as not executed. */
  clear(): void {
    this.doubted ||= this.inDoubt || this.unexplained;
    this.#inDoubt.clear();
    this.#unexplained.clear();
    this.#settleSent('refused');
  }

  /** Every write that any of them sent, as far as interceptors saw it. */
  get #sent(): readonly SentRequest[] {
    return this.#contexts.flatMap(({ sent = [] }) => sent);
  }

  /** Settles the writes, also for the attempts around this one. */
  #settleSent(outcome: SentRequest['outcome']): void {
    for (const request of this.#sent) if (isOpen(request)) request.outcome = outcome;
  }

  /** Unregisters an attempt; one that failed before its order was seen may still send it. */
  #leave(context: CallContext): void {
    const { isClosed, sent, sentUnseen } = context;
    const isUnsent = isClosed === true && sentUnseen !== true && this.#ordersIn(sent).length === 0;
    if (this.#calls) leaveAttempt(this.#calls, context, isUnsent);
  }

  #learnFrom(orders: readonly SentRequest[]): void {
    for (const { isUnread, place } of orders)
      if (place !== undefined || !isUnread) this.#memory.places.add(place);
  }

  /** The writes with the id or, if there is none, the orders without an id. */
  #ordersIn(sent: readonly SentRequest[] = []): readonly SentRequest[] {
    const id = this.#id;
    if (id === undefined) return [];
    const orders = ordersOf(id, sent);
    return orders.length > 0 ? orders : sent.filter((order) => order.placesOrder && order.isNameless);
  }

  #classify(attempt: symbol, error: unknown, sent: readonly SentRequest[] = []): void {
    const isCertain =
      isCleared(error, sent, this.#id) || (this.#memory.places.size > 0 && saysNotExecuted(error));
    const isContradicted = !isCertain && !this.#idempotent && saysNotExecuted(error);
    if (isInDoubt(error, sent, this.#id) || isSilent(error) || isContradicted) {
      // So that the policy looks the order up before it resends it.
      if (isWEEXError(error)) setExecutionStatus(error, 'unknown');
      this.doubt = error;
      this.#misled ||= isContradicted;
      return;
    }
    this.#inDoubt.delete(attempt);
    if (isCertain) this.refusal = error;
    else this.#unexplained.add(attempt);
  }
}

function isOpen({ outcome }: SentRequest): boolean {
  return outcome === 'open' || outcome === 'unknown';
}
