/** Whoever has calls waiting for this allowance; attached for as long as they wait. */
export interface RateLimitClient {
  /** Lets out what may go now; `false` where nothing went. */
  drainOne(now: number): boolean;
  /** Whether a call of this class or a higher one has its slot and lacks only the allowance. */
  wantsAllowance(rank: number): boolean;
  /** The class and the age of the call that would go next, or `undefined`. */
  nextWaiting(now: number): { readonly rank: number; readonly waitingSince: number } | undefined;
  /** The call that has waited longest, of those that have their slot and lack only the allowance. */
  longestWaiting(now: number): PermitWaiter | undefined;
  /** Lets out this call; `false` where it cannot go. */
  letOut(waiter: PermitWaiter, now: number): boolean;
}

/** A call that waits for an allowance. */
export interface PermitWaiter {
  readonly rank: number;
  readonly cost: number;
  readonly waitingSince: number;
}
