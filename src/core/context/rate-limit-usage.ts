/** How much of one limit is used, as the exchange counts it in the headers of an answer. */
export interface RateLimitUsage {
  /** `weight`: requests by their weight, per address. `orders`: orders, per account. */
  readonly type: 'weight' | 'orders';
  /** The window, in milliseconds. */
  readonly intervalMs: number;
  /** What was used in the current window. */
  readonly used?: number;
  /** What is left in the current window. */
  readonly remaining?: number;
}
