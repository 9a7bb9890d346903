import type { WorkingOrder } from './simulated-order.js';

/** What the matching engine needs from an account. Values are in parts of 10^-8 of the quote asset. */
export interface Ledger {
  /** Reserves what the order may need, `value` at most; throws the refusal if it is not available. */
  reserve(order: WorkingOrder, value: number): void;
  /** Books a fill; returns the profit realised by it. */
  fill(order: WorkingOrder, quantityUnits: number, value: number, nowMs: number): number;
  /** Releases what a finished order did not use. */
  release(order: WorkingOrder): void;
}
