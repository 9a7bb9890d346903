import { candleAt, type CandleInterval, withoutVolume } from './candles.js';
import { marketStepMs } from './market-data.js';
import type { Position } from './contract-ledger.js';
import type { World } from './endpoint.js';
import type { SimulatedAlgoOrder } from './simulated-algo-order.js';
import type { SimulatedOrder, Trade, WorkingOrder } from './simulated-order.js';
import { type Market, type TradingSymbol, tradingSymbols } from './symbols.js';
import { randomAt } from '../seeded-random.js';
import { formatAmount, formatUnits } from './units.js';

/** The frames of the private channels have ids, amounts and times as strings. */
type Entry = Readonly<Record<string, unknown>>;

/** An order as the `orders` channel shows it. */
export function orderEntry(order: SimulatedOrder, { contract: { ledger } }: World): Entry {
  const symbol = tradingSymbols.contract.get(order.symbol);
  return {
    id: order.orderId,
    symbol: order.symbol,
    ...(order.positionSide === undefined
      ? {}
      : {
          coin: 'USDT',
          marginMode: symbol && ledger.settingsOf(symbol).marginType,
          separatedMode: 'COMBINED',
          positionSide: order.positionSide,
          leverage: symbol && String(ledger.leverageOf(symbol, order.positionSide)),
        }),
    orderSide: order.side,
    price: order.price,
    size: order.origQty,
    clientOrderId: order.clientOrderId,
    type: order.type,
    timeInForce: order.timeInForce,
    reduceOnly:
      order.positionSide !== undefined && (order.side === 'BUY') !== (order.positionSide === 'LONG'),
    triggerPrice: '0',
    orderSource: 'API',
    // The channel has no separate status for a partly filled order.
    status: order.status === 'PARTIALLY_FILLED' ? 'PENDING' : order.status,
    cancelReason: 'UNKNOWN_ORDER_CANCEL_REASON',
    latestFillPrice: order.avgPrice,
    cumFillSize: order.executedQty,
    cumFillValue: order.cumQuote,
    cumFillFee: '0',
    createdTime: String(order.time),
    updatedTime: String(order.updateTime),
  };
}

/** A conditional order as the `orders` channel shows it. */
export function algoEntry(algo: SimulatedAlgoOrder): Entry {
  return {
    id: algo.algoId,
    symbol: algo.symbol,
    coin: 'USDT',
    marginMode: 'CROSSED',
    separatedMode: 'COMBINED',
    positionSide: algo.positionSide,
    orderSide: algo.side,
    price: algo.price,
    size: algo.quantity,
    clientOrderId: algo.clientAlgoId,
    type: algo.orderType,
    timeInForce: 'GTC',
    triggerPrice: algo.triggerPrice,
    triggerPriceType: algo.workingType,
    orderSource: 'API',
    status: algo.status,
    triggerTime: String(algo.triggerTime),
    cancelReason: 'UNKNOWN_ORDER_CANCEL_REASON',
    latestFillPrice: '0',
    cumFillSize: '0',
    cumFillValue: '0',
    cumFillFee: '0',
    createdTime: String(algo.createTime),
    updatedTime: String(algo.updateTime),
  };
}

/** A fill as the `fill` channel shows it: without a price and without a client order id. */
export function fillEntry({ id, order, qty, quoteQty, realizedPnl, maker, time }: Trade): Entry {
  return {
    id,
    symbol: order.symbol,
    orderId: order.orderId,
    ...(order.positionSide === undefined ? {} : { coin: 'USDT', positionSide: order.positionSide }),
    orderSide: order.side,
    fillSize: qty,
    fillValue: quoteQty,
    fillFee: '0',
    realizePnl: realizedPnl,
    direction: maker ? 'MAKER' : 'TAKER',
    createdTime: String(time),
    updatedTime: String(time),
  };
}

/** The position that a fill changed, with size 0 if it was closed. */
export function positionEntry({ contract: { ledger } }: World, { record, symbol }: WorkingOrder): Entry {
  const { positionSide = 'LONG' } = record;
  const position = ledger.positions.get(`${record.symbol} ${positionSide}`);
  const marginMode = position?.marginType ?? ledger.settingsOf(symbol).marginType;
  return {
    id: position?.id ?? '0',
    coin: 'USDT',
    symbol: record.symbol,
    side: positionSide,
    marginMode,
    separatedMode: 'COMBINED',
    separatedOpenOrderId: '0',
    leverage: String(ledger.leverageOf(symbol, positionSide)),
    size: formatUnits(position?.sizeUnits ?? 0, symbol.quantityDecimals),
    openValue: formatAmount(position?.openValue ?? 0),
    openFee: '0',
    fundingFee: formatAmount(position?.fundingFee ?? 0),
    isolatedMargin: marginMode === 'ISOLATED' ? marginOf(position) : '0',
    autoAppendIsolatedMargin: position?.autoAppendsMargin ?? false,
    createdTime: String(position?.createdMs ?? record.updateTime),
    updatedTime: String(position?.updatedMs ?? record.updateTime),
  };
}

