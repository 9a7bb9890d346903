/** What a process asks of a limit that it shares, at one moment. */
export interface LimitDemand {
  /** The whole allowance of a window, for all processes together. */
  readonly limit: number;
  readonly windowMs: number;
  /** What this process has used within the window, what is under way included. */
  readonly used: number;
  /** How many calls wait here. */
  readonly waiting: number;
  /** What the call that has waited longest costs; 0 where none waits. */
  readonly nextCost: number;
  /** What all critical calls that wait cost; 0 where none does. */
  readonly urgentCost: number;
}

/** A process's end of a shared limit. */
export interface LimitMember {
  demand(): LimitDemand;
  /** The share grew or shrank. */
  shareChanged(): void;
}

/** A limit that many processes share: each holds a share of it, and all shares together are at most the limit. */
export interface SharedLimit {
  /** How much this process may have used within a window. */
  readonly share: number;
  /** How much it may have used where a critical call asks: the share, and what was drawn from a reserve. Default: the share. */
  readonly criticalShare?: number | undefined;
  /** Calls wait: asks for more without waiting for the answer. */
  request(): void;
  /** The exchange said how much is used by all. */
  observe(used: number): void;
  /** This process takes no part any more: the window of its limit is another one now. */
  leave?(): void;
}

/** A process's end of a shared cool-down. */
export interface CoolDownMember {
  /** Another process was told to stay away for so long. */
  activateFor(ms: number): void;
  /** Another process's probe was answered. */
  ramp(): void;
  /** This process may send the probe now. */
  probe(): void;
}

/** A cool-down that many processes share. */
export interface SharedCoolDown {
  /** This process was told to stay away for so long. */
  activated(forMs: number): void;
  /** Whether this process may send the probe; where nobody knows yet, `probe` of the member tells. */
  mayProbe(): boolean;
  /** The probe of this process was answered. */
  ramping(): void;
}

/** A client order id that a call has taken among all processes. */
export interface IdClaim {
  /** An earlier call with it ended, in any process, and nobody knows what became of it. */
  readonly isUnknown: boolean;
  /**
   * What became known after `claimId` had answered, read again before each send: another process has the id, or left
   * it unknown.
   */
  readonly late?: 'under-way' | 'unknown' | undefined;
  /** The call is over: the id is free, or stays unknown. */
  release(isUnknown: boolean): void;
}

/**
 * What connects policies of many processes: `rateLimit` and `coolDown` of a scope then hold for all of them together.
 * `createRedisCoordinator` of `weex-resilience/redis` makes one. Both ends answer at once; whatever the coordinator
 * does in the background fails no call and keeps none waiting.
 */
export interface Coordinator {
  /** Takes part in the limit of a scope. */
  joinLimit(scope: string, member: LimitMember): SharedLimit;
  /** Takes part in the cool-down of a scope. */
  joinCoolDown(scope: string, member: CoolDownMember): SharedCoolDown;
  /**
   * Takes a client order id for a call; `'under-way'` where a call of another process has it, `undefined` where nobody
   * can tell. Ids of different kinds (of two markets, say) are apart. It never rejects.
   */
  claimId?(id: string, kind?: string): Promise<IdClaim | 'under-way' | undefined>;
  /** Whether it reaches the other processes, for health checks. */
  snapshot?(): { readonly isConnected: boolean };
}
