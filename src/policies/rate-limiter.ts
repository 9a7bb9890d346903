import type { Clock } from '../context/clock.js';
import type { RateLimitUsage } from '../context/rate-limit-usage.js';

/** The allowance of a window. */
export interface RateLimitConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly type: 'weight' | 'orders';
  /** Kept free for critical calls before any of them was seen. */
  readonly reservedCritical: number;
}

/** Whoever has calls waiting for this allowance. */
export interface RateLimitClient {
  /** Lets out what may go now; `false` where nothing went. */
  drainOne(now: number): boolean;
  /** How many calls wait. */
  readonly waiting: number;
  /** Whether a call of this class or a higher one has its slot and lacks only the allowance. */
  wantsAllowance(rank: number): boolean;
  /** The class and the age of the call that would go next, or `undefined`. */
  nextWaiting(now: number): { readonly rank: number; readonly waitingSince: number } | undefined;
}

interface Spent {
  readonly expiresAt: number;
  readonly cost: number;
  readonly critical: boolean;
}

/**
 * Allows at most `limit` in any stretch of `windowMs`, as the exchange sees it: what a request took comes back one
 * window after its answer, because only then it is sure when the exchange counted it.
 *
 * Critical calls find some allowance kept free: as much as the busiest of the last two windows needed.
 */
export class RateLimiter {
  readonly #clock: Clock;
  #config: RateLimitConfig;
  /** What the exchange itself says the limit is, where it says so. */
  #statedLimit = Infinity;
  readonly #clients: Set<RateLimitClient> = new Set();
  #spent: Spent[] = [];
  #spentFrom = 0;
  readonly #used = { ordinary: 0, critical: 0 };
  // The most that critical calls used at a time: in this window and in the one before.
  #peaks = { window: -1, current: 0, previous: 0 };
  #timer: unknown;
  #draining = false;

