import { WEEXOrderError } from '../errors/index.js';
import { sum } from '../orders/patience.js';
import { clientState } from './client-state.js';
import type { Around } from './in-client.js';
import { tellDoubt } from './setting-doubt.js';
import type { CallOptions, OrderReference, OrderStatus } from './types.js';
import type { RequestParams } from './request-params.js';

/** The parameters by which both markets identify one order. */
export function referenceParams({ orderId, clientOrderId }: OrderReference): RequestParams {
  return orderId === undefined ? { origClientOrderId: clientOrderId } : { orderId };
}

/** How long a lookup may still show an order as open that was cancelled. */
const stateShowsMs: readonly number[] = [0, 500, 1_000, 2_750];

/** What the two markets share of the order safety of a cancel. */
export const cancelSafety: {
  readonly clientOrderId: (reference: OrderReference) => string;
  readonly matches: () => boolean;
  readonly settleMs: (this: object) => readonly number[];
  readonly reconcileDeadlineMs: (this: object) => number;
} = {
  /** The one id in the reference. */
  clientOrderId: ({ orderId, clientOrderId }: OrderReference): string =>
    orderId === undefined ? clientOrderId : String(orderId),
  /** It is looked up by that id, and what is found is its outcome, not an order. */
  matches: () => true,
  /** An order that is still open was not cancelled; its state may take a moment to show. */
  settleMs() {
    return clientState(this).reconcileDeadlineMs > sum(stateShowsMs) ? stateShowsMs : [0, 500];
  },
  /** The client's own deadline is for its own patience, which may be shorter. */
  reconcileDeadlineMs() {
    return Math.max(1_000, clientState(this).reconcileDeadlineMs);
  },
};

/** What a lookup shows of an order to be cancelled. */
interface SeenOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly status: OrderStatus;
  readonly executedQty: string;
}

/** An order that could no longer be cancelled, as a lookup showed. */
class FinishedOrder {
  readonly order: SeenOrder;

  constructor(order: SeenOrder) {
    this.order = order;
  }
}

/** States in which the order is still open, so it was not cancelled. */
const standing: ReadonlySet<string> = new Set(['NEW', 'PENDING', 'PARTIALLY_FILLED', 'UNTRIGGERED']);

/** What a lookup proves about a cancel whose answer was lost: the cancelled order, or nothing while it is open. */
export function judgeCanceled<Order extends SeenOrder, Canceled>(
  order: Order,
  asCanceled: (order: Order) => Canceled,
): Canceled | undefined {
  if (order.status.startsWith('CANCEL')) return asCanceled(order);
  // It ends the search; `refuseFinished` turns it into an error.
  return standing.has(order.status) ? undefined : (new FinishedOrder(order) as Canceled);
}

/**
 * Wraps the cancel of one order: an order that finished in another way was not cancelled, and one that cannot be
 * seen may have been, by an attempt whose answer was lost.
 */
export const refuseFinished: Around = async (call) => {
  const { operation } = call;
  const result = await tellDoubt(call);
  if (!(result instanceof FinishedOrder)) return result;
  const { orderId, clientOrderId, status, executedQty } = result.order;
  throw new WEEXOrderError(
    `Cannot call ${operation}: the order ${orderId} is already ${status}, with ${executedQty} executed`,
    {
      reason: 'refused',
      data: result.order,
      context: { operation, orderId, clientOrderId, status },
      executionStatus: 'not-executed',
    },
  );
};

/** The optional symbol of a call whose first argument may be its options. */
export function symbolFrom(first: string | CallOptions | undefined): string | undefined {
  return typeof first === 'object' ? undefined : first;
}

/** The error of a lookup by client order id if the exchange has no such order. */
export function orderNotFound(operation: string, clientOrderId: string, symbol: string): WEEXOrderError {
  return new WEEXOrderError(
    `Cannot call ${operation}: no order of ${symbol} has the client order id ${clientOrderId}`,
    { reason: 'not-found', context: { operation, clientOrderId, symbol } },
  );
}
