import { longId } from './answer.js';
import type { EndpointCall } from './endpoint.js';
import { pageOf } from './order-queries.js';
import { symbolOf, textOf } from './parameters.js';
import { formatAmount } from './units.js';

/** What the account holds. */
export function account(call: EndpointCall): object {
  return {
    makerCommission: 0,
    takerCommission: 0,
    commissionRates: { maker: '0.00000000', taker: '0.00000000' },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: call.nowMs,
    accountType: 'SPOT',
    balances: [...call.world.spot.ledger.balances].map(([asset, { free, locked }]) => ({
      asset,
      free: formatAmount(free),
      locked: formatAmount(locked),
    })),
    permissions: ['SPOT'],
    uid: 1_000_001,
  };
}

/** The fills of one symbol, newest first. */
export function getTrades(call: EndpointCall): object[] {
  const { symbol } = symbolOf('spot', textOf(call.query, 'symbol'));
  const orderId = textOf(call.query, 'orderId');
  const wanted = call.world.spot.book.trades.filter(
    ({ order }) => order.symbol === symbol && (orderId === undefined || order.orderId === orderId),
  );
  return pageOf(call.query, wanted.toReversed(), { limit: 100, most: 1_000, firstPage: 1 }).map((trade) => ({
    symbol,
    id: longId(trade.id),
    orderId: longId(trade.order.orderId),
    price: trade.price,
    qty: trade.qty,
    quoteQty: trade.quoteQty,
    commission: '0',
    time: trade.time,
    isBuyer: trade.order.side === 'BUY',
  }));
}
