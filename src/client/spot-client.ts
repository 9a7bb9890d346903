import { Resilient, resilienceContext } from '../decorators/index.js';
import { WEEXOrderError } from '../errors/index.js';
import { itemOf } from './answers.js';
import {
  idAndSymbol,
  orderFirst,
  ordersFirst,
  queryFirst,
  referenceFirst,
  symbolFirst,
  symbolOrNothing,
} from './argument-checks.js';
import { cancelEarlier } from './cancel-earlier.js';
import { spotEndpoints } from './spot-endpoints.js';
import type * as Spot from './spot-types.js';
import { marketMethods, sessionOf, setSession } from './market-methods.js';
import { marketSafety } from './market-safety.js';
import { type OrderOutcome, sendBatch, settleEach } from './order-batch.js';
import { refuseFinished, referenceParams, symbolFrom } from './order-reference.js';
import type { RestSession } from './rest-session.js';
import { noteDoubt } from './setting-doubt.js';
import type {
  CallOptions,
  Depth,
  DepthOptions,
  OrderHistoryQuery,
  OrderReference,
  ServerTime,
} from './types.js';

const { Call, Outer, optionsOf, policyOf, send } = marketMethods('spot', spotEndpoints);
const safety = marketSafety<
  Spot.SpotOrderRequest,
  Spot.SpotOrder,
  Spot.SpotPlacedOrder,
  Spot.SpotCanceledOrder
>({
  asPlaced,
  asCanceled,
});

/** The exchange accepts no batch with several pairs. */
const ordersOfOneSymbol = (args: readonly unknown[]): string[] => {
  const faults = ordersFirst(10)(args);
  if (faults.length > 0) return faults;
  const symbols = new Set((args[0] as readonly Spot.SpotOrderRequest[]).map(({ symbol }) => symbol));
  return symbols.size <= 1
    ? []
    : [`all orders must have the same symbol, received ${[...symbols].join(', ')}`];
};

/**
 * The V3 spot market. Every method runs under a policy of the client's registry; docs/client.md lists which, and
 * what happens if an answer is lost. The last argument of each may be `{ signal }`.
 */
export class SpotClient {
  /** @internal */
  constructor(session: RestSession) {
    setSession(this, session);
  }

  /** The time of the exchange. It also sets the clock used for signing. */
  @Outer('getServerTime')
  @Call('getServerTime')
  async getServerTime(_options?: CallOptions): Promise<ServerTime> {
    return sessionOf(this).readServerTime(() => send(this, 'getServerTime'));
  }

  /** Pairs and limits. The client's policies adopt the limits. */
  @Outer('getExchangeInfo')
  @Call('getExchangeInfo')
  async getExchangeInfo(_options?: CallOptions): Promise<Spot.SpotExchangeInfo> {
    const info = await send<Spot.SpotExchangeInfo>(this, 'getExchangeInfo');
    sessionOf(this).takeLimits(info.rateLimits);
    return info;
  }

  /** The last 24 hours of one pair. */
  @Outer('getTicker', { check: symbolFirst })
  @Call('getTicker')
  async getTicker(symbol: string, _options?: CallOptions): Promise<Spot.SpotTicker> {
    const answer = await send<Spot.SpotTicker[]>(this, 'getTicker', { symbol });
    return itemOf('spot.getTicker', symbol, answer);
  }

  /** The order book of one pair. */
  @Outer('getDepth', { check: symbolFirst })
  @Call('getDepth')
  async getDepth(symbol: string, options?: DepthOptions): Promise<Depth> {
    return send(this, 'getDepth', { symbol, limit: options?.limit });
  }

  /** The spot account and its balances. */
  @Outer('getAccountBalance')
  @Call('getAccountBalance')
  async getAccountBalance(_options?: CallOptions): Promise<Spot.SpotAccount> {
    return send(this, 'getAccountBalance');
  }

  /**
   * Places one order. If the answer is lost, the order is looked up by its client order id. Found: the call succeeds
   * with what was found. Proven absent: the order is sent again with the same id. Neither: the call rejects with a
   * `WEEXOutcomeUnknownError`.
   */
  @Outer('placeOrder', { check: orderFirst })
  @Resilient(policyOf('placeOrder'), {
    ...optionsOf('placeOrder'),
    orderSafety: safety.place,
  })
  async placeOrder(order: Spot.SpotOrderRequest, _options?: CallOptions): Promise<Spot.SpotPlacedOrder> {
    const newClientOrderId = resilienceContext()?.clientOrderId ?? order.newClientOrderId;
    return send(this, 'placeOrder', { ...order, newClientOrderId });
  }

