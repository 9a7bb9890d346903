/** So much of a limit stays kept, if it was named: the first critical call after a long time finds something. */
const lasting = 1 / 50;
/** For how many windows the demand of critical calls is remembered. */
const rememberedWindows = 6;

/**
 * How many permits of a window are kept for critical calls: what was named for them, and what they asked for in the
 * busiest of the last windows. Without any critical call in that time nothing is kept.
 */
export class CriticalReserve {
  // What critical calls asked for in this window, and in the ones before it, latest first.
  #demand: number[] = [];
  #window = -1;
  /** The last window that saw one; what nobody has used in the first ones counts as used at the start. */
  #usedIn = 0;

  /** A critical call came. */
  note(cost: number, now: number, windowMs: number): void {
    this.#moveTo(now, windowMs);
    this.#demand[0] = (this.#demand[0] ?? 0) + cost;
    this.#usedIn = this.#window;
  }

  /** How many permits of the limit are kept. */
  at(now: number, windowMs: number, named: number, limit: number): number {
    this.#moveTo(now, windowMs);
    const demand = Math.max(0, ...this.#demand);
    const isRecent = this.#window - this.#usedIn <= rememberedWindows;
    const kept = isRecent ? named : Math.min(named, Math.floor(limit * lasting));
    // One more than they asked for: the last of them may come before the first one's window is over.
    const wanted = Math.max(kept, demand > 0 ? demand + 1 : 0);
    return Math.min(wanted, Math.max(kept, Math.floor(limit / 2)));
  }

  /** The same for windows of another length: what was asked for counts for the one that runs. */
  continued(now: number, windowMs: number): CriticalReserve {
    const reserve = new CriticalReserve();
    reserve.#demand = [Math.max(0, ...this.#demand)];
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
    const passed = Math.min(rememberedWindows, window - this.#window);
    this.#demand = [...Array.from({ length: passed }, () => 0), ...this.#demand].slice(0, rememberedWindows);
    this.#window = window;
  }

  /** When another window begins, of which more or less may be kept. */
  changesAt(now: number, windowMs: number): number {
    return (Math.floor(now / windowMs) + 1) * windowMs;
  }
}
