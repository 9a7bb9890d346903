import type { EndpointCall } from './endpoint.js';
import { type OrderBook, unknownOrder } from './order-book.js';
import { type Parameters, symbolOf, textOf } from './parameters.js';
import { badParameter, Refusal } from './refusal.js';
import { isActive, type WorkingOrder } from './simulated-order.js';
import type { Market, SymbolTable } from './symbols.js';

const dayMs = 86_400_000;

/**
 * Returns the order that a request names by id or client id; throws the refusal if there is none, or if reads do
 * not show it yet.
 */
export function namedOrder(call: EndpointCall, market: Market, look: 'read' | 'act'): WorkingOrder {
  const { book } = call.world[market];
  const orderId = textOf(call.query, 'orderId');
  const clientOrderId = textOf(call.query, 'origClientOrderId');
  if (orderId === undefined && clientOrderId === undefined) {
    throw badParameter('Either orderId or origClientOrderId must be sent.');
  }
  const order = orderId === undefined ? book.byClientId(clientOrderId ?? '') : book.byId(orderId);
  if (!order || (look === 'read' && order.visibleAtMs > call.nowMs)) throw unknownOrder(market);
  return order;
}

/** The open orders that reads show, newest first. */
export function openOrders(call: EndpointCall, market: Market): WorkingOrder[] {
  return call.world[market].book
    .active()
    .filter(within(call, market))
    .filter((order) => order.visibleAtMs <= call.nowMs)
    .toReversed();
}

/** The orders of the history, newest first; including open ones if the market lists both together. */
export function orderHistory(call: EndpointCall, market: SymbolTable): WorkingOrder[] {
  const shown = (order: WorkingOrder) =>
    isActive(order)
      ? market === 'spot' && order.visibleAtMs <= call.nowMs
      : order.inHistoryAtMs <= call.nowMs;
  const book: OrderBook = call.world[market].book;
  const asked = within(call, market);
  return [...book.all()].filter((order) => shown(order) && asked(order)).toReversed();
}

/** One page of a list, as selected by `limit` and `page`. */
export function pageOf<Item>(
  query: Parameters,
  items: readonly Item[],
  { limit: usual, most, firstPage }: { limit: number; most: number; firstPage: 0 | 1 },
): Item[] {
  const limit = wholeNumber(query, 'limit', 1, most) ?? usual;
  const page = (wholeNumber(query, 'page', firstPage, Number.MAX_SAFE_INTEGER) ?? firstPage) - firstPage;
  return items.slice(page * limit, (page + 1) * limit);
}

/** A whole number from the parameters; otherwise throws the refusal. */
export function wholeNumber(
  query: Parameters,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw badParameter(`Parameter '${name}' must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

function within({ query }: EndpointCall, market: SymbolTable): (order: WorkingOrder) => boolean {
  const symbolName = textOf(query, 'symbol');
  const symbol = symbolName === undefined ? undefined : symbolOf(market, symbolName);
  const { startMs, endMs } = timesOf(query);
  return (order) =>
    (symbol === undefined || order.symbol === symbol) &&
    order.record.time >= startMs &&
    order.record.time <= endMs;
}

/** The times of a query; throws the refusal if they are too far apart; without them, all times. */
export function timesOf(query: Parameters, mostDays = 90): { startMs: number; endMs: number } {
  const startMs = wholeNumber(query, 'startTime', 0, Number.MAX_SAFE_INTEGER);
  const endMs = wholeNumber(query, 'endTime', 0, Number.MAX_SAFE_INTEGER);
  if (startMs !== undefined && endMs !== undefined) {
    if (startMs > endMs) throw new Refusal(400, -1171, 'startTime is after endTime.');
    if (endMs - startMs > mostDays * dayMs) {
      throw new Refusal(400, -1170, `The time range is longer than ${mostDays} days.`);
    }
  }
  return { startMs: startMs ?? 0, endMs: endMs ?? Number.POSITIVE_INFINITY };
}
