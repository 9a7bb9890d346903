import { randomAt } from '../seeded-random.js';
import { stepOf } from './book-view.js';
import type { EndpointCall } from './endpoint.js';
import { marketStepMs } from './market-data.js';
import { timesOf, wholeNumber } from './order-queries.js';
import { listedSymbolOf, oneOf, textOf } from './parameters.js';
import { badParameter, missingParameter } from './refusal.js';
import type { Market, TradingSymbol } from './symbols.js';
import { formatUnits } from './units.js';

const minuteMs = 60_000;
const intervalsMs: ReadonlyMap<string, number> = new Map([
  ['1m', minuteMs],
  ['5m', 5 * minuteMs],
  ['15m', 15 * minuteMs],
  ['30m', 30 * minuteMs],
  ['1h', 60 * minuteMs],
  ['2h', 120 * minuteMs],
  ['4h', 240 * minuteMs],
  ['6h', 360 * minuteMs],
  ['8h', 480 * minuteMs],
  ['12h', 720 * minuteMs],
  ['1d', 1_440 * minuteMs],
  ['1w', 10_080 * minuteMs],
]);

/** The last public trades, one a step of the market, newest first. */
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

/** Candles up to now: on contract newest first, as was seen. */
export function klines(market: Market): (call: EndpointCall) => unknown[][] {
  return (call) => {
    const { symbol, lengthMs } = candlesAsked(call, market);
    const limit = wholeNumber(call.query, 'limit', 1, 1_000) ?? 100;
    const current = Math.floor(call.nowMs / lengthMs);
    const candles = Array.from({ length: limit }, (_, index) =>
      candle(call, symbol, current - index, lengthMs),
    );
    return market === 'contract' ? candles : candles.toReversed();
  };
}

/** Candles of the index, which nobody trades: without a volume. */
export function indexKlines(call: EndpointCall): unknown[][] {
  return klines('contract')(call).map(withoutVolume);
}

/** Candles of a time in the past, newest first, 100 at most. */
export function historyKlines(call: EndpointCall): unknown[][] {
  const { symbol, lengthMs } = candlesAsked(call, 'contract');
  for (const name of ['startTime', 'endTime']) {
    if (textOf(call.query, name) === undefined) throw missingParameter(name);
  }
  const { startMs, endMs } = timesOf(call.query);
  const limit = wholeNumber(call.query, 'limit', 1, 100) ?? 100;
  const isIndex =
    textOf(call.query, 'priceType') !== undefined &&
    oneOf(call.query, 'priceType', ['LAST', 'INDEX', 'MARK'], -1140) === 'INDEX';
  const newest = Math.floor(Math.min(endMs, call.nowMs) / lengthMs);
  const oldest = Math.max(Math.ceil(startMs / lengthMs), newest - limit + 1);
  const candles = Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, index) =>
    candle(call, symbol, newest - index, lengthMs),
  );
  return isIndex ? candles.map(withoutVolume) : candles;
}

function candlesAsked(
  { query }: EndpointCall,
  market: Market,
): { readonly symbol: TradingSymbol; readonly lengthMs: number } {
  const symbol = listedSymbolOf(market, textOf(query, 'symbol'));
  const interval = textOf(query, 'interval');
  if (interval === undefined) throw missingParameter('interval');
  const lengthMs = intervalsMs.get(interval);
  if (lengthMs) return { symbol, lengthMs };
  throw badParameter(`Parameter 'interval' must be one of ${[...intervalsMs.keys()].join(', ')}.`);
}

function withoutVolume(row: unknown[]): unknown[] {
  return row.map((field, index) => (index < 5 || index === 6 ? field : index === 8 ? 0 : '0'));
}

// Drawn from eight looks at the price.
function candle(call: EndpointCall, symbol: TradingSymbol, number: number, lengthMs: number): unknown[] {
  const { startedAtMs, marketData } = call.world;
  const openMs = number * lengthMs;
  const endMs = Math.min(openMs + lengthMs, call.nowMs);
  const units = Array.from({ length: 8 }, (_, look) =>
    marketData.midUnits(symbol, marketData.stepAt(openMs + ((endMs - openMs) * look) / 7 - startedAtMs)),
  );
  const price = (priceUnits: number) => formatUnits(priceUnits, symbol.priceDecimals);
  const volume = symbol.levelSize * ((endMs - openMs) / 1_000) * (0.5 + randomAt(number, symbol.symbol));
  const amount = (share: number) => (volume * share).toFixed(symbol.quantityDecimals);
  const value = (share: number) => (volume * share * symbol.basePrice).toFixed(2);
  return [
    openMs,
    price(units[0] ?? 0),
    price(Math.max(...units)),
    price(Math.min(...units)),
    price(units.at(-1) ?? 0),
    amount(1),
    openMs + lengthMs - (symbol.market === 'spot' ? 1 : 0),
    value(1),
    Math.ceil((endMs - openMs) / marketStepMs),
    amount(0.5),
    value(0.5),
  ];
}

function quantityScale(symbol: TradingSymbol): number {
  return 10 ** symbol.quantityDecimals;
}
