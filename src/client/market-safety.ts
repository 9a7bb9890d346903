import type { OrderSafety } from '../orders/order-safety.js';
import { ofClient, ofStream } from './client-state.js';
import { generateId } from './generate-id.js';
import { batchSafety, findBatch, type OrderOutcome } from './order-batch.js';
import { cancelSafety, judgeCanceled } from './order-reference.js';
import type { CallOptions, OrderReference } from './types.js';

/** An order as it is placed in either market. */
interface Request {
  readonly symbol: string;
  readonly newClientOrderId?: string | undefined;
}

/** How a market shows orders. */
interface Reader<Found> {
  findOrder(clientOrderId: string, symbol: string): Promise<Found | undefined>;
  getOrder(reference: OrderReference): Promise<Found>;
}

/** Converts an order that was found into the lost answer. */
interface Answers<Found, Placed, Canceled> {
  readonly asPlaced: (order: Found | undefined) => Placed | undefined;
  readonly asCanceled: (order: Found) => Canceled;
}

/** The order safety of the methods of a market that place and cancel. */
export interface MarketSafety<Order extends Request, Found, Placed, Canceled> {
  readonly place: OrderSafety<Reader<Found>, [order: Order, options?: CallOptions], Placed>;
  readonly placeAll: OrderSafety<
    Reader<Found>,
    [orders: readonly Order[], options?: CallOptions],
    OrderOutcome<Placed>[]
  >;
  readonly cancel: OrderSafety<Reader<Found>, [reference: OrderReference, options?: CallOptions], Canceled>;
}

/** What the two markets share; their answers differ. */
export function marketSafety<
  Order extends Request,
  Found extends Parameters<typeof judgeCanceled>[0],
  Placed,
  Canceled,
>({ asPlaced, asCanceled }: Answers<Found, Placed, Canceled>): MarketSafety<Order, Found, Placed, Canceled> {
  return {
    place: {
      ...ofClient,
      ...ofStream('order'),
      clientOrderId(order) {
        return order.newClientOrderId ?? generateId(this, 'order');
      },
      find(id, order) {
        return this.findOrder(id, order.symbol).then(asPlaced);
      },
    },
    placeAll: {
      ...ofClient,
      ...batchSafety,
      find(_id, orders) {
        return findBatch(orders, (id, symbol) => this.findOrder(id, symbol).then(asPlaced));
      },
    },
    cancel: {
      ...ofClient,
      journal: undefined,
      ...cancelSafety,
      async find(_id, reference) {
        return judgeCanceled(await this.getOrder(reference), asCanceled);
      },
    },
  };
}
