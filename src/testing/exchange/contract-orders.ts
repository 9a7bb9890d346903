import { longId } from './answer.js';
import type { EndpointCall } from './endpoint.js';
import { unknownOrder } from './order-book.js';
import { namedOrder, openOrders, orderHistory, pageOf } from './order-queries.js';
import { readOrderRequest } from './order-request.js';
import { idsOf, objectsOf, type Parameters, symbolOf, textOf } from './parameters.js';
import { missingParameter, Refusal, refusedByMatching } from './refusal.js';
import type { SimulatedOrder, WorkingOrder } from './simulated-order.js';

const market = 'contract';

/** The result of placing an order. */
export interface PlaceResult {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly success: boolean;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** Accepts one order. */
export function placeOrder(call: EndpointCall): PlaceResult {
  return placeOne(call, call.body);
}

/** Accepts one order of contracts, or of demo trading. */
export function placeOne(
  { world, nowMs, visibility }: EndpointCall,
  parameters: Parameters,
  table: 'contract' | 'demo' = market,
): PlaceResult {
  const { record } = world[table].book.place(readOrderRequest(table, parameters), nowMs, visibility);
  const { orderId, clientOrderId } = record;
  return { orderId, clientOrderId, success: true, errorCode: '', errorMessage: '' };
}

/** Accepts up to five orders, each with its own result. */
export function placeOrders(call: EndpointCall): PlaceResult[] {
  return objectsOf(call.body, 'batchOrders', 5).map((parameters) => {
    try {
      return placeOne(call, parameters);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const clientOrderId = textOf(parameters, 'newClientOrderId') ?? '';
      return {
        orderId: '',
        clientOrderId,
        success: false,
        errorCode: String(error.code),
        errorMessage: error.message,
      };
    }
  });
}

/** Cancels an open order. */
export function cancelOrder(call: EndpointCall): object {
  const order = namedOrder(call, market, 'act');
  // On this endpoint the exchange reports a finished order with its catch-all code.
  if (!call.world.contract.book.cancel(order, call.nowMs)) {
    throw refusedByMatching('FAILED_PRECONDITION: the order is already filled or canceled');
  }
  return cancelled(order);
}

/** Cancels up to ten orders, each with its own result. */
export function cancelOrders(call: EndpointCall): object[] {
  const { book } = call.world.contract;
  const byId = call.body['orderIdList'] !== undefined;
  return idsOf(call.body, byId ? 'orderIdList' : 'origClientOrderIdList', 10).map((id) => {
    const order = byId ? book.byId(id) : book.byClientId(id);
    if (order && book.cancel(order, call.nowMs)) return cancelled(order);
    const { code, message } = unknownOrder(market);
    const name = byId ? { orderId: id } : { orderId: '', origClientOrderId: id };
    return { ...name, success: false, errorCode: String(code), errorMessage: message };
  });
}

function cancelled({ record }: WorkingOrder): object {
  const { orderId, clientOrderId } = record;
  return { orderId, origClientOrderId: clientOrderId, success: true, errorCode: '', errorMessage: '' };
}

/** Cancels open orders, of one symbol or of all. */
export function cancelAllOrders(call: EndpointCall): object[] {
  const name = textOf(call.query, 'symbol');
  const symbol = name === undefined ? undefined : symbolOf(market, name);
  const { book } = call.world.contract;
  const orders = book.active().filter((order) => symbol === undefined || order.symbol === symbol);
  return orders.map((order) => ({
    orderId: longId(order.record.orderId),
    success: book.cancel(order, call.nowMs),
    errorCode: '',
    errorMessage: '',
  }));
}

/** One order, by its id alone. */
export function getOrder(call: EndpointCall): object {
  if (textOf(call.query, 'orderId') === undefined) throw missingParameter('orderId');
  return orderView(namedOrder(call, market, 'read').record);
}

/** The open orders. */
export function getOpenOrders(call: EndpointCall): object[] {
  const after = textOf(call.query, 'orderId');
  const orders = openOrders(call, market).filter(
    ({ record }) => after === undefined || BigInt(record.orderId) > BigInt(/^\d+$/.test(after) ? after : 0),
  );
  const page = pageOf(call.query, orders, { limit: 100, most: 100, firstPage: 0 });
  return page.map(({ record }) => orderView(record));
}

/** The finished orders. */
export function getOrderHistory(call: EndpointCall): object[] {
  const page = pageOf(call.query, orderHistory(call, market), { limit: 500, most: 1_000, firstPage: 0 });
  return page.map(({ record }) => orderView(record));
}

/** An order as lists show it. */
export function orderView(order: SimulatedOrder): object {
  return {
    avgPrice: order.avgPrice,
    clientOrderId: order.clientOrderId,
    cumQuote: order.cumQuote,
    executedQty: order.executedQty,
    orderId: longId(order.orderId),
    origQty: order.origQty,
    price: order.price,
    reduceOnly: (order.side === 'BUY') !== (order.positionSide === 'LONG'),
    side: order.side,
    positionSide: order.positionSide,
    status: order.status,
    stopPrice: '0',
    symbol: order.symbol,
    time: order.time,
    timeInForce: order.timeInForce,
    type: order.type,
    updateTime: order.updateTime,
    workingType: 'UNKNOWN_PRICE_TYPE',
  };
}
