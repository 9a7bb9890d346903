/** A limit that was lowered because the exchange refused. */
export interface Lowered {
  readonly from: number;
  readonly to: number;
}

/** A refusal as the limit sees it. */
export interface LimitRefusal {
  /** What was used of the exchange's window, the refused request included. */
  readonly used: number;
  /** The limit that was kept to. */
  readonly inForce: number;
  /** When the refused request was sent. */
  readonly startedAt: number;
  readonly now: number;
}

/** What is left after a refusal, as a share of what was used. */
const decrease = 0.8;
/** What is left of the limit in force where less than that was used: others used the rest. */
const usedByOthers = 0.5;
/** How much comes back in a window, as a share of the stated limit: up to near the last refusal, and beyond it. */
const growth = { below: 0.1, beyond: 0.01 } as const;
/** How near to the last refusal the limit goes, and stays. */
const nearRefusal = 0.9;
/** For so many windows: a ban takes the allowance of one, and shall not cost more than it may bring. */
const staysWindows = 30;

/**
 * A limit that is found out: a refusal leaves four fifths of what was used, and the windows after it give some back, up
 * to near the level of that refusal. There it stays, because the next refusal would be another ban; after a while it
 * grows slowly beyond it. It never goes above the stated limit.
 */
export class AdaptiveLimit {
  #level = Infinity;
  #refusedLevel = Infinity;
  #changedAt = -Infinity;

  /** Whether it is below what is stated. */
  get isActive(): boolean {
    return this.#level !== Infinity;
  }

  /** The limit at a time, at most the stated one. */
  at(stated: number, windowMs: number, now: number): number {
    if (!this.isActive) return stated;
    const windows = (now - this.#changedAt) / windowMs;
    const quickTo = Math.max(this.#level, this.#refusedLevel * nearRefusal);
    const quickly = Math.min(quickTo, this.#level + windows * growth.below * stated);
    const slowly = Math.max(0, windows - staysWindows) * growth.beyond * stated;
    const level = quickly + slowly;
    if (level < stated) return Math.max(1, Math.floor(level));
    this.forget();
    return stated;
  }

  /** The exchange refused; `undefined` where the refused request was sent before the last change. */
  refused({ used, inForce, startedAt, now }: LimitRefusal): Lowered | undefined {
    if (this.isActive && startedAt <= this.#changedAt) return undefined;
    const isOwn = used >= inForce * usedByOthers;
    const left = isOwn ? Math.min(used, inForce) * decrease : inForce * usedByOthers;
    const to = Math.max(1, Math.floor(left));
    // How much others use is not known, and may be less the next time.
    this.#refusedLevel = isOwn ? Math.min(used, inForce) : Infinity;
    this.#level = to;
    this.#changedAt = now;
    return { from: inForce, to };
  }

  /** The headers tell all: nothing has to be found out. */
  forget(): void {
    this.#level = Infinity;
    this.#refusedLevel = Infinity;
  }
}
