import { longId } from './answer.js';
import { stepOf } from './book-view.js';
import type { ContractLedger, Position } from './contract-ledger.js';
import type { EndpointCall } from './endpoint.js';
import { pageOf, timesOf, wholeNumber } from './order-queries.js';
import { symbolOf, textOf } from './parameters.js';
import { Refusal } from './refusal.js';
import { formatAmount, formatUnits } from './units.js';

const market = 'contract';
const weekMs = 7 * 86_400_000;

/** What the account holds. */
export function balance(call: EndpointCall): object[] {
  return balanceOf(call, call.world.contract.ledger);
}

/** What an account holds. */
export function balanceOf(call: EndpointCall, ledger: ContractLedger): object[] {
  let profit = 0;
  for (const position of ledger.positions.values()) profit += unrealised(call, position);
  return [
    {
      asset: ledger.asset,
      balance: formatAmount(ledger.balance),
      availableBalance: formatAmount(ledger.balance - ledger.frozen),
      frozen: formatAmount(ledger.frozen),
      unrealizePnl: formatAmount(profit),
    },
  ];
}

/** All positions. */
export function allPositions(call: EndpointCall): object[] {
  return positionsOf(call, call.world.contract.ledger);
}

/** The positions of one symbol. */
export function singlePosition(call: EndpointCall): object[] {
  const symbol = symbolOf(market, textOf(call.query, 'symbol'));
  return positionsOf(call, call.world.contract.ledger, (position) => position.symbol === symbol);
}

/** The fills of a week, the last one unless times are given, newest first. */
export function getTrades(call: EndpointCall): object[] {
  const orderId = textOf(call.query, 'orderId');
  const name = textOf(call.query, 'symbol');
  const symbol = name === undefined ? undefined : symbolOf(market, name).symbol;
  const { startMs, endMs } = timesOf(call.query, weekMs / 86_400_000);
  const oldestMs = startMs || Math.min(endMs, call.nowMs) - weekMs;
  const newestMs = Math.min(endMs, oldestMs + weekMs);
  const wanted = call.world.contract.book.trades.filter(
    ({ order, time }) =>
      (orderId === undefined || order.orderId === orderId) &&
      (symbol === undefined || order.symbol === symbol) &&
      time >= oldestMs &&
      time <= newestMs,
  );
  return pageOf(call.query, wanted.toReversed(), { limit: 100, most: 100, firstPage: 0 }).map((trade) => ({
    id: longId(trade.id),
    orderId: longId(trade.order.orderId),
    symbol: trade.order.symbol,
    buyer: trade.order.side === 'BUY',
    commission: '0',
    commissionAsset: 'USDT',
    maker: trade.maker,
    price: trade.price,
    qty: trade.qty,
    quoteQty: trade.quoteQty,
    realizedPnl: trade.realizedPnl,
    side: trade.order.side,
    positionSide: trade.order.positionSide,
    time: trade.time,
  }));
}

/** What changed the balance, newest first. */
export function income({ body, world }: EndpointCall): object {
  const name = textOf(body, 'symbol');
  const symbol = name === undefined ? undefined : symbolOf(market, name).symbol;
  const asset = textOf(body, 'asset');
  const type = textOf(body, 'incomeType');
  const { startMs, endMs } = timesOf(body, 100);
  const limit = wholeNumber(body, 'limit', 1, 100) ?? 20;
  const { ledger } = world.contract;
  const wanted = ledger.bills.filter(
    (bill) =>
      (symbol === undefined || bill.symbol === symbol) &&
      (asset === undefined || asset === ledger.asset) &&
      (type === undefined || bill.type === type) &&
      bill.timeMs >= startMs &&
      bill.timeMs <= endMs,
  );
  return {
    hasNextPage: wanted.length > limit,
    items: wanted
      .slice(-limit)
      .toReversed()
      .map((bill) => ({
        billId: longId(bill.id),
        asset: ledger.asset,
        symbol: bill.symbol ?? null,
        income: formatAmount(bill.income),
        incomeType: bill.type,
        balance: formatAmount(bill.balance),
        fillFee: '0',
        time: bill.timeMs,
        transferReason: 'UNKNOWN_TRANSFER_REASON',
      })),
  };
}

/** Closes positions at the market, each with its own order. */
export function closePositions(call: EndpointCall): object[] {
  const name = textOf(call.body, 'symbol');
  const symbol = name === undefined ? undefined : symbolOf(market, name);
  const id = textOf(call.body, 'positionId');
  const { book, ledger } = call.world.contract;
  const wanted = [...ledger.positions.values()].filter(
    (position) =>
      (symbol === undefined || position.symbol === symbol) && (id === undefined || position.id === id),
  );
  return wanted.map((position) => {
    const { symbol: traded, side } = position;
    try {
      const { record } = book.place(
        {
          symbol: traded,
          side: side === 'LONG' ? 'SELL' : 'BUY',
          positionSide: side,
          type: 'MARKET',
          timeInForce: 'IOC',
          priceUnits: 0,
          quantityUnits: position.sizeUnits,
          clientOrderId: undefined,
        },
        call.nowMs,
        call.visibility,
      );
      return {
        positionId: longId(position.id),
        success: true,
        successOrderId: longId(record.orderId),
        errorMessage: '',
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return {
        positionId: longId(position.id),
        success: false,
        successOrderId: 0,
        errorMessage: error.message,
      };
    }
  });
}

/** The positions of an account. */
export function positionsOf(
  call: EndpointCall,
  ledger: ContractLedger,
  wanted: (position: Position) => boolean = () => true,
): object[] {
  return [...ledger.positions.values()]
    .filter(wanted)
    .map((position) => positionView(call, ledger, position));
}

function positionView(call: EndpointCall, ledger: ContractLedger, position: Position): object {
  const margin = formatAmount(position.margin + position.addedMargin);
  const size = (units: number) => formatUnits(units, position.symbol.quantityDecimals);
  return {
    id: longId(position.id),
    asset: ledger.asset,
    symbol: position.symbol.symbol,
    side: position.side,
    marginType: position.marginType,
    separatedMode: 'COMBINED',
    separatedOpenOrderId: 0,
    leverage: ledger.leverageOf(position.symbol, position.side).toFixed(2),
    size: size(position.sizeUnits),
    openValue: formatAmount(position.openValue),
    openFee: '0',
    fundingFee: formatAmount(position.fundingFee),
    marginSize: margin,
    isolatedMargin: position.marginType === 'ISOLATED' ? margin : '0',
    isAutoAppendIsolatedMargin: position.autoAppendsMargin,
    cumOpenSize: size(position.openedUnits),
    cumOpenValue: formatAmount(position.openedValue),
    cumOpenFee: '0',
    cumCloseSize: size(position.closedUnits),
    cumCloseValue: formatAmount(position.closedValue),
    cumCloseFee: '0',
    cumFundingFee: formatAmount(position.fundingFee),
    cumLiquidateFee: '0',
    createdTime: position.createdMs,
    updatedTime: position.updatedMs,
    unrealizePnl: formatAmount(unrealised(call, position)),
    liquidatePrice: '0',
  };
}

function unrealised(call: EndpointCall, { symbol, side, sizeUnits, openValue }: Position): number {
  const mark = call.world.marketData.midUnits(symbol, stepOf(call));
  const value = mark * sizeUnits * 10 ** (8 - symbol.priceDecimals - symbol.quantityDecimals);
  return side === 'LONG' ? value - openValue : openValue - value;
}
