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

/** What the two markets have in common of the order safety of a cancel. */
export const cancelSafety: {
  readonly clientOrderId: (reference: OrderReference) => string;
  readonly matches: () => boolean;
  readonly settleMs: (this: object) => readonly number[];
  readonly reconcileDeadlineMs: (this: object) => number;
} = {
  /** The one id that the reference goes by. */
  clientOrderId: ({ orderId, clientOrderId }: OrderReference): string =>
    orderId === undefined ? clientOrderId : String(orderId),
  /** Looked up by that very id; what is found is its outcome, not an order. */
  matches: () => true,
  /** An order that is still open was not cancelled; a moment is allowed for its state to show. */
  settleMs() {
    return clientState(this).reconcileDeadlineMs > sum(stateShowsMs) ? stateShowsMs : [0, 500];
  },
  /** That of the client is for its own patience, which may be shorter. */
  reconcileDeadlineMs() {
    return Math.max(1_000, clientState(this).reconcileDeadlineMs);
  },
};

/** What a lookup of an order to be cancelled shows. */
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

/** What a lookup says about a cancel whose answer was lost: the cancelled order, or nothing while it is open. */
export function judgeCanceled<Order extends SeenOrder, Canceled>(
  order: Order,
  asCanceled: (order: Order) => Canceled,
): Canceled | undefined {
  if (order.status.startsWith('CANCEL')) return asCanceled(order);
  // It ends the search; `refuseFinished` makes the error of it.
  return standing.has(order.status) ? undefined : (new FinishedOrder(order) as Canceled);
}

/**
 * Runs round the cancel of one order: an order that was found finished in another way was not cancelled, and one that
 * is not to be seen may have been, by an attempt whose answer was lost.
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

/** The optional symbol of a call that may also be given nothing but options. */
export function symbolFrom(first: string | CallOptions | undefined): string | undefined {
  return typeof first === 'object' ? undefined : first;
}

/** What a lookup by client order id rejects with when the exchange has no such order. */
export function orderNotFound(operation: string, clientOrderId: string, symbol: string): WEEXOrderError {
  return new WEEXOrderError(
    `Cannot call ${operation}: no order of ${symbol} has the client order id ${clientOrderId}`,
    { reason: 'not-found', context: { operation, clientOrderId, symbol } },
  );
}
