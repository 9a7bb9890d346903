/** A limit that was lowered because the exchange refused. */
export interface Lowered {
  readonly from: number;
  readonly to: number;
}

/** What is left after a refusal, as a share of what was refused. */
const decrease = 0.8;
/** What is left of the limit in force at least. */
const mostDecrease = 0.5;
/** How much comes back in a window, as a share of the stated limit: up to near the last refusal, and beyond it. */
const growth = { below: 0.1, beyond: 0.01 } as const;
/** How near to the last refusal the quick growth goes. */
const nearRefusal = 0.9;

/**
 * A limit that is found out: each refusal leaves four fifths of what was used, at least half of what
 * was allowed, and every window without one gives
 * some of it back, less near the level at which the last refusal came. It never goes above the stated limit.
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
    const restWindows = windows - (quickly - this.#level) / (growth.below * stated);
    const level = quickly < quickTo ? quickly : quickTo + restWindows * growth.beyond * stated;
    if (level < stated) return Math.max(1, Math.floor(level));
    this.forget();
    return stated;
  }

  /** The exchange refused while so much was used; `undefined` where the refused request was sent before the last change. */
  refused(
    used: number,
    inForce: number,
    { startedAt, now }: { readonly startedAt: number; readonly now: number },
  ): Lowered | undefined {
    if (this.isActive && startedAt < this.#changedAt) return undefined;
    // Where little was used it was used by others, and how much of it is left is not known.
    const refusedLevel = Math.max(1, Math.min(inForce, Math.max(used, (inForce * mostDecrease) / decrease)));
    const to = Math.max(1, Math.floor(refusedLevel * decrease));
    this.#refusedLevel = refusedLevel;
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
