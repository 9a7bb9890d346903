import type { TradingSymbol } from './symbols.js';
import { formatUnits } from './units.js';

/** A contract as exchangeInfo describes it. */
export function contractSymbolInfo(symbol: TradingSymbol): object {
  return {
    symbol: symbol.symbol,
    displaySymbol: symbol.symbol,
    baseAsset: symbol.baseAsset,
    quoteAsset: symbol.quoteAsset,
    marginAsset: symbol.quoteAsset,
    pricePrecision: symbol.priceDecimals,
    quantityPrecision: symbol.quantityDecimals,
    baseAssetPrecision: symbol.quantityDecimals,
    quotePrecision: 8,
    contractVal: 1 / 10 ** symbol.quantityDecimals,
    delivery: ['00:00:00', '08:00:00', '16:00:00'],
    forwardContractFlag: true,
    minLeverage: 1,
    maxLeverage: 400,
    buyLimitPriceRatio: 0.5,
    sellLimitPriceRatio: 0.5,
    makerFeeRate: 0,
    takerFeeRate: 0,
    minOrderSize: symbol.minQuantityUnits / 10 ** symbol.quantityDecimals,
    maxOrderSize: Math.floor(symbol.maxQuantityUnits / 10 ** symbol.quantityDecimals),
    maxPositionSize: Math.floor((symbol.maxQuantityUnits / 10 ** symbol.quantityDecimals) * 10),
    marketOpenLimitSize: Math.floor(symbol.maxQuantityUnits / 10 ** symbol.quantityDecimals),
  };
}

/** A spot pair as exchangeInfo describes it. */
export function spotSymbolInfo(symbol: TradingSymbol): object {
  const maximum = String(Math.floor(symbol.maxQuantityUnits / 10 ** symbol.quantityDecimals));
  return {
    symbol: symbol.symbol,
    status: 'TRADING',
    baseAsset: symbol.baseAsset,
    baseAssetPrecision: symbol.quantityDecimals,
    quoteAsset: symbol.quoteAsset,
    quoteAssetPrecision: 8,
    tickSize: formatUnits(1, symbol.priceDecimals),
    stepSize: formatUnits(1, symbol.quantityDecimals),
    minTradeAmount: formatUnits(symbol.minQuantityUnits, symbol.quantityDecimals),
    maxTradeAmount: maximum,
    takerFeeRate: '0',
    makerFeeRate: '0',
    buyLimitPriceRatio: '0.5',
    sellLimitPriceRatio: '0.5',
    marketBuyLimitSize: maximum,
    marketSellLimitSize: maximum,
    marketFallbackPriceRatio: '0',
    enableTrade: true,
    enableDisplay: true,
    displayDigitMerge: String(symbol.priceDecimals),
    displayNew: false,
    displayHot: symbol.baseAsset === 'BTC',
  };
}
