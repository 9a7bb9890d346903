/** A limit that was lowered because the exchange refused. */
export interface Lowered {
  readonly from: number;
  readonly to: number;
}

/** A refusal in the form that the limit needs. */
export interface LimitRefusal {
  /** What was used in the exchange's window, including the refused request. */
  readonly used: number;
  /** The limit in force at that time. */
  readonly inForce: number;
  /** When the refused request was sent. */
  readonly startedAt: number;
  readonly now: number;
}

/** The limit after a refusal, as a share of what was used. */
const decrease = 0.8;
/** The limit after a refusal if less than this share of it was used, because others used the rest. */
const usedByOthers = 0.5;
/** Growth per window, as a share of the stated limit: up to the level near the last refusal, and beyond it. */
const growth = { below: 0.1, beyond: 0.01 } as const;
/** The level at which growth pauses, as a share of the level of the last refusal. */
const nearRefusal = 0.9;
/** The length of the pause in windows: a ban costs the allowance of one window, which must not exceed the gain. */
const staysWindows = 30;

/**
 * A limit learned from refusals. A refusal lowers it to four fifths of what was used; it then grows with each window to
 * near the level of that refusal. It stays there for a while, because the next refusal would be another ban, and then
 * grows slowly beyond it, never above the stated limit.
 */
export class AdaptiveLimit {
  #level = Infinity;
  #refusedLevel = Infinity;
  #changedAt = -Infinity;

  /** Whether it is below the stated limit. */
  get isActive(): boolean {
    return this.#level !== Infinity;
  }

  /** Returns the limit at a time, at most the stated one. */
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

  /** Lowers the limit; `undefined` if the refused request was sent before the last change. */
  refused({ used, inForce, startedAt, now }: LimitRefusal): Lowered | undefined {
    if (this.isActive && startedAt <= this.#changedAt) return undefined;
    const isOwn = used >= inForce * usedByOthers;
    const left = isOwn ? Math.min(used, inForce) * decrease : inForce * usedByOthers;
    const to = Math.max(1, Math.floor(left));
    // How much others use is unknown, and may be less next time.
    this.#refusedLevel = isOwn ? Math.min(used, inForce) : Infinity;
    this.#level = to;
    this.#changedAt = now;
    return { from: inForce, to };
  }

  /** Returns to the stated limit, because the headers show the real one. */
  forget(): void {
    this.#level = Infinity;
    this.#refusedLevel = Infinity;
  }
}
