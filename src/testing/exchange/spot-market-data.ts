import { depthLimit, levels, stepOf } from './book-view.js';
import type { EndpointCall } from './endpoint.js';
import { spotSymbolInfo } from './exchange-info.js';
import { listedSymbolOf, textOf } from './parameters.js';
import { badParameter } from './refusal.js';
import { type TradingSymbol, tradingSymbols } from './symbols.js';
import { formatUnits } from './units.js';

const market = 'spot';

/** Symbols and limits. */
export function exchangeInfo(call: EndpointCall): object {
  return {
    timezone: 'UTC',
    serverTime: call.serverTimeMs,
    rateLimits: call.world.limits.describe(),
    symbols: symbolsAsked(call).symbols.map(spotSymbolInfo),
  };
}

/** The coins, each with one network. */
export function coins(): object[] {
  const assets = ['USDT', ...[...tradingSymbols.spot.values()].map(({ baseAsset }) => baseAsset)];
  return assets.map((coin) => ({
    coin,
    name: coin,
    depositAllEnable: true,
    withdrawAllEnable: true,
    networkList: [
      {
        network: coin,
        coin,
        name: coin,
        isDefault: true,
        depositEnable: true,
        withdrawEnable: true,
        withdrawFee: '0',
        withdrawMin: '0.001',
        withdrawIntegerMultiple: 1e-8,
        minConfirm: 1,
        withdrawTag: false,
        depositDust: '0.001',
        contractAddress: '',
        contractAddressUrl: '',
        depositDesc: null,
        withdrawDesc: null,
      },
    ],
  }));
}

/** The figures of the last 24 hours. */
export function tickers(call: EndpointCall): unknown {
  return oneOrAll(call, (symbol) => ({
    symbol: symbol.symbol,
    ...call.world.marketData.day(symbol, stepOf(call)),
    ...best(call, symbol),
    openTime: call.nowMs - 86_400_000,
    closeTime: call.nowMs,
    count: 86_400,
  }));
}

/** The last price. */
export function prices(call: EndpointCall): unknown {
  return oneOrAll(call, (symbol) => ({
    symbol: symbol.symbol,
    price: formatUnits(call.world.marketData.midUnits(symbol, stepOf(call)), symbol.priceDecimals),
  }));
}

/** The best level of each side. */
export function bookTickers(call: EndpointCall): unknown {
  return oneOrAll(call, (symbol) => ({ symbol: symbol.symbol, ...best(call, symbol) }));
}

/** The order book. */
export function depth(call: EndpointCall): object {
  const symbol = listedSymbolOf(market, textOf(call.query, 'symbol'));
  return { lastUpdateId: stepOf(call), ...levels(call, symbol, depthLimit(call.query)) };
}

function best(call: EndpointCall, symbol: TradingSymbol): object {
  const { bids, asks } = levels(call, symbol, 1);
  return {
    bidPrice: bids[0]?.[0],
    bidQty: bids[0]?.[1],
    askPrice: asks[0]?.[0],
    askQty: asks[0]?.[1],
  };
}

// The answer is an object for one symbol, a list for several or none.
function oneOrAll(call: EndpointCall, view: (symbol: TradingSymbol) => object): object {
  const { symbols, single } = symbolsAsked(call);
  const views = symbols.map(view);
  return single ? (views[0] ?? {}) : views;
}

function symbolsAsked({ query }: EndpointCall): { symbols: TradingSymbol[]; single: boolean } {
  const one = textOf(query, 'symbol');
  const several = textOf(query, 'symbols');
  if (one !== undefined && several !== undefined) {
    throw badParameter("Parameters 'symbol' and 'symbols' exclude each other.");
  }
  if (one !== undefined) return { symbols: [listedSymbolOf(market, one)], single: true };
  if (several === undefined) return { symbols: [...tradingSymbols.spot.values()], single: false };
  // A JSON array or names separated by commas.
  const names = several.replace(/[[\]"\s]/g, '').split(',');
  return { symbols: names.map((name) => listedSymbolOf(market, name)), single: false };
}
