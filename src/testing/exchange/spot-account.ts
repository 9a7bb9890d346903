import { longId } from './answer.js';
import type { EndpointCall } from './endpoint.js';
import { pageOf, timesOf, wholeNumber } from './order-queries.js';
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

/** How fills changed the account, newest first. */
export function bills({ body, world }: EndpointCall): object[] {
  const after = wholeNumber(body, 'after', 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const before = wholeNumber(body, 'before', 0, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  const limit = wholeNumber(body, 'limit', 1, 100) ?? 100;
  const { ledger } = world.spot;
  const coins = [...ledger.balances.keys()];
  return ledger.bills
    .filter(({ timeMs }) => timeMs >= after && timeMs <= before)
    .slice(-limit)
    .toReversed()
    .map((bill) => ({
      billId: bill.id,
      coinId: coins.indexOf(bill.asset) + 1,
      coinName: bill.asset,
      bizType: bill.change < 0 ? 'trade_out' : 'trade_in',
      fillSize: formatAmount(Math.abs(bill.change)),
      fillValue: '0',
      deltaAmount: formatAmount(bill.change),
      afterAmount: formatAmount(bill.after),
      fees: '0',
      cTime: String(bill.timeMs),
    }));
}

/** There is no funding account, so it has no history. */
export function fundingBills({ body }: EndpointCall): object {
  timesOf(body);
  const pageSize = wholeNumber(body, 'pageSize', 1, 100) ?? 20;
  return { total: 0, pageSize, pages: 0, page: 1, hasNextPage: false, items: [] };
}

/** There are no other accounts, so there are no transfers. */
export function transferRecords({ query }: EndpointCall): object[] {
  wholeNumber(query, 'limit', 1, 100);
  return [];
}
