/** Where a symbol is traded. */
export type Market = 'spot' | 'contract';

/** Where a symbol is looked up: in a market, or in demo trading, whose contracts are settled in SUSDT. */
export type SymbolTable = Market | 'demo';

/** The fixed properties of a symbol on one market. */
export interface TradingSymbol {
  readonly market: Market;
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly basePrice: number;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** In units of 10^-quantityDecimals. */
  readonly minQuantityUnits: number;
  readonly maxQuantityUnits: number;
  /** The size of a typical level of the book, in the base asset. */
  readonly levelSize: number;
  /** Whether the API accepts orders for it: most contracts of the exchange are traded on its website only. */
  readonly isOpenToApi: boolean;
}

type Row = readonly [base: string, price: number, priceDecimals: number, decimals: number, levelSize: number];

const contracts: readonly Row[] = [
  ['BTC', 100_000, 1, 4, 0.8],
  ['ETH', 4_000, 2, 3, 15],
  ['SOL', 200, 2, 1, 300],
  ['DOGE', 0.2, 5, 0, 200_000],
];

const notOpenToApi: ReadonlySet<string> = new Set(['XAUUSDT']);

// The value of an order is price times quantity in whole units: both decimals together stay within 8.
const rows: Readonly<Record<SymbolTable, readonly Row[]>> = {
  spot: [
    ['BTC', 100_000, 1, 6, 0.4],
    ['ETH', 4_000, 2, 4, 6],
    ['SOL', 200, 2, 3, 120],
    ['DOGE', 0.2, 5, 1, 60_000],
  ],
  contract: [...contracts, ['XAU', 4_000, 2, 3, 10]],
  demo: contracts,
};

function describe(
  table: SymbolTable,
  [baseAsset, basePrice, priceDecimals, quantityDecimals, levelSize]: Row,
): TradingSymbol {
  const quoteAsset = table === 'demo' ? 'SUSDT' : 'USDT';
  const symbol = baseAsset + quoteAsset;
  return {
    market: table === 'spot' ? 'spot' : 'contract',
    symbol,
    baseAsset,
    quoteAsset,
    basePrice,
    priceDecimals,
    quantityDecimals,
    minQuantityUnits: 1,
    maxQuantityUnits: Math.floor((10_000_000 / basePrice) * 10 ** quantityDecimals),
    levelSize,
    isOpenToApi: !notOpenToApi.has(symbol),
  };
}

function tableOf(table: SymbolTable): ReadonlyMap<string, TradingSymbol> {
  const symbols = rows[table].map((row) => describe(table, row));
  return new Map(symbols.map((symbol) => [symbol.symbol, symbol]));
}

/** The symbols of each market, by their name. */
export const tradingSymbols: Readonly<Record<SymbolTable, ReadonlyMap<string, TradingSymbol>>> = {
  spot: tableOf('spot'),
  contract: tableOf('contract'),
  demo: tableOf('demo'),
};

/** The symbols of a market for which the API accepts orders; on contract this includes demo trading. */
export function apiTradingSymbols(market: Market): string[] {
  const tables = market === 'contract' ? (['contract', 'demo'] as const) : (['spot'] as const);
  return tables
    .flatMap((table) => [...tradingSymbols[table].values()])
    .filter(({ isOpenToApi }) => isOpenToApi)
    .map(({ symbol }) => symbol);
}
