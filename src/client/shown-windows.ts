import type { RateLimitUsage } from '../core/context/rate-limit-usage.js';
import { OddUsage } from '../policies/rate-limit/odd-usage.js';

/** A limit that holds in any interval of the window. */
export interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** The longest window that a policy accepts. */
const longestMs = 2 ** 31 - 1;
/** An intermittent window is dropped after this many answers without it. */
const mostMissed = 10;
/** A window that was shown twice is believed if at most so many answers in between did not show it. */
const mostBetween = 2;

interface Shown {
  allowance: Allowance;
  /** How many answers in a row showed only other windows. */
  missed: number;
  /** Whether it has been missing and has come back. */
  isFitful: boolean;
  /** The first answer showed it, or two with few others in between. */
  isConfirmed: boolean;
  readonly odd: OddUsage;
}

/** The windows of one limit that headers show: those in the last answer, and those that come and go. */
export class ShownWindows {
  readonly #byWindow: Map<number, Shown> = new Map();

  /** Returns the windows in force after an answer, shortest first; empty if the answer shows no credible window. */
  observe(usages: readonly RateLimitUsage[]): readonly Allowance[] {
    const isFirst = this.#byWindow.size === 0;
    const shown = usages.map((usage) => this.#read(usage)).filter((one) => one !== undefined);
    if (shown.length === 0) return [];
    for (const [windowMs, one] of this.#byWindow) {
      if (shown.includes(one)) {
        one.isFitful ||= one.missed > 0;
        one.isConfirmed ||= isFirst;
        one.missed = 0;
      } else one.missed += 1;
      if (one.missed > mostMissed) this.#byWindow.delete(windowMs);
    }
    return [...this.#byWindow.values()]
      .filter(({ isConfirmed, isFitful, missed }) => isConfirmed && (missed === 0 || isFitful))
      .map(({ allowance }) => allowance)
      .toSorted((one, other) => one.windowMs - other.windowMs);
  }

  #read(usage: RateLimitUsage): Shown | undefined {
    const { intervalMs, remaining, used } = usage;
    // Headers show a use of 0 for a request without cost, and beyond the limit they no longer show the limit.
    if (used === undefined || remaining === undefined || used === 0 || remaining === 0) return undefined;
    const allowance = { limit: used + remaining, windowMs: intervalMs };
    if (!Number.isSafeInteger(allowance.limit) || intervalMs > longestMs) return undefined;
    const known = this.#byWindow.get(intervalMs) ?? {
      allowance,
      missed: 0,
      isFitful: false,
      isConfirmed: false,
      odd: new OddUsage(),
    };
    if (!known.odd.accepts(usage, known.allowance.limit)) return undefined;
    known.isConfirmed ||= this.#byWindow.has(intervalMs) && known.missed <= mostBetween;
    known.allowance = allowance;
    this.#byWindow.set(intervalMs, known);
    return known;
  }
}
