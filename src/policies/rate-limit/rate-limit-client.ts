import type { LimitDemand } from '../options/coordinator.js';

/** The call that goes next, whatever its class; permits are saved up for it. */
export interface LimitTurn {
  readonly client: RateLimitClient;
  readonly waiter: PermitWaiter;
}

/** A queue with calls that wait for this allowance; attached while they wait. */
export interface RateLimitClient {
  /** The number of waiting calls. */
  readonly waiting: number;
  /** Starts the next call that may go now; returns `false` if none went. */
  drainOne(now: number): boolean;
  /** Whether a call of this class or a higher one lacks only the allowance, not a slot. */
  wantsAllowance(priority: number): boolean;
  /** The cost of the critical calls that lack only the allowance. */
  readonly urgentCost: number;
  /** Returns the class and the age of the call that would go next, or `undefined`. */
  nextWaiting(now: number): { readonly priority: number; readonly waitingSince: number } | undefined;
  /** Returns the call that has waited longest among those that lack only the allowance. */
  longestWaiting(now: number): PermitWaiter | undefined;
  /** Starts this call; returns `false` if it cannot go. */
  letOut(waiter: PermitWaiter, now: number): boolean;
}

/** A call that waits for an allowance. */
export interface PermitWaiter {
  readonly priority: number;
  readonly cost: number;
  readonly waitingSince: number;
}

// After this many other calls it is the turn of the one that has waited longest, if it has waited long enough.
const turnAfter = 3;
const agedAfterMs = 1_000;

/** Returns the call whose turn it is out of order; `gone` is the number of calls since the last such turn. */
export function agedTurn(
  clients: ReadonlySet<RateLimitClient>,
  gone: number,
  now: number,
): LimitTurn | undefined {
  if (gone < turnAfter) return undefined;
  let turn: LimitTurn | undefined;
  for (const client of clients) {
    const waiter = client.longestWaiting(now);
    if (!waiter || now - waiter.waitingSince < agedAfterMs) continue;
    if (!turn || waiter.waitingSince < turn.waiter.waitingSince) turn = { client, waiter };
  }
  return turn;
}

/** Returns the demand of this process on a limit that it shares with others, from its waiting calls and its use. */
export function demandOf(
  clients: ReadonlySet<RateLimitClient>,
  limit: number,
  windowMs: number,
  used: number,
  now: number,
): LimitDemand {
  let waiting = 0;
  let nextCost = 0;
  let urgentCost = 0;
  for (const client of clients) {
    waiting += client.waiting;
    nextCost = Math.max(nextCost, client.longestWaiting(now)?.cost ?? 0);
    urgentCost += client.urgentCost;
  }
  return { limit, windowMs, used, waiting, nextCost, urgentCost };
}

/** Returns the client whose call goes first: the most urgent, and among those the one that has waited longest. */
export function firstInLine(
  clients: ReadonlySet<RateLimitClient>,
  blocked: ReadonlySet<RateLimitClient>,
  now: number,
): RateLimitClient | undefined {
  let best: RateLimitClient | undefined;
  let bestHead: ReturnType<RateLimitClient['nextWaiting']>;
  for (const client of clients) {
    if (blocked.has(client)) continue;
    const head = client.nextWaiting(now);
    if (!head) continue;
    const first =
      !bestHead ||
      head.priority < bestHead.priority ||
      (head.priority === bestHead.priority && head.waitingSince < bestHead.waitingSince);
    if (first) [best, bestHead] = [client, head];
  }
  return best;
}
