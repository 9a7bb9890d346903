import type { AlgoBook } from './algo-book.js';
import type { ContractLedger } from './contract-ledger.js';
import type { Funding } from './funding.js';
import type { MarketData } from './market-data.js';
import type { OrderBook, Visibility } from './order-book.js';
import type { Parameters } from './parameters.js';
import type { RateLimits } from './rate-limits.js';
import type { SpotLedger } from './spot-ledger.js';
import type { Market } from './symbols.js';

/** Everything the exchange knows. */
export interface World {
  readonly startedAtMs: number;
  readonly marketData: MarketData;
  readonly limits: RateLimits;
  readonly spot: { readonly book: OrderBook; readonly ledger: SpotLedger };
  readonly contract: {
    readonly book: OrderBook;
    readonly ledger: ContractLedger;
    readonly algos: AlgoBook;
    readonly funding: Funding;
  };
  /** Demo trading of contracts, with its own account. */
  readonly demo: { readonly book: OrderBook; readonly ledger: ContractLedger };
  /** Lets a market do what fell due by now. */
  settle(market: Market, nowMs: number): void;
}

/** One request as an endpoint sees it. */
export interface EndpointCall {
  readonly world: World;
  /** The query of a GET or DELETE. */
  readonly query: Parameters;
  /** The JSON body, an empty object without one. */
  readonly body: Parameters;
  /** The real time, by which orders match. */
  readonly nowMs: number;
  /** What the exchange takes the time to be. */
  readonly serverTimeMs: number;
  readonly visibility: Visibility;
}

/** One endpoint of the API. */
export interface Endpoint {
  readonly market: Market;
  /** As the method of `WeexClient` is called. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly access: 'public' | 'private';
  readonly effect: 'read' | 'write';
  /** What it takes of the weight of an address. */
  readonly weight: number;
  /** What it takes of the orders of the account. */
  readonly orders: number;
  /** The body of the answer under HTTP 200; throws a refusal. */
  handle(call: EndpointCall): unknown;
}

type Row = readonly [
  operation: string,
  method: Endpoint['method'],
  path: string,
  cost: number | { readonly orders: number } | { readonly reads: number },
  handle: Endpoint['handle'],
];

/** Makes endpoints of a market from rows; a POST or DELETE changes something unless its row says that it reads. */
export function endpointsOf(market: Market, access: Endpoint['access'], rows: readonly Row[]): Endpoint[] {
  return rows.map(([operation, method, path, cost, handle]) => ({
    market,
    operation,
    method,
    path,
    access,
    effect: method === 'GET' || isRead(cost) ? 'read' : 'write',
    weight: typeof cost === 'number' ? cost : isRead(cost) ? cost.reads : 0,
    orders: typeof cost === 'number' || isRead(cost) ? 0 : cost.orders,
    handle,
  }));
}

function isRead(cost: Row[3]): cost is { readonly reads: number } {
  return typeof cost === 'object' && 'reads' in cost;
}
