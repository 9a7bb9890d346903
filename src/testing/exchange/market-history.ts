import { randomAt } from '../seeded-random.js';
import { stepOf } from './book-view.js';
import type { EndpointCall } from './endpoint.js';
import { marketStepMs } from './market-data.js';
import { wholeNumber } from './order-queries.js';
import { symbolOf, textOf } from './parameters.js';
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
    const symbol = symbolOf(market, textOf(call.query, 'symbol'));
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

/** Candles up to now, oldest first. */
export function klines(market: Market): (call: EndpointCall) => unknown[][] {
  return (call) => {
    const symbol = symbolOf(market, textOf(call.query, 'symbol'));
    const interval = textOf(call.query, 'interval');
    if (interval === undefined) throw missingParameter('interval');
    const lengthMs = intervalsMs.get(interval);
    if (!lengthMs)
      throw badParameter(`Parameter 'interval' must be one of ${[...intervalsMs.keys()].join(', ')}.`);
    const limit = wholeNumber(call.query, 'limit', 1, 1_000) ?? 100;
    const current = Math.floor(call.nowMs / lengthMs);
    return Array.from({ length: limit }, (_, index) =>
      candle(call, symbol, current - limit + 1 + index, lengthMs),
    );
  };
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
    openMs + lengthMs - 1,
    value(1),
    Math.ceil((endMs - openMs) / marketStepMs),
    amount(0.5),
    value(0.5),
  ];
}

function quantityScale(symbol: TradingSymbol): number {
  return 10 ** symbol.quantityDecimals;
}
