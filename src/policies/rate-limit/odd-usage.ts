import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';

/** By how much two counters that are not read at the same moment may differ, as a share of the limit. */
const wobble = 0.01;

/** Whether two limits that headers show are the same. */
export function isSameLimit(one: number, other: number): boolean {
  return one === other || Math.abs(one - other) <= one * wobble;
}

/**
 * Doubts headers of a window that contradict earlier ones: a single answer of a proxy, or of a counter that was just
 * reset, must not stop everything.
 */
export class OddUsage {
  #hasBelieved = false;
  /** The limit that was last shown, if it was doubted. */
  #doubted: number | undefined;

  /** Whether to believe headers: if they are far from the limit, only the first ones, or two in a row, are believed. */
  accepts({ remaining, used }: RateLimitUsage, limit: number): boolean {
    // Beyond the limit the count goes on, so it no longer shows the limit.
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
