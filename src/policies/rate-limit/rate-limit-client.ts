import type { LimitDemand } from '../options/coordinator.js';

/** The call that goes next, whatever its class, and for which what comes back is saved up. */
export interface LimitTurn {
  readonly client: RateLimitClient;
  readonly waiter: PermitWaiter;
}

/** Whoever has calls waiting for this allowance; attached for as long as they wait. */
export interface RateLimitClient {
  /** How many calls wait. */
  readonly waiting: number;
  /** Lets out what may go now; `false` where nothing went. */
  drainOne(now: number): boolean;
  /** Whether a call of this class or a higher one has its slot and lacks only the allowance. */
  wantsAllowance(priority: number): boolean;
  /** What the critical calls that lack only the allowance cost. */
  readonly urgentCost: number;
  /** The class and the age of the call that would go next, or `undefined`. */
  nextWaiting(now: number): { readonly priority: number; readonly waitingSince: number } | undefined;
  /** The call that has waited longest, of those that have their slot and lack only the allowance. */
  longestWaiting(now: number): PermitWaiter | undefined;
  /** Lets out this call; `false` where it cannot go. */
  letOut(waiter: PermitWaiter, now: number): boolean;
}

/** A call that waits for an allowance. */
export interface PermitWaiter {
  readonly priority: number;
  readonly cost: number;
  readonly waitingSince: number;
}

// After so many others the call that has waited longest has its turn, if it has waited long enough.
const turnAfter = 3;
const agedAfterMs = 1_000;

/** Whose turn it is out of order, after so many others. */
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

/** What those who wait here, and what was used, ask of a limit that is shared with other processes. */
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

/** Whose waiting call goes first: the most urgent, and of those the one that has waited longest. */
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
