/** What a process currently needs of a shared limit. */
export interface LimitDemand {
  /** The whole allowance of a window, for all processes together. */
  readonly limit: number;
  readonly windowMs: number;
  /** What this process has used within the window, including calls in progress. */
  readonly used: number;
  /** How many calls are waiting here. */
  readonly waiting: number;
  /** The cost of the call that has waited longest; 0 if none is waiting. */
  readonly nextCost: number;
  /** The total cost of all waiting critical calls; 0 if there are none. */
  readonly urgentCost: number;
}

/** A process's side of a shared limit. */
export interface LimitMember {
  demand(): LimitDemand;
  /** Called when the share grew or shrank. */
  shareChanged(): void;
}

/** A limit that several processes share: each has a share of it, and all shares together are at most the limit. */
export interface SharedLimit {
  /** How much this process may use within a window. */
  readonly share: number;
  /** How much a critical call may use: the share plus what was drawn from a reserve. Default: the share. */
  readonly criticalShare?: number | undefined;
  /** Called when calls are waiting: requests a larger share and returns at once. */
  request(): void;
  /** Called with the total usage that the exchange reported. */
  observe(used: number): void;
  /** Leaves the shared limit, because the window of this process's limit has changed. */
  leave?(): void;
}

/** A process's side of a shared cool-down. */
export interface CoolDownMember {
  /** Called when the exchange told another process to pause for this long. */
  activateFor(ms: number): void;
  /** Called when another process's probe was answered. */
  ramp(): void;
  /** Called when this process may send the probe. */
  probe(): void;
}

/** A cool-down that several processes share. */
export interface SharedCoolDown {
  /** Called when the exchange told this process to pause for this long. */
  activated(forMs: number): void;
  /** Whether this process may send the probe; if that is not known yet, the member's `probe` is called later. */
  mayProbe(): boolean;
  /** Called when the probe of this process was answered. */
  ramping(): void;
}

/** A client order id that a call has claimed among all processes. */
export interface IdClaim {
  /** Whether an earlier call with this id ended with an unknown outcome, in any process. */
  readonly isUnknown: boolean;
  /**
   * What became known after `claimId` resolved, read again before each send: another process uses the id, or left
   * its outcome unknown.
   */
  readonly late?: 'under-way' | 'unknown' | undefined;
  /** Called when the call is over: the id becomes free, or stays unknown. */
  release(isUnknown: boolean): void;
}

/**
 * Connects the policies of several processes: `rateLimit` and `coolDown` of a scope then apply to all of them
 * together. `createRedisCoordinator` of `weex-resilience/redis` creates one. Limits and
 * cool-downs are answered at once; what the coordinator does in the background never fails or delays a call.
 */
export interface Coordinator {
  /** Joins the limit of a scope. */
  joinLimit(scope: string, member: LimitMember): SharedLimit;
  /** Joins the cool-down of a scope. */
  joinCoolDown(scope: string, member: CoolDownMember): SharedCoolDown;
  /**
   * Claims a client order id for a call. Resolves to `'under-way'` if a call of another process has the id, and to
   * `undefined` if that cannot be determined. Ids of different kinds (of two markets, for example) are separate. It
   * never rejects.
   */
  claimId?(id: string, kind?: string): Promise<IdClaim | 'under-way' | undefined>;
  /** Whether it is connected to the other processes, for health checks. */
  snapshot?(): { readonly isConnected: boolean };
}
