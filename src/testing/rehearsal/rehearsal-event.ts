import type { FaultEffect } from '../fault.js';

/**
 * What the network does to one request.
 *
 * `'refused'`: no connection. `'reset'`: the connection breaks before the request arrives. `'request-lost'`: it never
 * arrives, without any error. `'reply-lost'`: it is executed, and its answer never arrives. `'cut'`: it is executed,
 * and the connection breaks before the answer arrives. `'duplicate'`: a proxy sends it a second time. `'half-open'`:
 * every open connection is dead from then on, without notice to the client.
 */
export type NetworkMishap =
  | 'refused'
  | 'reset'
  | 'request-lost'
  | 'reply-lost'
  | 'cut'
  | 'duplicate'
  | 'half-open';

/** One request of a rehearsal: the `nth` of its operation, counted from 0. */
export interface RequestPlace {
  /** Market and operation, for example `'contract.placeOrder'`. */
  readonly request: string;
  readonly nth: number;
}

/** Something that went wrong in a rehearsal and can be repeated. Times count from its start. */
export type RehearsalEvent =
  /** A fault of the exchange. */
  | (RequestPlace & { readonly fault: FaultEffect })
  | (RequestPlace & { readonly network: NetworkMishap })
  /** The program loses everything but its journal, and starts again. */
  | { readonly atMs: number; readonly crash: true }
  /** The system clock is set forward by this much, or back if negative. */
  | { readonly atMs: number; readonly clockStepMs: number };