  /**
   * Places up to ten orders of one pair in one request, and returns the outcome of each. If the answer is lost, each
   * order is looked up, and only the absent ones are sent again.
   */
  @Outer('placeOrders', { check: ordersOfOneSymbol, around: settleEach })
  @Resilient(policyOf('placeOrders'), {
    ...optionsOf('placeOrders'),
    orderSafety: safety.placeAll,
  })
  async placeOrders(
    orders: readonly Spot.SpotOrderRequest[],
    _options?: CallOptions,
  ): Promise<OrderOutcome<Spot.SpotPlacedOrder>[]> {
    return sendBatch(
      orders,
      (batch) => {
        const orderList = batch.map((order) => ({ ...order, symbol: undefined }));
        return send(this, 'placeOrders', { symbol: batch[0]?.symbol, orderList });
      },
      (id, symbol) => this.findOrder(id, symbol).then(asPlaced),
    );
  }

  /**
   * Cancels one order. If the answer is lost, the cancel is sent again; if the exchange then has no such open
   * order, it is looked up, and the call succeeds if it is cancelled.
   */
  @Outer('cancelOrder', { check: referenceFirst, around: refuseFinished })
  @Resilient(policyOf('cancelOrder'), {
    ...optionsOf('cancelOrder'),
    orderSafety: safety.cancel,
  })
  async cancelOrder(reference: OrderReference, _options?: CallOptions): Promise<Spot.SpotCanceledOrder> {
    return noteDoubt(reference, send(this, 'cancelOrder', referenceParams(reference)));
  }

  /**
   * Cancels all open orders, of one pair or of all. The exchange cancels by pair, so without one the open orders are
   * read first. If the answer is lost, those that are still open from before are cancelled one by one, and the result
   * lists these; orders placed in the meantime stay.
   */
  cancelAllOrders(symbol?: string, options?: CallOptions): Promise<Spot.SpotCanceledOrder[]>;
  cancelAllOrders(options: CallOptions): Promise<Spot.SpotCanceledOrder[]>;
  @Outer('cancelAllOrders', { check: symbolOrNothing, around: cancelEarlier })
  @Call('cancelAllOrders')
  async cancelAllOrders(
    first?: string | CallOptions,
    _options?: CallOptions,
  ): Promise<Spot.SpotCanceledOrder[]> {
    const symbol = symbolFrom(first);
    const symbols = symbol === undefined ? await this.#openSymbols() : [symbol];
    const canceled: Spot.SpotCanceledOrder[] = [];
    for (const one of symbols)
      canceled.push(
        ...[await send<Spot.SpotCanceledOrder[]>(this, 'cancelAllOrders', { symbol: one })].flat(),
      );
    return canceled;
  }

  /** One order in any state. */
  @Outer('getOrder', { check: referenceFirst })
  @Call('getOrder')
  async getOrder(reference: OrderReference, _options?: CallOptions): Promise<Spot.SpotOrder> {
    return send(this, 'getOrder', referenceParams(reference));
  }

  /**
   * Returns the order with a client order id, or `undefined` if the exchange shows none. Orders may become visible
   * late: one lookup proves nothing.
   */
  @Outer('findOrder', { check: idAndSymbol })
  @Call('findOrder')
  async findOrder(
    clientOrderId: string,
    _symbol: string,
    _options?: CallOptions,
  ): Promise<Spot.SpotOrder | undefined> {
    try {
      return await send(this, 'findOrder', { origClientOrderId: clientOrderId });
    } catch (error) {
      if (error instanceof WEEXOrderError && error.reason === 'not-found') return undefined;
      throw error;
    }
  }

  /** All open orders, of one pair or of all. */
  getOpenOrders(symbol?: string, options?: CallOptions): Promise<Spot.SpotOrder[]>;
  getOpenOrders(options: CallOptions): Promise<Spot.SpotOrder[]>;
  @Outer('getOpenOrders', { check: symbolOrNothing })
  @Call('getOpenOrders')
  async getOpenOrders(symbol?: string | CallOptions, _options?: CallOptions): Promise<Spot.SpotOrder[]> {
    return send(this, 'getOpenOrders', { symbol: symbolFrom(symbol) });
  }

  /** Past orders of one pair, a page at a time. */
  @Outer('getOrderHistory', { check: queryFirst })
  @Call('getOrderHistory')
  async getOrderHistory(query: OrderHistoryQuery, _options?: CallOptions): Promise<Spot.SpotOrder[]> {
    return send(this, 'getOrderHistory', { ...query });
  }

  async #openSymbols(): Promise<Set<string>> {
    const orders = await send<Spot.SpotOrder[]>(this, 'getOpenOrders');
    return new Set(orders.map(({ symbol }) => symbol));
  }
}

/** The answer to a cancel whose own answer was lost. */
function asCanceled({ orderId, clientOrderId, status }: Spot.SpotOrder): Spot.SpotCanceledOrder {
  return { orderId, origClientOrderId: clientOrderId, status };
}

/** The acknowledgement of an order whose own acknowledgement was lost. */
function asPlaced(order: Spot.SpotOrder | undefined): Spot.SpotPlacedOrder | undefined {
  return order && { ...order, transactTime: order.time };
}
