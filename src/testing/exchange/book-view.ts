import type { EndpointCall } from './endpoint.js';
import { type Parameters, textOf } from './parameters.js';
import { invalidParameter } from './refusal.js';
import type { TradingSymbol } from './symbols.js';
import { formatUnits } from './units.js';

/** The step of the market that a request sees. */
export function stepOf({ world, nowMs }: EndpointCall): number {
  return world.marketData.stepAt(nowMs - world.startedAtMs);
}

/** How many levels of the book a request wants: 15 or 200. */
export function depthLimit(query: Parameters): number {
  const limit = Number(textOf(query, 'limit') ?? 15);
  if (limit !== 15 && limit !== 200) throw invalidParameter('limit');
  return limit;
}

/** Both sides of a book as pairs of price and size. */
export function levels(
  call: EndpointCall,
  symbol: TradingSymbol,
  limit: number,
): Record<'bids' | 'asks', (readonly [price: string, quantity: string])[]> {
  const book = call.world.marketData.book(symbol, stepOf(call));
  const pairs = (side: 'bids' | 'asks') =>
    book[side]
      .slice(0, limit)
      .map(
        ({ priceUnits, quantityUnits }) =>
          [
            formatUnits(priceUnits, symbol.priceDecimals),
            formatUnits(quantityUnits, symbol.quantityDecimals),
          ] as const,
      );
  return { bids: pairs('bids'), asks: pairs('asks') };
}
