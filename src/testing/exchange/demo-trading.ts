import { balanceOf, positionsOf } from './contract-account.js';
import { orderView, placeOne, type PlaceResult } from './contract-orders.js';
import type { EndpointCall } from './endpoint.js';
import { orderHistory, pageOf } from './order-queries.js';
import { textOf } from './parameters.js';
import { tradingSymbols } from './symbols.js';

/** What the account of demo trading holds. */
export function balance(call: EndpointCall): object[] {
  return balanceOf(call, call.world.demo.ledger);
}

/** The positions of demo trading. */
export function allPositions(call: EndpointCall): object[] {
  return positionsOf(call, call.world.demo.ledger);
}

/** Accepts one order of demo trading. */
export function placeOrder(call: EndpointCall): PlaceResult {
  return placeOne(call, call.body, 'demo');
}

/**
 * The finished orders of demo trading. The exchange was observed to require `BTCUSDT` for orders of `BTCSUSDT`, and
 * ccxt sends the latter: both are accepted.
 */
export function getOrderHistory(call: EndpointCall): object[] {
  const name = textOf(call.query, 'symbol');
  const symbol =
    name !== undefined && tradingSymbols.contract.has(name) ? name.replace(/USDT$/, 'SUSDT') : name;
  const orders = orderHistory({ ...call, query: { ...call.query, symbol } }, 'demo');
  return pageOf(call.query, orders, { limit: 500, most: 1_000, firstPage: 0 }).map(({ record }) =>
    orderView(record),
  );
}
