/** Where a symbol is traded. */
export type Market = 'spot' | 'contract';

/** What is fixed about a symbol on one market. */
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
  /** What a typical level of the book holds, in the base asset. */
  readonly levelSize: number;
}

type Row = readonly [base: string, price: number, priceDecimals: number, decimals: number, levelSize: number];

// The value of an order is price times quantity in whole units: both decimals together stay within 8.
const rows: Readonly<Record<Market, readonly Row[]>> = {
  spot: [
    ['BTC', 100_000, 1, 6, 0.4],
    ['ETH', 4_000, 2, 4, 6],
    ['SOL', 200, 2, 3, 120],
    ['DOGE', 0.2, 5, 1, 60_000],
  ],
  contract: [
    ['BTC', 100_000, 1, 4, 0.8],
    ['ETH', 4_000, 2, 3, 15],
    ['SOL', 200, 2, 1, 300],
    ['DOGE', 0.2, 5, 0, 200_000],
  ],
};

function describe(
  market: Market,
  [baseAsset, basePrice, priceDecimals, quantityDecimals, levelSize]: Row,
): TradingSymbol {
  return {
    market,
    symbol: `${baseAsset}USDT`,
    baseAsset,
    quoteAsset: 'USDT',
    basePrice,
    priceDecimals,
    quantityDecimals,
    minQuantityUnits: 1,
    maxQuantityUnits: Math.floor((10_000_000 / basePrice) * 10 ** quantityDecimals),
    levelSize,
  };
}

function tableOf(market: Market): ReadonlyMap<string, TradingSymbol> {
  return new Map(rows[market].map((row) => [`${row[0]}USDT`, describe(market, row)]));
}

/** The symbols of each market, by their name. */
export const tradingSymbols: Readonly<Record<Market, ReadonlyMap<string, TradingSymbol>>> = {
  spot: tableOf('spot'),
  contract: tableOf('contract'),
};
