import { longId } from './answer.js';
import { stepOf } from './book-view.js';
import type { Position } from './contract-ledger.js';
import type { EndpointCall } from './endpoint.js';
import { pageOf } from './order-queries.js';
import { symbolOf, textOf } from './parameters.js';
import { Refusal } from './refusal.js';
import { formatAmount, formatUnits } from './units.js';

const market = 'contract';

/** What the account holds. */
export function balance(call: EndpointCall): object[] {
  const { ledger } = call.world.contract;
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
  return positions(call, () => true);
}

/** The positions of one symbol. */
export function singlePosition(call: EndpointCall): object[] {
  const symbol = symbolOf(market, textOf(call.query, 'symbol'));
  return positions(call, (position) => position.symbol === symbol);
}

/** The fills, newest first. */
export function getTrades(call: EndpointCall): object[] {
  const orderId = textOf(call.query, 'orderId');
  const symbol = textOf(call.query, 'symbol');
  const wanted = call.world.contract.book.trades.filter(
    ({ order }) =>
      (orderId === undefined || order.orderId === orderId) &&
      (symbol === undefined || order.symbol === symbol),
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

/** Closes positions at the market, each with an order of its own. */
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

function positions(call: EndpointCall, wanted: (position: Position) => boolean): object[] {
  return [...call.world.contract.ledger.positions.values()]
    .filter(wanted)
    .map((position) => positionView(call, position));
}

function positionView(call: EndpointCall, position: Position): object {
  const { ledger } = call.world.contract;
  const size = (units: number) => formatUnits(units, position.symbol.quantityDecimals);
  return {
    id: longId(position.id),
    asset: ledger.asset,
    symbol: position.symbol.symbol,
    side: position.side,
    marginType: 'CROSSED',
    separatedMode: 'COMBINED',
    separatedOpenOrderId: 0,
    leverage: ledger.leverageOf(position.symbol).toFixed(2),
    size: size(position.sizeUnits),
    openValue: formatAmount(position.openValue),
    openFee: '0',
    fundingFee: '0',
    marginSize: formatAmount(position.margin),
    isolatedMargin: '0',
    isAutoAppendIsolatedMargin: false,
    cumOpenSize: size(position.openedUnits),
    cumOpenValue: formatAmount(position.openedValue),
    cumOpenFee: '0',
    cumCloseSize: size(position.closedUnits),
    cumCloseValue: formatAmount(position.closedValue),
    cumCloseFee: '0',
    cumFundingFee: '0',
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
