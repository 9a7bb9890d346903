import type { PermitLedger } from './permit-ledger.js';

/** For how many windows a burst is remembered. */
const rememberedWindows = 6;
/** Sightings within this part of a window are one burst. */
const burstPart = 1 / 20;
/** How much is kept free for them, in bursts of the usual size. */
const keptBursts = 1.5;
/** Two that come one after the other are nothing unusual. */
const likelyBursts = 2;

/** So much of the limit they are taken to use where nothing that the headers showed explains a ban. */
const unexplained = 0.1;

interface Burst {
  readonly at: number;
  amount: number;
}

/**
 * What others on the same address, or account, take from a limit, as the headers show it: they come at any time, and
 * what they take at once has to find room, or all are banned.
 */
export class Strangers {
  #bursts: Burst[] = [];
  /** The usual size of a burst. */
  #usual = 0;
  /** The count at the first answer of the exchange's window, and when it came. */
  #first = Infinity;
  #since = -Infinity;
  /** The highest count since then, and when it came. */
  #highest = Infinity;
  #highestAt = -Infinity;
  #fellAt = -Infinity;
  /** Until then the counts say nothing of others. */
  #mixedUntil = -Infinity;

  /** How much they have taken that is not counted yet, by the header of an answer. */
  unseen(
    used: number,
    { startedAt, windowMs }: { readonly startedAt: number; readonly windowMs: number },
    now: number,
    ledger: Pick<PermitLedger, 'since'>,
  ): number {
    // What costs nothing is counted as nothing, whatever is used.
    if (used === 0) return 0;
    const isHigher = used > this.#highest;
    // Answers overtake each other: what was sent before the highest count was known may have a lower one.
    if (!isHigher && startedAt < this.#highestAt) return 0;
    if (used < this.#highest) {
      // Another window of the exchange; counts that fall more often are those of several servers, each of its part.
      if (now - this.#fellAt < windowMs / 2) this.#mixedUntil = now + rememberedWindows * windowMs;
      if (this.#highest !== Infinity) this.#fellAt = now;
      this.#first = used;
      this.#since = now;
    }
    this.#highest = used;
    this.#highestAt = now;
    // A request that was sent before may have been counted in the window before.
    return startedAt < this.#since || now < this.#mixedUntil
      ? 0
      : Math.max(0, used - this.#first - ledger.since(this.#since));
  }

  /** They took so much. */
  note(amount: number, now: number, windowMs: number): void {
    const last = this.#bursts.at(-1);
    if (last && now - last.at < windowMs * burstPart) last.amount += amount;
    else this.#bursts.push({ at: now, amount });
    this.#count();
  }

  /** Somebody must have passed the limit, unseen. */
  blame(limit: number, now: number, windowMs: number): void {
    this.note(Math.ceil(limit * unexplained), now, windowMs);
  }

  /** How much is kept free for them. */
  kept(now: number, windowMs: number): number {
    return Math.ceil(keptBursts * this.#usualBurst(now, windowMs));
  }

  /** How much of a limit they may have taken since the last header, unseen, also where none was ever seen. */
  likely(limit: number, now: number, windowMs: number): number {
    return Math.ceil(Math.max(limit * unexplained, likelyBursts * this.#usualBurst(now, windowMs)));
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

  /** Nothing is known of them any more. */
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
