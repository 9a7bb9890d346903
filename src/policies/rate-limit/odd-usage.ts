import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';

/** Counters that are not read in one moment differ by so much of the limit. */
const wobble = 0.01;

/** Whether two limits that headers show are the same one. */
export function isSameLimit(one: number, other: number): boolean {
  return one === other || Math.abs(one - other) <= one * wobble;
}

/**
 * Doubts headers of a window that contradict those before: one answer of a proxy, or of a counter that was just reset,
 * must not stop everything.
 */
export class OddUsage {
  #hasBelieved = false;
  /** The limit that was shown last, where it was doubted. */
  #doubted: number | undefined;

  /** Whether to believe them: what is far from the limit in force has to be shown first of all, or twice in a row. */
  accepts({ remaining, used }: RateLimitUsage, limit: number): boolean {
    // Past the limit the count goes on, and no longer tells what the limit is.
    const shown =
      used !== undefined && remaining !== undefined && remaining > 0 ? used + remaining : Infinity;
    const isOdd =
      used !== undefined && (used > limit * 2 || (remaining !== undefined && used + remaining < limit / 4));
    const isShownAgain = this.#doubted !== undefined && isSameLimit(this.#doubted, shown);
    const isBelieved = !isOdd || isShownAgain || !this.#hasBelieved;
    this.#hasBelieved ||= isBelieved;
    this.#doubted = isBelieved ? undefined : shown;
    return isBelieved;
  }
}
