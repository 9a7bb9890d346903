import type { BulkheadOptions } from './policy-options.js';
import type { RateLimiter } from './rate-limiter.js';

/** An attempt that holds a slot and permits until its work is over. */
export interface Holder {
  readonly rank: number;
  readonly cost: number;
  /** Where its permits came from; another one may be in force when it is over. */
  limiter: RateLimiter | undefined;
  /** What its requests took, where somebody tells; the cost, which is asked for beforehand, is a guess. */
  readonly spent: number | undefined;
  /** When the caller was released while the work goes on. */
  abandonedAt: number | undefined;
  /** Where it was made inside a call of the same policy: the holder of the slot that they share. */
  host: Holder | undefined;
  /** How many share the slot that it took, itself among them. */
  sharers: number;
}

/** Work that goes on after its caller was released holds its slot no longer than this. */
const longestAbandonedMs = 60_000;

/**
 * The slots of a bulkhead, taken by class; without options there is no end of them. A call that is made inside of a
 * running one shares its slot, which is free again when the last of them is over.
 */
export class Slots {
  options: BulkheadOptions | undefined;
  // Taken slots by class: critical, normal, background.
  readonly #taken: [number, number, number] = [0, 0, 0];
  readonly #abandoned: Set<Holder> = new Set();

  constructor(options: BulkheadOptions | undefined) {
    this.options = options;
  }

  get running(): number {
    return this.#taken[0] + this.#taken[1] + this.#taken[2];
  }

  take(holder: Holder): void {
    if (holder.host === undefined) this.#taken[holder.rank as 0 | 1 | 2] += 1;
    this.join(holder.host ?? holder);
  }

  /** Keeps the slot of a running call taken for one more. */
  join(host: Holder): void {
    host.sharers += 1;
  }

  /** One of those who share a slot is over. */
  part(host: Holder): void {
    host.sharers -= 1;
    if (host.sharers === 0) this.#taken[host.rank as 0 | 1 | 2] -= 1;
  }

  /** The work of a holder is over; `false` where its place was taken back before. */
  giveBack(holder: Holder): boolean {
    if (holder.abandonedAt !== undefined && !this.#abandoned.delete(holder)) return false;
    this.part(holder.host ?? holder);
    return true;
  }

  /** The caller was released but the work goes on. */
  abandon(holder: Holder, now: number): void {
    holder.abandonedAt = now;
    this.#abandoned.add(holder);
  }

  /** Takes back the places of those who were given up too long ago. */
  reclaim(now: number): readonly Holder[] {
    if (this.#abandoned.size === 0) return nobody;
    const late: Holder[] = [];
    for (const holder of this.#abandoned) {
      if (now - (holder.abandonedAt ?? now) < longestAbandonedMs) break;
      this.#abandoned.delete(holder);
      this.part(holder.host ?? holder);
      late.push(holder);
    }
    return late;
  }

  /** When the next place is taken back, if any is to be. */
  get reclaimsAt(): number | undefined {
    const [first] = this.#abandoned;
    return first && (first.abandonedAt ?? 0) + longestAbandonedMs;
  }

  /** Whether a call of this class finds a slot that is not kept for a higher one. */
  has(rank: number): boolean {
    const { options } = this;
    if (!options) return true;
    const [critical, normal, background] = this.#taken;
    if (critical + normal + background >= options.limit) return false;
    if (rank === 0 || !options.reserved) return true;
    const ordinary = options.limit - (options.reserved.critical ?? 0);
    if (normal + background >= ordinary) return false;
    return rank === 1 || background < ordinary - (options.reserved.normal ?? 0);
  }
}

const nobody: readonly Holder[] = [];

/** What an attempt took from a rate limit is counted from now on: it comes back one window later. */
export function settlePermits(holder: Holder, now: number, spent: number = holder.cost): void {
  holder.limiter?.settle(holder.cost, holder.rank === 0, now, spent);
  holder.limiter = undefined;
}
