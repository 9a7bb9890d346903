import { randomAt } from '../seeded-random.js';
import { formatUnits } from './units.js';
import type { TradingSymbol } from './symbols.js';

/** The market moves in steps of this length and does not change within one. */
export const marketStepMs = 250;

/** A level of the order book, in whole units of the symbol. */
export interface BookLevel {
  readonly priceUnits: number;
  readonly quantityUnits: number;
}

/** Both sides of a book, best level first. */
export interface Book {
  readonly step: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

// Each wave: length in steps, height as a share of the price. Together they stay within 1 % of the base price.
const waves = [
  [1_201, 0.004],
  [97, 0.002],
  [19, 0.0008],
] as const;

/** Prices and books as a function of seed and time alone: nothing runs between two requests. */
export class MarketData {
  readonly #seed: string;
  readonly #shifts = new Map<string, readonly number[]>();
  readonly #books = new Map<TradingSymbol, Book>();

  constructor(seed: number | string) {
    this.#seed = String(seed);
  }

  /** The number of the market step at a time since the start. */
  stepAt(sinceStartMs: number): number {
    return Math.floor(sinceStartMs / marketStepMs);
  }

  /** The middle of the book, in price units. */
  midUnits(symbol: TradingSymbol, step: number): number {
    const shifts = this.#shiftsOf(symbol);
    let factor = 1 + 0.0004 * (randomAt(this.#seed, symbol.symbol, symbol.market, step) - 0.5);
    for (const [index, [steps, height]] of waves.entries()) {
      factor += height * Math.sin(2 * Math.PI * (step / steps + (shifts[index] ?? 0)));
    }
    return Math.round(symbol.basePrice * factor * 10 ** symbol.priceDecimals);
  }

  /** The best price of a side, in price units, without building the book. */
  bestUnits(symbol: TradingSymbol, step: number, side: 'bids' | 'asks'): number {
    const half = halfSpreadUnits(symbol);
    const mid = this.midUnits(symbol, step);
    return side === 'bids' ? mid - half : mid + half;
  }

  /** Both sides of the book, with 200 levels each. */
  book(symbol: TradingSymbol, step: number): Book {
    const known = this.#books.get(symbol);
    if (known?.step === step) return known;
    const book: Book = {
      step,
      bids: this.#levels(symbol, step, 'bids'),
      asks: this.#levels(symbol, step, 'asks'),
    };
    this.#books.set(symbol, book);
    return book;
  }

  // Where in each wave a symbol starts; the same on both markets, so that they move together.
  #shiftsOf({ symbol }: TradingSymbol): readonly number[] {
    let shifts = this.#shifts.get(symbol);
    if (!shifts) {
      shifts = waves.map((_, index) => randomAt(this.#seed, symbol, 'wave', index));
      this.#shifts.set(symbol, shifts);
    }
    return shifts;
  }

  #levels(symbol: TradingSymbol, step: number, side: 'bids' | 'asks'): BookLevel[] {
    const best = this.bestUnits(symbol, step, side);
    const gap = halfSpreadUnits(symbol) * (side === 'bids' ? -1 : 1);
    const seedOfSide = `${this.#seed}\n${symbol.market}\n${symbol.symbol}\n${side}\n${step}`;
    const size = symbol.levelSize * 10 ** symbol.quantityDecimals;
    return Array.from({ length: 200 }, (_, level) => ({
      priceUnits: best + gap * level,
      quantityUnits: Math.max(1, Math.round(size * (0.2 + 1.6 * randomAt(seedOfSide, level)))),
    }));
  }

  /** The figures of the last 24 hours; before the start the market moves by the same rule. */
  day(symbol: TradingSymbol, step: number): DayFigures {
    const stepsOfDay = 86_400_000 / marketStepMs;
    const open = this.midUnits(symbol, step - stepsOfDay);
    const last = this.midUnits(symbol, step);
    const middle = Math.round(symbol.basePrice * 10 ** symbol.priceDecimals);
    const volume = Math.round(
      symbol.levelSize * 20_000 * (1 + randomAt(this.#seed, symbol.symbol, 'volume')),
    );
    const price = (units: number) => formatUnits(units, symbol.priceDecimals);
    return {
      lastPrice: price(last),
      openPrice: price(open),
      highPrice: price(Math.max(open, last, Math.round(middle * 1.008))),
      lowPrice: price(Math.min(open, last, Math.round(middle * 0.992))),
      priceChange: price(last - open),
      priceChangePercent: ((100 * (last - open)) / open).toFixed(3),
      volume: String(volume),
      quoteVolume: String(Math.round(volume * symbol.basePrice)),
    };
  }
}

/** The figures of a ticker that spot and contract share. */
export interface DayFigures {
  readonly lastPrice: string;
  readonly openPrice: string;
  readonly highPrice: string;
  readonly lowPrice: string;
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly volume: string;
  readonly quoteVolume: string;
}

function halfSpreadUnits(symbol: TradingSymbol): number {
  return Math.max(1, Math.round(symbol.basePrice * 0.00002 * 10 ** symbol.priceDecimals));
}
