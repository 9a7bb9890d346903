import type { AlgoBook } from './algo-book.js';
import type { ContractLedger } from './contract-ledger.js';
import type { Funding } from './funding.js';
import type { MarketData } from './market-data.js';
import type { OrderBook, Visibility } from './order-book.js';
import type { Parameters } from './parameters.js';
import type { RateLimits } from './rate-limits.js';
import type { SpotLedger } from './spot-ledger.js';
import type { Market } from './symbols.js';

/** The state of the exchange. */
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
  /** Brings a market up to date. */
  settle(market: Market, nowMs: number): void;
}

/** One request as an endpoint sees it. */
export interface EndpointCall {
  readonly world: World;
  /** The query of a GET or DELETE. */
  readonly query: Parameters;
  /** The JSON body, an empty object without one. */
  readonly body: Parameters;
  /** The real time, which matching uses. */
  readonly nowMs: number;
  /** The time on the exchange's clock. */
  readonly serverTimeMs: number;
  readonly visibility: Visibility;
}

/** One endpoint of the API. */
export interface Endpoint {
  readonly market: Market;
  /** The name of the corresponding method of `WeexClient`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly access: 'public' | 'private';
  readonly effect: 'read' | 'write';
  /** The weight that it uses, per address. */
  readonly weight: number;
  /** The orders that it counts, per account. */
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

/** Creates endpoints of a market from rows; a POST or DELETE changes something unless its row says that it reads. */
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
