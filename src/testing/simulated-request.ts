import type { FaultKind } from './fault.js';

/** One request that the simulated exchange received. Its headers are not kept. */
export interface SimulatedRequest {
  /** When it arrived, in milliseconds since the start of the exchange. */
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; empty without one. */
  readonly query: string;
  /** The operation, for example `'placeOrder'`; `undefined` for a path that the exchange does not have. */
  readonly operation: string | undefined;
  readonly market: 'spot' | 'contract' | undefined;
  /** The client order id in the request. */
  readonly clientOrderId: string | undefined;
  /** The HTTP status of the answer; `undefined` while there is none, or if it was lost. */
  readonly status: number | undefined;
  /** The code of a refusal. */
  readonly code: number | string | undefined;
  /** Whether the exchange executed it. */
  readonly executed: boolean;
  /** The fault that hit it. */
  readonly fault: FaultKind | undefined;
  /** How long the answer took, in milliseconds. */
  readonly durationMs: number | undefined;
}
