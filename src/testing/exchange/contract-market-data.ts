import { levels, depthLimit, stepOf } from './book-view.js';
import type { EndpointCall } from './endpoint.js';
import { contractSymbolInfo } from './exchange-info.js';
import { symbolOf, textOf } from './parameters.js';
import { type TradingSymbol, tradingSymbols } from './symbols.js';
import { formatUnits } from './units.js';

const market = 'contract';

/** Symbols, assets and limits. */
export function exchangeInfo({ world, query }: EndpointCall): object {
  return {
    assets: [
      ...new Set(['USDT', ...[...tradingSymbols.contract.values()].map((symbol) => symbol.baseAsset)]),
    ].map((asset) => ({ asset, marginAvailable: asset === 'USDT' })),
    rateLimits: world.limits.describe(),
    symbols: symbolsAsked({ query }).map(contractSymbolInfo),
  };
}

/** The figures of the last 24 hours. */
export function tickers(call: EndpointCall): object[] {
  return symbolsAsked(call).map((symbol) => ticker(call, symbol));
}

function ticker(call: EndpointCall, symbol: TradingSymbol): object {
  const day = call.world.marketData.day(symbol, stepOf(call));
  return {
    symbol: symbol.symbol,
    ...day,
    markPrice: day.lastPrice,
    indexPrice: day.lastPrice,
    openTime: call.nowMs - 86_400_000,
    closeTime: call.nowMs,
  };
}

/** The best level of each side. */
export function bookTicker(call: EndpointCall): object[] {
  return symbolsAsked(call).map((symbol) => {
    const { bids, asks } = levels(call, symbol, 1);
    return {
      symbol: symbol.symbol,
      bidPrice: bids[0]?.[0],
      bidQty: bids[0]?.[1],
      askPrice: asks[0]?.[0],
      askQty: asks[0]?.[1],
      time: call.nowMs,
    };
  });
}

/** The mark price. */
export function symbolPrice(call: EndpointCall): object {
  const symbol = symbolOf(market, textOf(call.query, 'symbol'));
  const price = formatUnits(call.world.marketData.midUnits(symbol, stepOf(call)), symbol.priceDecimals);
  return { symbol: symbol.symbol, price, time: call.nowMs };
}

/** The order book. */
export function depth(call: EndpointCall): object {
  const symbol = symbolOf(market, textOf(call.query, 'symbol'));
  return { ...levels(call, symbol, depthLimit(call.query)), lastUpdateId: stepOf(call) };
}

function symbolsAsked({ query }: Pick<EndpointCall, 'query'>): TradingSymbol[] {
  const name = textOf(query, 'symbol');
  return name === undefined ? [...tradingSymbols.contract.values()] : [symbolOf(market, name)];
}
