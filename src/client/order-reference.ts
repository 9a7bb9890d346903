import type { IPolicy } from 'cockatiel';
import { WEEXOrderError } from '../errors/index.js';
import { lookUpPolicy, reconcileDeadlineMs } from './look-up-policy.js';
import type { CallOptions, OrderReference } from './types.js';
import type { RequestParams } from './request-params.js';

/** How both markets want to be told of one order. */
export function referenceParams({ orderId, clientOrderId }: OrderReference): RequestParams {
  return orderId === undefined ? { origClientOrderId: clientOrderId } : { orderId };
}

/** What the two markets have in common of the order safety of a cancel. */
export const cancelSafety: {
  clientOrderId(reference: OrderReference): string;
  readonly settleMs: readonly number[];
  readonly lookUpPolicy: IPolicy;
  readonly reconcileDeadlineMs: number;
} = {
  /** The one id that the reference goes by. */
  clientOrderId: ({ orderId, clientOrderId }: OrderReference): string =>
    orderId === undefined ? clientOrderId : String(orderId),
  /** An order that is still open was not cancelled; a moment is allowed for its state to show. */
  settleMs: [0, 500],
  lookUpPolicy,
  reconcileDeadlineMs,
};

/** The optional symbol of a call that may also be given nothing but options. */
export function symbolFrom(first: string | CallOptions | undefined): string | undefined {
  return typeof first === 'object' && first !== null ? undefined : first;
}

/** Whether a status says that the order is cancelled, or about to be. */
export function isCanceled({ status }: { readonly status: string }): boolean {
  return status.startsWith('CANCEL');
}

/** What a look-up by client order id rejects with when the exchange has no such order. */
export function orderNotFound(operation: string, clientOrderId: string, symbol: string): WEEXOrderError {
  return new WEEXOrderError(
    `Cannot call ${operation}: no order of ${symbol} has the client order id ${clientOrderId}`,
    { reason: 'not-found', context: { operation, clientOrderId, symbol } },
  );
}
