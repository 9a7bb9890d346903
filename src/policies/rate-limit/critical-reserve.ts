/** This share of a limit, if so much was configured, always stays reserved for the first critical call. */
const lasting = 1 / 50;
/** For how many windows the demand of critical calls is remembered, and for how many more up to a share of the limit. */
const rememberedWindows = 6;
const oldWindows = 24;
const oldShare = 1 / 20;

/**
 * How many permits of a window are kept for critical calls: what was configured for them, or what they requested in the
 * busiest of the last windows, if that is more. Without a critical call in that time, little or nothing is kept, but
 * some of what an earlier burst of them requested: the next may come.
 */
export class CriticalReserve {
  // What critical calls requested in this window and in those before it, latest first.
  #demand: number[] = [];
  /** The most of the last windows, and of those before them too. */
  #recent = 0;
  #most = 0;
  #window = -1;
  /** The last window with a critical call; at first, the window in which counting started. */
  #usedIn = 0;

  /** Notes a critical call. */
  note(cost: number, now: number, windowMs: number): void {
    this.#moveTo(now, windowMs);
    this.#demand[0] = (this.#demand[0] ?? 0) + cost;
    this.#count();
    this.#usedIn = this.#window;
  }

  /** Returns how many permits of the limit are kept. */
  at(now: number, windowMs: number, named: number, limit: number): number {
    this.#moveTo(now, windowMs);
    const demand = Math.max(this.#recent, Math.min(this.#most, Math.floor(limit * oldShare) - 1));
    const isRecent = this.#window - this.#usedIn <= rememberedWindows;
    const kept = isRecent ? named : Math.min(named, Math.floor(limit * lasting));
    // One more than they requested: the last one may come before the window of the first is over.
    const wanted = Math.max(kept, demand > 0 ? demand + 1 : 0);
    return Math.min(wanted, Math.max(kept, Math.floor(limit / 2)));
  }

  /** Returns a copy for windows of another length: what was requested counts for the current one. */
  continued(now: number, windowMs: number): CriticalReserve {
    const reserve = new CriticalReserve();
    reserve.#demand = [this.#most];
    reserve.#count();
    reserve.#window = Math.floor(now / windowMs);
    reserve.#usedIn = reserve.#window;
    return reserve;
  }

  #moveTo(now: number, windowMs: number): void {
    const window = Math.floor(now / windowMs);
    if (this.#window === -1) {
      this.#window = window;
      this.#usedIn = window;
    }
    if (window <= this.#window) return;
    const kept = rememberedWindows + oldWindows;
    const passed = Math.min(kept, window - this.#window);
    this.#demand = [...Array.from({ length: passed }, () => 0), ...this.#demand].slice(0, kept);
    this.#window = window;
    this.#count();
  }

  #count(): void {
    this.#recent = Math.max(0, ...this.#demand.slice(0, rememberedWindows));
    this.#most = Math.max(0, ...this.#demand);
  }

  /** Returns when the next window starts, which may change what is kept. */
  changesAt(now: number, windowMs: number): number {
    return (Math.floor(now / windowMs) + 1) * windowMs;
  }
}
