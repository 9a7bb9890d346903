import type { IPolicy } from 'cockatiel';
import type { IntentJournal } from './intent-journal.js';
import type { Venue } from './venue.js';

/** The wait before each lookup, in milliseconds; a number is a list of one. */
export type SettleMs = number | readonly number[];

/**
 * Marks an order safety whose id belongs to a whole batch and is not sent with any of its orders, since `find`
 * looks up each of them by its own id.
 */
export const looksUpAll: unique symbol = Symbol('weex-resilience.looksUpAll');

/** Names the scope in which ids must be unique across processes, such as a market. Default: the account's name. */
export const idKind: unique symbol = Symbol('weex-resilience.idKind');

/**
 * Ensures that a call that places an order never places a second one: it has the id of the order, and says how to
 * find it.
 *
 * It acts when an attempt failed that may have been executed: it sent a write that the exchange itself did not
 * refuse, whatever the method threw; or no interceptor saw what it sent, and its error does not rule execution out.
 * Found: the call succeeds with what `find` returned, whether open, filled or cancelled. Absent: one more attempt
 * with the same id, as long as the call has time and attempts; otherwise the call rejects with the error of the
 * attempt, its `executionStatus` now `'not-executed'`. Neither: it rejects with a `WEEXOutcomeUnknownError`. A
 * refusal of the additional attempt is looked up too, since the first order may be its cause. A call that succeeds
 * or is refused at once costs nothing extra.
 *
 * Together with `idempotent: true` (a cancel), a request with an unknown outcome is sent again without a lookup;
 * the order is looked up only if the last attempt leaves it open, or if an attempt after such a one is refused
 * ("order does not exist").
 *
 * Durations are in milliseconds, from 0 to 2^31 − 1.
 *
 * @throws TypeError when it is attached, listing every option that is missing, unknown or out of range.
 * @example
 * ```ts
 * import { mintClientOrderId, type OrderSafety, resilient } from 'weex-resilience';
 *
 * interface Order {
 *   readonly symbol: string;
 *   readonly newClientOrderId: string;
 * }
 * declare function send(order: Order): Promise<Order>;
 * declare function findOrder(id: string, symbol: string): Promise<Order | undefined>;
 *
 * const orderSafety: OrderSafety<unknown, [Order], Order> = {
 *   clientOrderId: (order) => order.newClientOrderId,
 *   find: (id, order) => findOrder(id, order.symbol),
 *   settleMs: [250, 1_000, 3_000],
 * };
 * const placeOrder = resilient(async (order: Order) => send(order), 'orders', { orderSafety });
 * const order = { symbol: 'BTCUSDT', newClientOrderId: mintClientOrderId() };
 * console.log(typeof placeOrder, order.newClientOrderId.length); // function 30
 * ```
 */
export interface OrderSafety<This, Args extends unknown[], Result> {
  /** @internal */
  readonly [looksUpAll]?: true | undefined;
  /** @internal */
  [idKind]?(this: This): string;
  /**
   * Returns the client order id of a call; called once per call. The same id reaches every attempt as
   * `resilienceContext().clientOrderId`. A call without an id cannot be looked up, so an unknown outcome of it
   * stays unknown.
   */
  readonly clientOrderId: (this: This, ...args: Args) => string | undefined;
  /**
   * Looks the order up by its client order id: returns the order in any state, or nothing if it cannot be seen. An
   * error that says "order does not exist" counts as not seen, any other error as a failed lookup. An order with
   * another client order id is never accepted as this one.
   */
  readonly find: (
    this: This,
    id: string,
    ...args: Args
  ) => PromiseLike<Result | undefined | null> | Result | undefined | null;
  /**
   * Names the account to which the id belongs, by any text but a secret: only one call at a time may send an id,
   * and an id in doubt is looked up first, in every call of the process for that account. Default: the calls of
   * this method, whatever their instance, are for one account.
   */
  account?(this: This, ...args: Args): string;
  /**
   * Listens for the order elsewhere, for example on a stream of orders, from before it is sent until its call is
   * over, and returns a function that stops listening. Each `seen(order)` is compared with what was ordered, like the
   * result of `find`; the first that matches ends the lookups at once. Silence proves nothing: only lookups show that
   * an order is absent. It is not called for a call with `idempotent: true`, and its exceptions are ignored. Default:
   * no listening.
   */
  watch?(this: This, id: string, seen: (order: Result) => void, ...args: Args): () => void;
  /**
   * Whether what was found is what was ordered; `false` makes the lookup count as failed. Default: symbol, side,
   * position side, quantity and trigger price must be equal if both have them.
   */
  matches?(this: This, found: Result, ...args: Args): boolean;
  /**
   * The patience before "absent": the wait before each lookup. A number is a list of one; a function is called once
   * per call. Only when all waits are over, and the last lookup found nothing, does the order count as not
   * executed. So choose longer than a request can still be on its way after its timeout, and longer than an order
   * can be invisible.
   *
   * Default: what `venue` needs. For WEEX that is 34,250 in total, with lookups after 250, 1,000 and 3,000 more and
   * then every 5,000, because an unanswered request may still be executed until its timestamp expires after 30 s.
   */
  readonly settleMs?: SettleMs | ((this: This, ...args: Args) => SettleMs | undefined) | undefined;
  /**
   * How long the search may take in total, in milliseconds, even beyond the deadline of the call.
   * Default: the patience plus 5,000.
   */
  readonly reconcileDeadlineMs?: number | ((this: This, ...args: Args) => number | undefined) | undefined;
  /** Called and awaited before the first send; if it throws, the call rejects and nothing is sent. */
  readonly persist?: ((this: This, id: string, ...args: Args) => unknown) | undefined;
  /**
   * The journal in which intents are recorded before they are sent; a function is called once per call. Default:
   * none.
   */
  readonly journal?: IntentJournal | ((this: This, ...args: Args) => IntentJournal | undefined) | undefined;
  /**
   * The exchange to which the order goes; a function is called once per call. Default: `weexVenues.contract`, the
   * one that promises least.
   */
  readonly venue?: Venue | ((this: This, ...args: Args) => Venue | undefined) | undefined;
  /** The policy for lookups. Default: 2 s per attempt; failed lookups are repeated anyway. */
  readonly lookupPolicy?: IPolicy | undefined;
}
