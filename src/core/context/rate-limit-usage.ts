/** How much of one limit is used, as the exchange counts it in the headers of an answer. */
export interface RateLimitUsage {
  /** `weight`: requests by their weight, per address. `orders`: orders, per account. */
  readonly type: 'weight' | 'orders';
  /** The window, in milliseconds. */
  readonly intervalMs: number;
  /** How much of the current window is used. */
  readonly used?: number;
  /** How much of the current window is left. */
  readonly remaining?: number;
}
