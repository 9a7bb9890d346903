import { levels, depthLimit, stepOf } from './book-view.js';
import type { EndpointCall } from './endpoint.js';
import { contractSymbolInfo } from './exchange-info.js';
import { fundingPeriodMs } from './funding.js';
import { timesOf, wholeNumber } from './order-queries.js';
import { listedSymbolOf, oneOf, textOf } from './parameters.js';
import { Refusal } from './refusal.js';
import { type TradingSymbol, tradingSymbols } from './symbols.js';
import { formatUnits } from './units.js';

const market = 'contract';
const yearMs = 365 * 86_400_000;

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

/** The price of the index or, if requested, the mark price: here they are the same. */
export function symbolPrice(call: EndpointCall): object {
  const symbol = listedSymbolOf(market, textOf(call.query, 'symbol'));
  if (textOf(call.query, 'priceType') !== undefined) oneOf(call.query, 'priceType', ['INDEX', 'MARK'], -1140);
  const price = formatUnits(call.world.marketData.midUnits(symbol, stepOf(call)), symbol.priceDecimals);
  return { symbol: symbol.symbol, price, time: call.nowMs };
}

/** Mark price and funding rates. The price is refreshed once a minute, whatever `time` says. */
export function premiumIndex(call: EndpointCall): object[] {
  const { funding } = call.world.contract;
  return symbolsAsked(call).map((symbol) => {
    const price = formatUnits(funding.markUnits(symbol, call.nowMs), symbol.priceDecimals);
    return {
      symbol: symbol.symbol,
      markPrice: price,
      indexPrice: price,
      lastFundingRate: rateText(funding.rateAt(symbol, call.nowMs)),
      forecastFundingRate: rateText(funding.rateAt(symbol, call.nowMs, 1)),
      interestRate: '0.0001',
      nextFundingTime: (Math.floor(call.nowMs / fundingPeriodMs) + 1) * fundingPeriodMs,
      time: call.nowMs,
      collectCycle: fundingPeriodMs / 60_000,
    };
  });
}

/** The funding rates that were paid, newest first: of seven days at most, and of the last year. */
export function fundingRates(call: EndpointCall): object[] {
  const { nowMs, query, world } = call;
  const { funding } = world.contract;
  const symbol = listedSymbolOf(market, textOf(query, 'symbol'));
  const { startMs, endMs } = timesOf(query, 7);
  if (startMs > 0 && startMs < nowMs - yearMs) {
    throw new Refusal(400, -1170, 'startTime must be within the last 365 days.');
  }
  const limit = wholeNumber(query, 'limit', 1, 1_000) ?? 100;
  const newest = Math.floor(Math.min(endMs, nowMs) / fundingPeriodMs);
  const oldest = Math.max(Math.ceil(Math.max(startMs, nowMs - yearMs) / fundingPeriodMs), newest - limit + 1);
  return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, index) => {
    const fundingTime = (newest - index) * fundingPeriodMs;
    return {
      symbol: symbol.symbol,
      fundingRate: rateText(funding.rateAt(symbol, fundingTime)),
      fundingTime,
      markPrice: formatUnits(funding.markUnits(symbol, fundingTime), symbol.priceDecimals),
    };
  });
}

/** The open interest of a symbol, in its base asset. */
export function openInterest(call: EndpointCall): object {
  const symbol = listedSymbolOf(market, textOf(call.query, 'symbol'));
  const { volume } = call.world.marketData.day(symbol, stepOf(call));
  return { symbol: symbol.symbol, openInterest: volume, time: call.nowMs };
}

function rateText(rate: number): string {
  return rate.toFixed(8);
}

/** The order book. */
export function depth(call: EndpointCall): object {
  const symbol = listedSymbolOf(market, textOf(call.query, 'symbol'));
  return { ...levels(call, symbol, depthLimit(call.query)), lastUpdateId: stepOf(call) };
}

function symbolsAsked({ query }: Pick<EndpointCall, 'query'>): TradingSymbol[] {
  const name = textOf(query, 'symbol');
  return name === undefined ? [...tradingSymbols.contract.values()] : [listedSymbolOf(market, name)];
}
