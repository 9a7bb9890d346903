import type { CallContext } from '../context/call-context.js';
import { Resilient, type ResilientDecorator, resilienceContext } from '../decorators/index.js';
import { WEEXOrderError, WEEXRequestError } from '../errors/index.js';
import { mintClientOrderId, weexVenues } from '../orders/index.js';
import { itemOf } from './answers.js';
import { type CallPlan, planCall } from './call-plan.js';
import { spotEndpoints } from './spot-endpoints.js';
import type * as Spot from './spot-types.js';
import type { SpotOperation } from './endpoint.js';
import { batchIds, batchSafety, findBatch, type OrderOutcome, placeBatch } from './order-batch.js';
import { lookUpPolicy, reconcileDeadlineMs } from './look-up-policy.js';
import { cancelSafety, isCanceled, referenceParams, symbolFrom } from './order-reference.js';
import type { RequestParams } from './request-params.js';
import type { RestSession } from './rest-session.js';
import type {
  CallOptions,
  Depth,
  DepthOptions,
  OrderHistoryQuery,
  OrderReference,
  ServerTime,
} from './types.js';

const policyOf = (operation: SpotOperation): string => spotEndpoints[operation].policy;

const planOf = (operation: SpotOperation): CallPlan => planCall('spot', operation, spotEndpoints[operation]);

const Call = (operation: SpotOperation): ResilientDecorator<CallPlan, never, CallContext> =>
  Resilient(policyOf(operation), planOf(operation));

/**
 * The V3 spot market. Every method runs under a policy of the client's registry; the README lists which, and
 * what happens when an answer is lost. The last argument of each may be `{ signal }`.
 */
export class SpotClient {
  readonly #session: RestSession;

  /** @internal */
  constructor(session: RestSession) {
    this.#session = session;
  }

  /** The time of the exchange. It also sets the clock that requests are signed by. */
  @Call('getServerTime')
  async getServerTime(_options?: CallOptions): Promise<ServerTime> {
    return this.#session.readServerTime(() => this.#send('getServerTime'));
  }

  /** Pairs and limits. The limits are taken over by the client's policies. */
  @Call('getExchangeInfo')
  async getExchangeInfo(_options?: CallOptions): Promise<Spot.SpotExchangeInfo> {
    const info = await this.#send<Spot.SpotExchangeInfo>('getExchangeInfo');
    this.#session.takeLimits(info.rateLimits);
    return info;
  }

  /** The last 24 hours of one pair. */
  @Call('getTicker')
  async getTicker(symbol: string, _options?: CallOptions): Promise<Spot.SpotTicker> {
    const answer = await this.#send<Spot.SpotTicker[]>('getTicker', { symbol });
    return itemOf('spot.getTicker', symbol, answer);
  }

  /** The order book of one pair. */
  @Call('getDepth')
  async getDepth(symbol: string, options?: DepthOptions): Promise<Depth> {
    return this.#send('getDepth', { symbol, limit: options?.limit });
  }

  /** The spot account and what it holds. */
  @Call('getAccountBalance')
  async getAccountBalance(_options?: CallOptions): Promise<Spot.SpotAccount> {
    return this.#send('getAccountBalance');
  }

  /**
   * Places one order. Where the answer is lost the order is looked up by its client order id: found, the call
   * succeeds with what was found; proven absent, it is sent again with the same id; neither, the call rejects with
   * a `WEEXOutcomeUnknownError`.
   */
  @Resilient(policyOf('placeOrder'), {
    ...planOf('placeOrder'),
    orderSafety: {
      venue: weexVenues.spot,
      lookUpPolicy,
      reconcileDeadlineMs,
      clientOrderId: (order: Spot.SpotOrderRequest) => order.newClientOrderId ?? mintClientOrderId(),
      find(this: SpotClient, id: string, order: Spot.SpotOrderRequest) {
        return this.findOrder(id, order.symbol).then(asPlaced);
      },
    },
  })
  async placeOrder(order: Spot.SpotOrderRequest, _options?: CallOptions): Promise<Spot.SpotPlacedOrder> {
    const newClientOrderId = order.newClientOrderId ?? resilienceContext()?.clientOrderId;
    return this.#send('placeOrder', { ...order, newClientOrderId });
  }

