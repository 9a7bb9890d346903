/** Calls that waited go in slices of this length. */
const sliceMs = 50;

/** How many times the even share may go in one slice, so that a late timer loses nothing. */
const sliceSlack = 1.5;

/** If others share the limit: the share that goes evenly over a window, and the share that may go before that. */
const amongOthers = { share: 0.9, ahead: 0.5 } as const;

/** The limit and its use, from which the pace is computed. */
export interface PacedLimit {
  readonly limit: number;
  readonly windowMs: number;
  readonly used: number;
}

/** Returns when the current slice ends. */
export function sliceEndsAt(now: number): number {
  return (sliceOf(now) + 1) * sliceMs;
}

/** Limits how fast calls that had to wait go, so that permits that return at once are not all used at once. */
export class Pace {
  #slice = -1;
  #granted = 0;
  /** If others share the limit: when the next call may go. */
  #nextAt = -Infinity;

  /** Returns when more calls may go; `Infinity` if no call is held back. */
  opensAt({ limit, used }: PacedLimit, now: number): number {
    if (now < this.#nextAt && used > limit * amongOthers.ahead) return this.#nextAt;
    return this.#isUnderWay(now) ? sliceEndsAt(now) : Infinity;
  }

  /** Whether a call may go in this slice. */
  allows(cost: number, { limit, windowMs, used }: PacedLimit, now: number): boolean {
    if (now < this.#nextAt && used > limit * amongOthers.ahead) return false;
    if (!this.#isUnderWay(now)) return true;
    return this.#granted + cost <= Math.ceil((sliceSlack * limit * sliceMs) / windowMs);
  }

  /** Counts a call that went; `others` is what others who share the limit usually take at once. */
  count(cost: number, others: number, { limit, windowMs }: PacedLimit, now: number): void {
    this.#granted = this.#isUnderWay(now) ? this.#granted + cost : cost;
    this.#slice = sliceOf(now);
    if (others === 0) return;
    // A client that uses all free permits at once can no longer make room for others.
    const apartMs = (cost * windowMs) / Math.max(1, amongOthers.share * limit - others);
    this.#nextAt = Math.max(this.#nextAt, now - sliceMs) + apartMs;
  }

  /** Whether a call has gone in this slice. */
  #isUnderWay(now: number): boolean {
    return this.#slice === sliceOf(now);
  }
}

function sliceOf(now: number): number {
  return Math.floor(now / sliceMs);
}
