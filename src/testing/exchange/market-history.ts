import { randomAt } from '../seeded-random.js';
import { stepOf } from './book-view.js';
import { type Candle, candleAt, type CandleInterval, candleIntervals, withoutVolume } from './candles.js';
import type { EndpointCall } from './endpoint.js';
import { marketStepMs } from './market-data.js';
import { timesOf, wholeNumber } from './order-queries.js';
import { listedSymbolOf, oneOf, textOf } from './parameters.js';
import { badParameter, missingParameter } from './refusal.js';
import type { Market, TradingSymbol } from './symbols.js';
import { formatUnits } from './units.js';

/** The last public trades, one per step of the market, newest first. */
export function recentTrades(market: Market): (call: EndpointCall) => object[] {
  return (call) => {
    const symbol = listedSymbolOf(market, textOf(call.query, 'symbol'));
    const limit = wholeNumber(call.query, 'limit', 1, 1_000) ?? 100;
    const { startedAtMs, marketData } = call.world;
    const last = stepOf(call);
    return Array.from({ length: limit }, (_, index) => {
      const step = last - index;
      const time = startedAtMs + step * marketStepMs;
      const priceUnits = marketData.midUnits(symbol, step);
      const quantity = Math.max(
        1,
        Math.round(symbol.levelSize * randomAt(step, 'trade') * quantityScale(symbol)),
      );
      return {
        id: String(time),
        time,
        price: formatUnits(priceUnits, symbol.priceDecimals),
        qty: formatUnits(quantity, symbol.quantityDecimals),
        quoteQty: formatUnits(priceUnits * quantity, symbol.priceDecimals + symbol.quantityDecimals),
        isBestMatch: true,
        isBuyerMaker: randomAt(step, 'maker') < 0.5,
      };
    });
  };
}

/** Candles up to now; on contract newest first, as observed. */
export function klines(
  market: Market,
  refine?: (candle: Candle) => Candle,
): (call: EndpointCall) => unknown[][] {
  return (call) => {
    const { symbol, interval } = candlesAsked(call, market);
    const limit = wholeNumber(call.query, 'limit', 1, 1_000) ?? 100;
    const rows = rowsOf(call, symbol, interval, interval.numberAt(call.nowMs), limit, refine);
    return market === 'contract' ? rows : rows.toReversed();
  };
}

/** Candles of the index, which is not traded: without a volume. */
export const indexKlines: (call: EndpointCall) => unknown[][] = klines('contract', withoutVolume);

/** Candles of a time in the past, newest first, 100 at most. */
export function historyKlines(call: EndpointCall): unknown[][] {
  const { symbol, interval } = candlesAsked(call, 'contract');
  for (const name of ['startTime', 'endTime']) {
    if (textOf(call.query, name) === undefined) throw missingParameter(name);
  }
  const { startMs, endMs } = timesOf(call.query);
  const limit = wholeNumber(call.query, 'limit', 1, 100) ?? 100;
  const isIndex =
    textOf(call.query, 'priceType') !== undefined &&
    oneOf(call.query, 'priceType', ['LAST', 'INDEX', 'MARK'], -1140) === 'INDEX';
  const newest = interval.numberAt(Math.min(endMs, call.nowMs));
  // The first one that starts at or after the time.
  const first = interval.numberAt(startMs);
  const oldest = Math.max(interval.openMs(first) < startMs ? first + 1 : first, newest - limit + 1);
  const count = Math.max(0, newest - oldest + 1);
  return rowsOf(call, symbol, interval, newest, count, isIndex ? withoutVolume : undefined);
}

function candlesAsked(
  { query }: EndpointCall,
  market: Market,
): { readonly symbol: TradingSymbol; readonly interval: CandleInterval } {
  const symbol = listedSymbolOf(market, textOf(query, 'symbol'));
  const name = textOf(query, 'interval');
  if (name === undefined) throw missingParameter('interval');
  const interval = candleIntervals.get(name);
  if (interval) return { symbol, interval };
  throw badParameter(`Parameter 'interval' must be one of ${[...candleIntervals.keys()].join(', ')}.`);
}

/** Candles as a list of rows, newest first. */
function rowsOf(
  { nowMs, world }: EndpointCall,
  symbol: TradingSymbol,
  interval: CandleInterval,
  newest: number,
  count: number,
  refine: (candle: Candle) => Candle = (candle) => candle,
): unknown[][] {
  return Array.from({ length: count }, (_, index) => {
    const one = refine(candleAt(world, symbol, interval, newest - index, nowMs));
    return [
      one.openMs,
      one.open,
      one.high,
      one.low,
      one.close,
      one.volume,
      one.endMs - (symbol.market === 'spot' ? 1 : 0),
      one.value,
      one.trades,
      one.takerVolume,
      one.takerValue,
    ];
  });
}

function quantityScale(symbol: TradingSymbol): number {
  return 10 ** symbol.quantityDecimals;
}
