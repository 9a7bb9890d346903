import { randomAt } from '../seeded-random.js';
import type { ContractLedger } from './contract-ledger.js';
import type { MarketData } from './market-data.js';
import type { TradingSymbol } from './symbols.js';

/** How often funding is paid. */
export const fundingPeriodMs: number = 8 * 3_600_000;

/** What funding is computed from. */
export interface FundingOptions {
  readonly seed: number | string;
  readonly startedAtMs: number;
  readonly marketData: MarketData;
  readonly ledger: ContractLedger;
}

/** Transfers funding between long and short positions, every eight hours. */
export class Funding {
  readonly #options: FundingOptions;
  #settled: number;

  constructor(options: FundingOptions) {
    this.#options = options;
    this.#settled = periodAt(options.startedAtMs);
  }

  /** The rate that was paid last, or `ahead` periods later; from -0.0002 to 0.0003. */
  rateAt({ symbol }: TradingSymbol, timeMs: number, ahead = 0): number {
    const period = periodAt(timeMs) + ahead;
    return Math.round((randomAt(this.#options.seed, symbol, 'funding', period) * 5 - 2) * 10_000) / 1e8;
  }

  /** The price used for funding, refreshed once a minute. In price units. */
  markUnits(symbol: TradingSymbol, timeMs: number): number {
    const { marketData, startedAtMs } = this.#options;
    const refreshedMs = Math.floor(timeMs / 60_000) * 60_000;
    return marketData.midUnits(symbol, marketData.stepAt(refreshedMs - startedAtMs));
  }

  /** Pays what has fallen due since the last call. */
  settle(nowMs: number): void {
    const { ledger } = this.#options;
    for (const last = periodAt(nowMs); this.#settled < last; ) {
      this.#settled += 1;
      const dueMs = this.#settled * fundingPeriodMs;
      for (const position of ledger.positions.values()) {
        if (position.createdMs >= dueMs) continue;
        const { side, sizeUnits, symbol } = position;
        const scale = 10 ** (8 - symbol.priceDecimals - symbol.quantityDecimals);
        const value = this.markUnits(symbol, dueMs) * sizeUnits * scale;
        const paidByLong = Math.round(value * this.rateAt(symbol, dueMs));
        ledger.payFunding(position, side === 'LONG' ? paidByLong : -paidByLong, dueMs);
      }
    }
  }
}

function periodAt(timeMs: number): number {
  return Math.floor(timeMs / fundingPeriodMs);
}
