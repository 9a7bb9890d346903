/**
 * What an exchange promises about client order ids: the facts that decide when an order may be sent again. Describe
 * another exchange with your own object.
 */
export interface Venue {
  /** The name in error messages. */
  readonly name: string;
  /**
   * What happens to an id that is sent twice. `'nothing'`: a second order is placed. `'open-orders'`: no second
   * order while the first one is open. `'window'`: no second order for `idWindowMs`. `'for-ever'`: never a second
   * order.
   */
  readonly idProtects: 'nothing' | 'open-orders' | 'window' | 'for-ever';
  /** How long an id is remembered, in milliseconds, if `idProtects` is `'window'`. */
  readonly idWindowMs?: number | undefined;
  /** How an order is looked up by its client order id. */
  readonly lookUp: 'by-id' | 'open-orders-and-history';
  /** How long after its execution an order may stay invisible, in milliseconds. */
  readonly visibleWithinMs: number;
  /** How long after its timestamp a request may still be executed, in milliseconds. */
  readonly requestValidForMs: number;
  /**
   * How far the clock that stamps requests may be ahead of the exchange's, in milliseconds: a request is valid for
   * that much longer. A function is called again before each lookup, since a lookup may reveal it. Default 0.
   */
  readonly clockAheadMs?: number | (() => number) | undefined;
}

// A request whose timestamp is more than 30 s off is refused (API documentation, "Signature"). How late an order
// appears is not documented; 4,250 ms is a conservative guess.
const weex = { visibleWithinMs: 4_250, requestValidForMs: 30_000 } as const;

/**
 * The markets of WEEX as {@link Venue}s: `spot` and `contract` are V3, `spotV2` and `contractV2` the older API.
 *
 * Spot documents that while an order with the id is active, the call reports success and places no second order.
 * Nothing is documented for contract and V2, so nothing is relied on. Only spot can look an order up by its client
 * order id; on contract it must be found among the open orders and in the history.
 *
 * @example
 * ```ts
 * import { type Venue, weexVenues } from 'weex-resilience';
 *
 * const slowHistory: Venue = { ...weexVenues.contract, visibleWithinMs: 10_000 };
 * console.log(slowHistory.idProtects); // nothing
 * ```
 */
export const weexVenues: Readonly<Record<'spot' | 'contract' | 'spotV2' | 'contractV2', Venue>> = {
  spot: { name: 'WEEX spot V3', idProtects: 'open-orders', lookUp: 'by-id', ...weex },
  contract: { name: 'WEEX contract V3', idProtects: 'nothing', lookUp: 'open-orders-and-history', ...weex },
  spotV2: { name: 'WEEX spot V2', idProtects: 'nothing', lookUp: 'by-id', ...weex },
  contractV2: {
    name: 'WEEX contract V2',
    idProtects: 'nothing',
    lookUp: 'open-orders-and-history',
    ...weex,
  },
};
