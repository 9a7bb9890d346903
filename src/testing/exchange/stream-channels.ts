import { type CandleInterval, candleIntervals } from './candles.js';
import type { bookSides } from './stream-frames.js';
import { type Market, type TradingSymbol, tradingSymbols } from './symbols.js';

const priceTypes = ['LAST_PRICE', 'MARK_PRICE', 'INDEX_PRICE'] as const;

/** What a public channel shows of a symbol. */
export type PublicKind =
  | { readonly kind: 'ticker' | 'trade' | 'bookTicker' }
  | { readonly kind: 'depth'; readonly depth: number }
  | {
      readonly kind: 'kline';
      readonly interval: CandleInterval;
      readonly priceType: (typeof priceTypes)[number];
    };

/** A public channel with a subscriber. */
export type PublicChannel = PublicKind & {
  readonly symbol: TradingSymbol;
  /** The last step sent; -1 before the first. */
  step: number;
  /** The last book sent, from which the next change is computed. */
  sides?: ReturnType<typeof bookSides>;
};

/** The channel with a name such as `BTCUSDT@depth15` and its key; or the text of the refusal. */
export function publicChannel(
  market: Market,
  name: string,
): { readonly key: string; readonly channel: PublicChannel } | string {
  const [symbolName = '', event = ''] = name.split('@');
  const symbol = tradingSymbols[market].get(symbolName.toUpperCase());
  if (!symbol) return `invalid symbol : cmt_${symbolName.toLowerCase()}`;
  const kind = kindOf(market, event);
  if (typeof kind === 'string') return kind;
  return { key: `${symbol.symbol}@${event}`, channel: { ...kind, symbol, step: -1 } };
}

function kindOf(market: Market, event: string): PublicKind | string {
  if (event === 'ticker' || event === 'trade') return { kind: event };
  // The contract market does not have this channel.
  if (event === 'bookTicker' && market === 'spot') return { kind: event };
  const [, depth] = /^depth(\d+)$/.exec(event) ?? [];
  if (depth === '15' || depth === '200') return { kind: 'depth', depth: Number(depth) };
  if (depth !== undefined || event === 'depth') return `invalid depth level : ${depth ?? 0}`;
  const [, length = '', price] = /^kline_([^_]+)_(\w+)$/.exec(event) ?? [];
  const interval = candleIntervals.get(length);
  const priceType = priceTypes.find((one) => one === price);
  const isKline = interval && priceType && (market === 'contract' || priceType === 'LAST_PRICE');
  return isKline ? { kind: 'kline', interval, priceType } : `invalid event : ${event}`;
}