function marginOf(position: Position | undefined): string {
  return formatAmount((position?.margin ?? 0) + (position?.addedMargin ?? 0));
}

/** What the account holds, as the `account` channel shows it. */
export function accountEntries(world: World, market: Market): Entry[] {
  if (market === 'spot') {
    return [...world.spot.ledger.balances].map(([coin, { free, locked }]) => ({
      coin,
      equity: formatAmount(free + locked),
      available: formatAmount(free),
      frozen: formatAmount(locked),
    }));
  }
  const { ledger } = world.contract;
  return [
    {
      coin: ledger.asset,
      marginMode: 'CROSSED',
      amount: formatAmount(ledger.balance - ledger.frozen),
      legacyAmount: formatAmount(ledger.balance),
    },
  ];
}

/** The figures of the last 24 hours. */
export function tickerEntry({ marketData }: World, symbol: TradingSymbol, step: number): Entry {
  const day = marketData.day(symbol, step);
  return {
    p: day.priceChange,
    P: day.priceChangePercent,
    c: day.lastPrice,
    o: day.openPrice,
    h: day.highPrice,
    l: day.lowPrice,
    v: day.volume,
    q: day.quoteVolume,
    m: day.lastPrice,
    i: day.lastPrice,
  };
}

/** The public trade of a step of the market. */
export function tradeEntry(world: World, symbol: TradingSymbol, step: number): Entry {
  const priceUnits = world.marketData.midUnits(symbol, step);
  const scale = 10 ** symbol.quantityDecimals;
  const units = Math.max(1, Math.round(symbol.levelSize * randomAt(step, 'trade') * scale));
  return {
    T: world.startedAtMs + step * marketStepMs,
    t: String(step),
    p: formatUnits(priceUnits, symbol.priceDecimals),
    q: formatUnits(units, symbol.quantityDecimals),
    v: formatUnits(priceUnits * units, symbol.priceDecimals + symbol.quantityDecimals),
    m: randomAt(step, 'maker') < 0.5,
  };
}

/** The best level of each side. */
export function bestEntry(world: World, symbol: TradingSymbol, step: number): Entry {
  const { a, b } = bookSides(world, symbol, step, 1);
  const [[bid = '', bidSize = ''] = []] = b;
  const [[ask = '', askSize = ''] = []] = a;
  return { b: bid, B: bidSize, a: ask, A: askSize };
}

/** The candle in progress. */
export function klineEntry(
  world: World,
  symbol: TradingSymbol,
  interval: CandleInterval,
  priceType: string,
  nowMs: number,
): Entry {
  const traded = candleAt(world, symbol, interval, interval.numberAt(nowMs), nowMs);
  const candle = priceType === 'INDEX_PRICE' ? withoutVolume(traded) : traded;
  return {
    t: candle.openMs,
    T: candle.endMs,
    s: symbol.symbol,
    i: interval.name,
    o: candle.open,
    c: candle.close,
    h: candle.high,
    l: candle.low,
    v: candle.volume,
    n: candle.trades,
    q: candle.value,
    V: candle.takerVolume,
    Q: candle.takerValue,
  };
}

/** Price and size of the first levels of each side. */
export function bookSides(
  { marketData }: World,
  symbol: TradingSymbol,
  step: number,
  depth: number,
): Record<'b' | 'a', Map<string, string>> {
  const book = marketData.book(symbol, step);
  const side = (name: 'bids' | 'asks') =>
    new Map(
      book[name]
        .slice(0, depth)
        .map(({ priceUnits, quantityUnits }) => [
          formatUnits(priceUnits, symbol.priceDecimals),
          formatUnits(quantityUnits, symbol.quantityDecimals),
        ]),
    );
  return { b: side('bids'), a: side('asks') };
}

/** The changes that turn one side of a book into the next: size "0" deletes a level. */
export function bookChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[][] {
  const changed = [...after].filter(([price, size]) => before.get(price) !== size);
  const gone = [...before.keys()].filter((price) => !after.has(price)).map((price) => [price, '0']);
  return [...changed.map((level) => [...level]), ...gone];
}
