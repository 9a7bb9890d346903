import { randomAt } from '../seeded-random.js';
import type { World } from './endpoint.js';
import { marketStepMs } from './market-data.js';
import type { TradingSymbol } from './symbols.js';
import { formatUnits } from './units.js';

/** A candle length: candles are numbered consecutively. */
export interface CandleInterval {
  readonly name: string;
  /** The number of the candle that contains a time. */
  numberAt(ms: number): number;
  /** When a candle starts. */
  openMs(number: number): number;
}

const minuteMs = 60_000;

const lengthsMs: Readonly<Record<string, number>> = {
  '1m': minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '30m': 30 * minuteMs,
  '1h': 60 * minuteMs,
  '2h': 120 * minuteMs,
  '4h': 240 * minuteMs,
  '6h': 360 * minuteMs,
  '8h': 480 * minuteMs,
  '12h': 720 * minuteMs,
  '1d': 1_440 * minuteMs,
  '1w': 10_080 * minuteMs,
};

const month: CandleInterval = {
  name: '1M',
  numberAt(ms) {
    const date = new Date(ms);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  },
  openMs: (number) => Date.UTC(Math.floor(number / 12), number % 12),
};

/** The lengths of candles by their names. */
export const candleIntervals: ReadonlyMap<string, CandleInterval> = new Map(
  [
    ...Object.entries(lengthsMs).map(([name, lengthMs]) => ({
      name,
      numberAt: (ms: number) => Math.floor(ms / lengthMs),
      openMs: (number: number) => number * lengthMs,
    })),
    month,
  ].map((interval) => [interval.name, interval]),
);

/** A candle, with prices and amounts as the exchange writes them. */
export interface Candle {
  readonly openMs: number;
  /** When the next one starts. */
  readonly endMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly value: string;
  readonly trades: number;
  readonly takerVolume: string;
  readonly takerValue: string;
}

/** One candle as it is at a time, computed from eight samples of the price. */
export function candleAt(
  { marketData, startedAtMs }: World,
  symbol: TradingSymbol,
  interval: CandleInterval,
  number: number,
  nowMs: number,
): Candle {
  const openMs = interval.openMs(number);
  const endMs = interval.openMs(number + 1);
  const passedMs = Math.min(endMs, nowMs) - openMs;
  const units = Array.from({ length: 8 }, (_, look) =>
    marketData.midUnits(symbol, marketData.stepAt(openMs + (passedMs * look) / 7 - startedAtMs)),
  );
  const price = (priceUnits: number) => formatUnits(priceUnits, symbol.priceDecimals);
  const volume = symbol.levelSize * (passedMs / 1_000) * (0.5 + randomAt(number, symbol.symbol));
  const amount = (share: number) => (volume * share).toFixed(symbol.quantityDecimals);
  const value = (share: number) => (volume * share * symbol.basePrice).toFixed(2);
  return {
    openMs,
    endMs,
    open: price(units[0] ?? 0),
    high: price(Math.max(...units)),
    low: price(Math.min(...units)),
    close: price(units.at(-1) ?? 0),
    volume: amount(1),
    value: value(1),
    trades: Math.ceil(passedMs / marketStepMs),
    takerVolume: amount(0.5),
    takerValue: value(0.5),
  };
}

/** A candle of a price without trades. */
export function withoutVolume(candle: Candle): Candle {
  return { ...candle, volume: '0', value: '0', trades: 0, takerVolume: '0', takerValue: '0' };
}
