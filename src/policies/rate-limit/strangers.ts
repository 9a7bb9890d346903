import type { PermitLedger } from './permit-ledger.js';

/** How many windows a burst is remembered for. */
const rememberedWindows = 6;
/** Uses seen within this share of a window are one burst. */
const burstPart = 1 / 20;
/** How much is kept free for strangers, in bursts of the usual size. */
const keptBursts = 1.5;

/** The share of the limit that strangers are assumed to use if nothing in the headers explains a ban. */
const unexplained = 0.1;

interface Burst {
  readonly at: number;
  amount: number;
}

/**
 * What others on the same address or account take from a limit, as the headers show it: they may come at any time, and
 * if there is no room for what they take at once, everyone is banned.
 */
export class Strangers {
  #bursts: Burst[] = [];
  /** The usual size of a burst. */
  #usual = 0;
  /** The count in the first answer of the exchange's current window, and when that answer came. */
  #first = Infinity;
  #since = -Infinity;
  /** The highest count since then, and when it came. */
  #highest = Infinity;
  #highestAt = -Infinity;
  #fellAt = -Infinity;
  /** Until this time the counts say nothing about others. */
  #mixedUntil = -Infinity;

  /** Returns how much strangers have taken that is not counted yet, by the header of an answer. */
  unseen(
    used: number,
    { startedAt, windowMs }: { readonly startedAt: number; readonly windowMs: number },
    now: number,
    ledger: Pick<PermitLedger, 'since'>,
  ): number {
    // For a request that costs nothing, the exchange shows 0 whatever is used.
    if (used === 0) return 0;
    const isHigher = used > this.#highest;
    // Answers overtake each other: a request sent before the highest count was known may have a lower one.
    if (!isHigher && startedAt < this.#highestAt) return 0;
    if (used < this.#highest) {
      // A new window of the exchange. Counts that fall more often come from several servers, each with a part.
      if (now - this.#fellAt < windowMs / 2) this.#mixedUntil = now + rememberedWindows * windowMs;
      if (this.#highest !== Infinity) this.#fellAt = now;
      this.#first = used;
      this.#since = now;
    }
    this.#highest = used;
    this.#highestAt = now;
    // A request sent before that may have been counted in the previous window.
    return startedAt < this.#since || now < this.#mixedUntil
      ? 0
      : Math.max(0, used - this.#first - ledger.since(this.#since));
  }

  /** Notes what strangers have taken. */
  note(amount: number, now: number, windowMs: number): void {
    const last = this.#bursts.at(-1);
    if (last && now - last.at < windowMs * burstPart) last.amount += amount;
    else this.#bursts.push({ at: now, amount });
    this.#count();
  }

  /** Notes that strangers must have exceeded the limit, unseen. */
  blame(limit: number, now: number, windowMs: number): void {
    this.note(Math.ceil(limit * unexplained), now, windowMs);
  }

  /** Returns how much is kept free for strangers. */
  kept(now: number, windowMs: number): number {
    return Math.ceil(keptBursts * this.#usualBurst(now, windowMs));
  }

  #usualBurst(now: number, windowMs: number): number {
    const from = now - rememberedWindows * windowMs;
    const [oldest] = this.#bursts;
    if (oldest && oldest.at < from) {
      this.#bursts = this.#bursts.filter(({ at }) => at >= from);
      this.#count();
    }
    return this.#usual;
  }

  /** Forgets what is known about strangers. */
  forget(): void {
    this.#bursts = [];
    this.#usual = 0;
    this.#first = Infinity;
    this.#since = -Infinity;
    this.#highest = Infinity;
    this.#highestAt = -Infinity;
    this.#fellAt = -Infinity;
    this.#mixedUntil = -Infinity;
  }

  #count(): void {
    const sum = this.#bursts.reduce((total, { amount }) => total + amount, 0);
    this.#usual = sum === 0 ? 0 : sum / this.#bursts.length;
  }
}
