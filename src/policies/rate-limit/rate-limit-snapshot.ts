/** One window of a rate limit at a moment. */
export interface LimitWindowSnapshot {
  readonly used: number;
  readonly limit: number;
  /** How much of the limit is kept free for others who were seen to share it; absent if nothing is. */
  readonly keptForOthers?: number;
}

/** The state of a rate limit at a moment. */
export interface RateLimitSnapshot extends LimitWindowSnapshot {
  /** The limit in force was learned from refusals and is below the stated one. */
  readonly adaptive?: true;
  /** Windows that the headers show beside the configured one; an adaptive limit obeys them too. */
  readonly further?: readonly (LimitWindowSnapshot & { readonly windowMs: number })[];
}