  /**
   * Places up to ten orders of one pair in one request, and tells of each what became of it. Where the answer is lost each
   * order is looked up: where none was executed the batch is sent again, else each order says whether it was.
   */
  @Resilient(policyOf('placeOrders'), {
    ...planOf('placeOrders'),
    orderSafety: {
      ...batchSafety,
      venue: weexVenues.spot,
      find(this: SpotClient, batchId: string, orders: readonly Spot.SpotOrderRequest[]) {
        const ids = batchIds('spot.placeOrders', orders, batchId);
        return findBatch(ids, weexVenues.spot, (id, index) =>
          this.findOrder(id, orders[index]?.symbol ?? '').then(asPlaced),
        );
      },
    },
  })
  async placeOrders(
    orders: readonly Spot.SpotOrderRequest[],
    _options?: CallOptions,
  ): Promise<OrderOutcome<Spot.SpotPlacedOrder>[]> {
    return placeBatch('spot.placeOrders', orders, (batch) => {
      const symbol = commonSymbol(batch);
      return this.#send('placeOrders', {
        symbol,
        orderList: batch.map((order) => ({ ...order, symbol: undefined })),
      });
    });
  }

  /**
   * Cancels one order. Where the answer is lost it is sent again; when the exchange then knows no such open order
   * it is looked up, and if it is cancelled the call succeeds.
   */
  @Resilient(policyOf('cancelOrder'), {
    ...planOf('cancelOrder'),
    orderSafety: {
      ...cancelSafety,
      async find(this: SpotClient, _id: string, reference: OrderReference) {
        const order = await this.getOrder(reference);
        return isCanceled(order) ? order : undefined;
      },
    },
  })
  async cancelOrder(reference: OrderReference, _options?: CallOptions): Promise<Spot.SpotCanceledOrder> {
    return this.#send('cancelOrder', referenceParams(reference));
  }

  /** Cancels all open orders of one pair; the exchange wants to be told which. */
  @Call('cancelAllOrders')
  async cancelAllOrders(symbol?: string, _options?: CallOptions): Promise<Spot.SpotCanceledOrder[]> {
    if (typeof symbol !== 'string') {
      throw new WEEXRequestError('Cannot call spot.cancelAllOrders: symbol is missing, allowed is a pair', {
        context: { operation: 'spot.cancelAllOrders' },
        executionStatus: 'not-executed',
      });
    }
    return this.#send('cancelAllOrders', { symbol });
  }

  /** One order in any state. */
  @Call('getOrder')
  async getOrder(reference: OrderReference, _options?: CallOptions): Promise<Spot.SpotOrder> {
    return this.#send('getOrder', referenceParams(reference));
  }

  /**
   * The order with a client order id, or `undefined` when the exchange shows none. Orders may show up late: one look
   * is no proof.
   */
  @Call('findOrder')
  async findOrder(
    clientOrderId: string,
    _symbol: string,
    _options?: CallOptions,
  ): Promise<Spot.SpotOrder | undefined> {
    try {
      return await this.#send('findOrder', { origClientOrderId: clientOrderId });
    } catch (error) {
      if (error instanceof WEEXOrderError && error.reason === 'not-found') return undefined;
      throw error;
    }
  }

  /** All open orders, of one pair or of all. */
  getOpenOrders(symbol?: string, options?: CallOptions): Promise<Spot.SpotOrder[]>;
  getOpenOrders(options: CallOptions): Promise<Spot.SpotOrder[]>;
  @Call('getOpenOrders')
  async getOpenOrders(symbol?: string | CallOptions, _options?: CallOptions): Promise<Spot.SpotOrder[]> {
    return this.#send('getOpenOrders', { symbol: symbolFrom(symbol) });
  }

  /** Past orders of one pair, a page at a time. */
  @Call('getOrderHistory')
  async getOrderHistory(query: OrderHistoryQuery, _options?: CallOptions): Promise<Spot.SpotOrder[]> {
    return this.#send('getOrderHistory', { ...query });
  }

  #send<Answer>(operation: SpotOperation, params?: RequestParams): Promise<Answer> {
    return this.#session.send(`spot.${operation}`, spotEndpoints[operation], params);
  }
}

/** The one pair of a batch: the exchange takes no batch of several. */
function commonSymbol(orders: readonly Spot.SpotOrderRequest[]): string | undefined {
  const symbols = [...new Set(orders.map(({ symbol }) => symbol))];
  if (symbols.length <= 1) return symbols[0];
  throw new WEEXRequestError(
    `Cannot call spot.placeOrders: all orders must have the same symbol, received ${symbols.join(', ')}`,
    { context: { operation: 'spot.placeOrders' }, executionStatus: 'not-executed' },
  );
}

/** The acknowledgement of an order whose own was lost. */
function asPlaced(order: Spot.SpotOrder | undefined): Spot.SpotPlacedOrder | undefined {
  return order && { ...order, transactTime: order.time };
}