  constructor(config: RateLimitConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  get config(): RateLimitConfig {
    return this.#config;
  }

  /** What is used at this moment, and the limit in force. */
  snapshot(now: number): { readonly used: number; readonly limit: number } {
    this.#expire(now);
    return { used: this.#used.ordinary + this.#used.critical, limit: this.#limit };
  }

  configure(config: RateLimitConfig, now: number): void {
    this.#config = config;
    this.drain(now);
  }

  attach(client: RateLimitClient): void {
    this.#clients.add(client);
  }

  detach(client: RateLimitClient): void {
    this.#clients.delete(client);
  }

  canTake(cost: number, critical: boolean, now: number): boolean {
    this.#expire(now);
    const { ordinary, critical: urgent } = this.#used;
    if (ordinary + urgent + cost > this.#limit) return false;
    // A cost that never fits beside the reserve may go when nothing else is under way.
    return (
      critical || ordinary === 0 || ordinary + Math.max(urgent, this.#reserve(now)) + cost <= this.#limit
    );
  }

  /** Whether the next allowance belongs to a call that waits, in any policy, and may not be overtaken by this class. */
  isOwed(rank: number): boolean {
    for (const client of this.#clients) if (client.waiting > 0 && client.wantsAllowance(rank)) return true;
    return false;
  }

  take(cost: number, critical: boolean, now: number): void {
    this.#used[critical ? 'critical' : 'ordinary'] += cost;
    if (!critical) return;
    this.#reserve(now);
    this.#peaks.current = Math.max(this.#peaks.current, this.#used.critical);
  }

  /** The answer is there: from now on the window runs. */
  settle(cost: number, critical: boolean, now: number): void {
    if (cost > 0) this.#spent.push({ expiresAt: now + this.#config.windowMs, cost, critical });
  }

  /** Corrects the count by what the exchange says; it counts what other programs use as well. */
  observe(usage: RateLimitUsage, now: number): void {
    const { type, windowMs } = this.#config;
    if (usage.type !== type || usage.intervalMs !== windowMs || usage.used === undefined) return;
    if (usage.remaining !== undefined) this.#statedLimit = Math.max(1, usage.used + usage.remaining);
    this.#expire(now);
    const unseen = usage.used - this.#used.ordinary - this.#used.critical;
    if (unseen <= 0) return;
    this.#used.ordinary += unseen;
    this.settle(unseen, false, now);
  }

  /** Lets waiting calls out while there is allowance, the most urgent first, whichever policy they belong to. */
  drain(now: number): void {
    if (this.#draining || !this.#somebodyWaits) return;
    this.#draining = true;
    const blocked = new Set<RateLimitClient>();
    for (let client = this.#nextClient(now, blocked); client; client = this.#nextClient(now, blocked)) {
      if (!client.drainOne(now)) blocked.add(client);
    }
    this.#draining = false;
    this.#arm(now);
  }

  /** Wakes up when allowance comes back, while somebody waits. */
  #arm(now: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const first = this.#spent[this.#spentFrom];
    if (!this.#somebodyWaits) return;
    const wakeAt = Math.min(first?.expiresAt ?? Infinity, this.#reserveChangesAt(now));
    if (wakeAt === Infinity) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.drain(this.#clock.now());
      },
      Math.max(1, Math.ceil(wakeAt - now)),
    );
  }

  get #somebodyWaits(): boolean {
    for (const client of this.#clients) if (client.waiting > 0) return true;
    return false;
  }

  #nextClient(now: number, blocked: ReadonlySet<RateLimitClient>): RateLimitClient | undefined {
    let best: RateLimitClient | undefined;
    let bestHead: ReturnType<RateLimitClient['nextWaiting']>;
    for (const client of this.#clients) {
      if (blocked.has(client)) continue;
      const head = client.nextWaiting(now);
      if (!head) continue;
      const first =
        !bestHead ||
        head.rank < bestHead.rank ||
        (head.rank === bestHead.rank && head.waitingSince < bestHead.waitingSince);
      if (first) [best, bestHead] = [client, head];
    }
    return best;
  }

  get #limit(): number {
    return Math.min(this.#config.limit, this.#statedLimit);
  }

  #reserve(now: number): number {
    const peaks = this.#peaks;
    const window = Math.floor(now / this.#config.windowMs);
    const { reservedCritical } = this.#config;
    if (peaks.window === -1) {
      // Nothing is known yet of those that may not wait: where there are any, a tenth is kept for them at first.
      const first = reservedCritical > 0 ? Math.ceil(this.#limit / 10) : 0;
      this.#peaks = { window, current: first, previous: first };
    } else if (window !== peaks.window) {
      // What critical calls still hold of the last window counts for this one too.
      const previous = window === peaks.window + 1 ? peaks.current : this.#used.critical;
      this.#peaks = { window, current: this.#used.critical, previous };
    }
    const wanted = Math.max(this.#peaks.current, this.#peaks.previous, reservedCritical);
    return Math.min(wanted, Math.max(reservedCritical, Math.floor(this.#limit / 2)));
  }

  #reserveChangesAt(now: number): number {
    const { windowMs } = this.#config;
    return this.#reserve(now) > 0 ? (Math.floor(now / windowMs) + 1) * windowMs : Infinity;
  }

  #expire(now: number): void {
    let first = this.#spent[this.#spentFrom];
    while (first && first.expiresAt <= now) {
      this.#used[first.critical ? 'critical' : 'ordinary'] -= first.cost;
      this.#spentFrom += 1;
      first = this.#spent[this.#spentFrom];
    }
    if (this.#spentFrom > 1_000 && this.#spentFrom * 2 > this.#spent.length) {
      this.#spent = this.#spent.slice(this.#spentFrom);
      this.#spentFrom = 0;
    } else if (this.#spentFrom === this.#spent.length && this.#spentFrom > 0) {
      this.#spent = [];
      this.#spentFrom = 0;
    }
  }
}
