/** Calls that waited leave in slices of this length. */
const sliceMs = 50;

/** How much more than the even share may leave in one slice, so that a late timer loses nothing. */
const sliceSlack = 1.5;

/** Where others share the limit: how much of it leaves in a window, evenly, and how much may go ahead of that. */
const amongOthers = { share: 0.9, ahead: 0.5 } as const;

/** What a pace is measured by. */
export interface PacedLimit {
  readonly limit: number;
  readonly windowMs: number;
  readonly used: number;
}

/** When the slice that runs ends. */
export function sliceEndsAt(now: number): number {
  return (sliceOf(now) + 1) * sliceMs;
}

/** How fast calls leave that had to wait, so that what comes back all at once does not go out all at once. */
export class Pace {
  #slice = -1;
  #granted = 0;
  /** Among others: when the next one leaves. */
  #nextAt = -Infinity;

  /** When more calls may leave; `Infinity` where none is kept back. */
  opensAt({ limit, used }: PacedLimit, now: number): number {
    if (now < this.#nextAt && used > limit * amongOthers.ahead) return this.#nextAt;
    return this.#isUnderWay(now) ? sliceEndsAt(now) : Infinity;
  }

  /** Whether a call may leave in this slice. */
  allows(cost: number, { limit, windowMs, used }: PacedLimit, now: number): boolean {
    if (now < this.#nextAt && used > limit * amongOthers.ahead) return false;
    if (!this.#isUnderWay(now)) return true;
    return this.#granted + cost <= Math.ceil((sliceSlack * limit * sliceMs) / windowMs);
  }

  /** A call left; `kept` is what is kept free for others. */
  count(cost: number, kept: number, { limit, windowMs }: PacedLimit, now: number): void {
    this.#granted = this.#isUnderWay(now) ? this.#granted + cost : cost;
    this.#slice = sliceOf(now);
    if (kept === 0) return;
    // Whoever sends all that is free at once has nothing left to give way with.
    const apartMs = (cost * windowMs) / Math.max(1, amongOthers.share * limit - kept);
    this.#nextAt = Math.max(this.#nextAt, now - sliceMs) + apartMs;
  }

  /** Whether a call went in this slice. */
  #isUnderWay(now: number): boolean {
    return this.#slice === sliceOf(now);
  }
}

function sliceOf(now: number): number {
  return Math.floor(now / sliceMs);
}
