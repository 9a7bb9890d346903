import type { ArgumentCheck } from './argument-checks.js';
import { clientState } from './client-state.js';

/** A symbol may be opened at any time: after this long the list is no longer used. */
const validForMs = 3_600_000;

/** The symbols for which the exchange accepts orders from the API, once the program has read them. */
export class ApiSymbols {
  readonly #now: () => number;
  #symbols: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Stores what was read. An empty list would be a mistake of the exchange, not the end of all trading. */
  learn(symbols: readonly string[]): void {
    this.#symbols = new Set(symbols);
    this.#readAt = symbols.length > 0 ? this.#now() : Number.NEGATIVE_INFINITY;
  }

  /** What is wrong with an order for a symbol, as far as is known. */
  faultsOf(symbol: string): string[] {
    const ageMs = this.#now() - this.#readAt;
    if (ageMs > validForMs || this.#symbols.has(symbol)) return [];
    return [
      `${symbol} is not among the symbols of getApiTradingSymbols(), read ${Math.round(ageMs / 1_000)} s ago: ` +
        'the exchange refuses orders for it with -1058; call it again if the symbol was opened since',
    ];
  }
}

/** A check of an order, or of a list of orders, that also refuses symbols known not to be open to the API. */
export const openToApi =
  (check: ArgumentCheck): ArgumentCheck =>
  (args, self) => {
    const faults = check(args, self);
    if (faults.length > 0) return faults;
    const { apiSymbols } = clientState(self);
    const symbols = ([args[0]].flat() as { readonly symbol: string }[]).map(({ symbol }) => symbol);
    return [...new Set(symbols)].flatMap((symbol) => apiSymbols.faultsOf(symbol));
  };
