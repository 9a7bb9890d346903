import type { PermitLedger } from './permit-ledger.js';

/** For how many windows counts that fell too often are not believed. */
const mixedWindows = 6;
/** A window that should have ended this share of a window ago was not what it seemed. */
const overduePart = 1 / 4;
/** A window may start this share of it earlier than expected, because an answer was quicker than those before. */
const earlyPart = 1 / 20;

/** When an answer was requested, and the length of the window that it shows. */
interface ShownIn {
  readonly startedAt: number;
  readonly windowMs: number;
}

/**
 * What the exchange itself has counted in its current window, by its headers. It counts from a time of its own, and its
 * count falls there; so it counts less than the ledger, and it is what a ban depends on.
 */
export class ExchangeCount {
  /** The count in the first answer of the exchange's current window, and when that answer came. */
  #first = Infinity;
  #since = -Infinity;
  /** The highest count since then, and when it came. */
  #highest = Infinity;
  #highestAt = -Infinity;
  /** When the last answer before the count fell came. */
  #fellAfter = -Infinity;
  /** When the current window started, as far as its answers and those before show; `NaN` if they do not. */
  #startedAt = Number.NaN;
  /** Whether windows follow each other without a gap, as two of them have shown. */
  #isSteady = false;
  /** Until this time the counts come from several servers. */
  #mixedUntil = -Infinity;

  /** Returns how much others have taken that the ledger does not count yet, by the header of an answer. */
  unseen(
    used: number,
    { startedAt, windowMs }: ShownIn,
    now: number,
    ledger: Pick<PermitLedger, 'since'>,
  ): number {
    // For a request that costs nothing, the exchange shows 0 whatever is used.
    if (used === 0) return 0;
    // A request sent before the exchange counted from 0 again may have been counted before that.
    if (startedAt < this.#since) return 0;
    // Answers overtake each other: a request sent before the highest count was known may have a lower one.
    if (used <= this.#highest && startedAt < this.#highestAt) return 0;
    if (used < this.#highest) this.#restart(used, now, windowMs);
    this.#highest = used;
    this.#highestAt = now;
    return now < this.#mixedUntil || startedAt < this.#since
      ? 0
      : Math.max(0, used - this.#first - ledger.since(this.#since));
  }

  /** Returns the count at most, with what is not answered yet. */
  used(now: number, windowMs: number, ledger: Pick<PermitLedger, 'since'>): number {
    const start = this.#start(now, windowMs);
    // No answer has shown the new window yet.
    return start > this.#highestAt ? ledger.since(start) : this.#first + ledger.since(this.#since);
  }

  /** Returns the time until the exchange counts from 0 again; `undefined` if it is not known. */
  leftMs(now: number, windowMs: number): number | undefined {
    const left = this.#start(now, windowMs) + windowMs - now;
    return now >= this.#mixedUntil && left > -overduePart * windowMs ? Math.max(0, left) : undefined;
  }

  #start(now: number, windowMs: number): number {
    const windows = this.#isSteady ? Math.floor((now - this.#startedAt) / windowMs) : 0;
    return this.#startedAt + windows * windowMs;
  }

  #restart(used: number, now: number, windowMs: number): void {
    const isFirst = this.#highest === Infinity;
    // Counts that fall more often than windows end come from several servers, each with a part.
    if (now - this.#fellAfter < windowMs / 2) this.#mixedUntil = now + mixedWindows * windowMs;
    if (!isFirst) this.#fellAfter = this.#highestAt;
    // A count that slides falls too, but little by little.
    const isAbrupt = !isFirst && used <= this.#highest / 2;
    const windows = Math.floor((now - this.#startedAt) / windowMs + earlyPart);
    const expected = this.#startedAt + windows * windowMs;
    const isInStep = expected >= this.#highestAt;
    // The answers show the new window later than it started, and the one that was quickest tells most.
    if (isInStep) this.#startedAt = Math.min(expected, now);
    else this.#startedAt = isAbrupt ? now : Number.NaN;
    const isCertain = isAbrupt && now - this.#highestAt < windowMs * overduePart;
    this.#isSteady = isInStep && (this.#isSteady || isCertain);
    this.#first = used;
    this.#since = now;
  }
}
