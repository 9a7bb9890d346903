import { longId } from './answer.js';
import type { EndpointCall } from './endpoint.js';
import { namedOrder, openOrders, orderHistory, pageOf } from './order-queries.js';
import { readOrderRequest } from './order-request.js';
import { idsOf, objectsOf, type Parameters, symbolOf, textOf } from './parameters.js';
import { missingParameter, Refusal } from './refusal.js';
import { isActive, type SimulatedOrder, type WorkingOrder } from './simulated-order.js';

const market = 'spot';

/** Accepts one order; an active one with the same client id is returned in its place. */
export function placeOrder(call: EndpointCall): object {
  return placeOne(call, call.body);
}

function placeOne({ world, nowMs, visibility }: EndpointCall, parameters: Parameters): object {
  const { record } = world.spot.book.place(readOrderRequest(market, parameters), nowMs, visibility);
  return {
    symbol: record.symbol,
    orderId: longId(record.orderId),
    clientOrderId: record.clientOrderId,
    transactTime: record.time,
  };
}

/** Accepts up to ten orders of one symbol, each with its own result. */
export function placeOrders(call: EndpointCall): object {
  const symbol = symbolOf(market, textOf(call.body, 'symbol')).symbol;
  const orderList = objectsOf(call.body, 'orderList', 10).map((item) => {
    const parameters = { ...item, symbol };
    try {
      return placeOne(call, parameters);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const clientOrderId = textOf(parameters, 'newClientOrderId');
      return { symbol, clientOrderId, errorCode: String(error.code), errorMsg: error.message };
    }
  });
  return { orderList };
}

/** Cancels an open order. An order that is finished, or never existed, fails inside a success. */
export function cancelOrder(call: EndpointCall): object {
  const orderId = textOf(call.query, 'orderId');
  const clientOrderId = textOf(call.query, 'origClientOrderId');
  const name = nameOf(orderId, clientOrderId);
  const order = findToCancel(call);
  return order && call.world.spot.book.cancel(order, call.nowMs)
    ? { ...name, status: 'CANCELED' }
    : notFound(name);
}

/** Cancels up to fifty orders, each with its own result. */
export function cancelOrders(call: EndpointCall): object {
  const { book } = call.world.spot;
  const byId = call.body['orderIds'] !== undefined;
  const orderList = idsOf(call.body, byId ? 'orderIds' : 'origClientOrderIds', 50).map((id) => {
    const order = byId ? book.byId(id) : book.byClientId(id);
    const name = byId ? nameOf(id, undefined) : nameOf(undefined, id);
    return order && book.cancel(order, call.nowMs) ? { ...name, status: 'CANCELED' } : notFound(name);
  });
  return { orderList };
}

/** Cancels the open orders of one symbol. */
export function cancelAllOrders(call: EndpointCall): object[] {
  const symbol = symbolOf(market, textOf(call.query, 'symbol'));
  const { book } = call.world.spot;
  const orders = book.active().filter((order) => order.symbol === symbol);
  for (const order of orders) book.cancel(order, call.nowMs);
  return orders.map(({ record }) => ({ orderId: longId(record.orderId), status: record.status }));
}

/** One order, by its id or client id. */
export function getOrder(call: EndpointCall): object {
  return orderView(namedOrder(call, market, 'read'));
}

/** The open orders. */
export function getOpenOrders(call: EndpointCall): object[] {
  return openOrders(call, market).map(orderView);
}

/** All orders of one symbol. */
export function getOrderHistory(call: EndpointCall): object[] {
  if (textOf(call.query, 'symbol') === undefined) throw missingParameter('symbol');
  return pageOf(call.query, orderHistory(call, market), { limit: 100, most: 1_000, firstPage: 1 }).map(
    orderView,
  );
}

function findToCancel(call: EndpointCall): WorkingOrder | undefined {
  try {
    return namedOrder(call, market, 'act');
  } catch (error) {
    if (error instanceof Refusal && error.code === -2200) return undefined;
    throw error;
  }
}

function nameOf(orderId: string | undefined, clientOrderId: string | undefined): object {
  if (orderId === undefined) return { origClientOrderId: clientOrderId };
  return { orderId: /^\d+$/.test(orderId) ? longId(orderId) : orderId };
}

function notFound(name: object): object {
  return { ...name, status: 'FAILED', errorMsg: 'FAILED_ORDER_NOT_FOUND' };
}

function orderView(order: WorkingOrder): object {
  const record: SimulatedOrder = order.record;
  return {
    symbol: record.symbol,
    orderId: longId(record.orderId),
    clientOrderId: record.clientOrderId,
    price: record.price,
    origQty: record.origQty,
    executedQty: record.executedQty,
    cummulativeQuoteQty: record.cumQuote,
    status: record.status,
    timeInForce: record.timeInForce,
    type: record.type,
    side: record.side,
    time: record.time,
    updateTime: record.updateTime,
    isWorking: isActive(order),
  };
}
