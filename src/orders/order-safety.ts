import type { IPolicy } from 'cockatiel';
import type { IntentJournal } from './intent-journal.js';
import type { Venue } from './venue.js';

/**
 * How a call that places an order is kept from ever placing a second one: the id of the order, and how to find it.
 *
 * It acts when an attempt ends with the `executionStatus` `'unknown'`. Found: the call succeeds with what `find`
 * returned, be it open, filled or cancelled. Absent: one more attempt, with the same id. Neither: the call rejects
 * with a `WEEXOutcomeUnknownError`. A call that succeeds or is refused at once costs nothing more.
 */
export interface OrderSafety<This, Args extends unknown[], Result> {
  /**
   * The client order id of a call, asked once a call. The same id reaches every attempt as
   * `resilienceContext().clientOrderId`. A call without an id cannot be looked up, so that an unknown outcome of it
   * stays unknown.
   */
  readonly clientOrderId: (this: This, ...args: Args) => string | undefined;
  /**
   * Looks the order up by its client order id: the order in any state, or nothing if it is not to be seen. An error
   * that says "order does not exist" counts as not seen; any other error as a look-up that failed. An order that
   * carries another client order id is never taken for this one.
   */
  readonly find: (
    this: This,
    id: string,
    ...args: Args
  ) => PromiseLike<Result | undefined | null> | Result | undefined | null;
  /**
   * Patience before "absent": the wait before each look-up, in milliseconds; a number stands for a list of one.
   * Only when all of it is over, and the last look-up saw nothing, was the order not executed. Default: what
   * `venue` needs.
   */
  readonly settleMs?: number | readonly number[] | undefined;
  /** How long finding out may take in all, in milliseconds, also beyond the deadline of the call. Default: the patience and 5,000. */
  readonly reconcileDeadlineMs?: number | undefined;
  /** Runs before the first send and is waited for; if it throws, the call rejects and nothing is sent. */
  readonly persist?: ((this: This, id: string, ...args: Args) => unknown) | undefined;
  /** Where intents are written down before they are sent. Default: nowhere. */
  readonly journal?: IntentJournal | undefined;
  /** The exchange that the order goes to. Default: `weexVenues.contract`, the one that promises least. */
  readonly venue?: Venue | undefined;
  /** The policy that look-ups run under. Default: 2 s an attempt; look-ups that failed are repeated anyway. */
  readonly lookUpPolicy?: IPolicy | undefined;
}
