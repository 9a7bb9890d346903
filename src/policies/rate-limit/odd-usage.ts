import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';

/**
 * Doubts headers that contradict those before: one answer of a proxy, or of a counter that was just reset, must not stop
 * everything for a window.
 */
export class OddUsage {
  #hasBelieved = false;
  #isDoubted = false;

  /** Whether to believe them: what is far from the limit in force has to be shown first of all, or twice in a row. */
  accepts({ remaining, used }: RateLimitUsage, limit: number): boolean {
    const isOdd =
      used !== undefined && (used > limit * 2 || (remaining !== undefined && used + remaining < limit / 4));
    const isBelieved = !isOdd || this.#isDoubted || !this.#hasBelieved;
    this.#hasBelieved ||= isBelieved;
    this.#isDoubted = !isBelieved;
    return isBelieved;
  }
}
