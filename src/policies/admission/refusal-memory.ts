/** The wait after a rate-limit answer that gives none: the ban that the exchange documents. */
export const documentedBanMs = 10_000;

/** A rate-limit answer in the form that a cool-down needs. */
export interface RateLimitRefusal {
  /** How long to wait, according to the answer or to the documentation. */
  readonly forMs: number;
  /** Whether the answer itself gives the time. */
  readonly isTold: boolean;
  /** Whether the answer gives no time and the headers show room, so that it may not be a ban. */
  readonly soft: boolean;
  /** Whether the probe was refused. */
  readonly isProbe: boolean;
  /** When the refused request was sent. */
  readonly startedAt: number;
}

/** How a cool-down reacts to a refusal. `'slow'`: it lets calls through at a lower rate. */
export type RefusalVerdict = { readonly activeForMs: number; readonly isBan?: true } | 'slow' | 'ignore';

/** The delay of the first probe after a soft refusal. */
export const softMs = 1_000;
// The longest such delay, the delay if refusals were proven soft, and how long that is remembered.
const longestSoftMs = 8_000;
const provenSoftMs = 250;
const rememberedMs = 60_000;
/**
 * How many refusals in a row are not taken for a ban yet, which each early probe would extend: the first ones, those
 * after a ban that was waited out (fewer after each further one), and those after a proof that they are soft.
 */
const mostSoft = { first: 1, afterBan: 2, proven: 4 } as const;
/** A ban that outlasts its time may restart with each probe, so each wait is longer than the last, up to this. */
const longestMs = 60_000;
const longer = 1.5;
// If answers give hardly any time, the least wait after a refused probe, doubled for each.
const leastMs = 500;
const hardlyAnyMs = 2_000;
/** A time that so many refused probes in a row have named is too short for a ban that restarts with each of them. */
const mostAlike = 3;
/** A date is given in whole seconds, so the same time may differ by as much. */
const dateMs = 1_000;

/**
 * What a cool-down has learned about refusals without a time: whether they are bans or pass by themselves.
 *
 * A request that was sent after a refused one and answered within the time of a ban proves that there is no ban. If
 * nothing is proven, a refused probe is taken for a ban, and the documented time is waited from then on; while that is
 * remembered, the first probe after another refusal comes later, because it may extend a ban. From the second ban in a
 * row on each wait is longer than the last, up to a minute, until a request is answered.
 */
export class RefusalMemory {
  #refusedAt = -Infinity;
  #refusedStart = -Infinity;
  #wasSoft = false;
  /** Refusals without an answer in between, since the last ban was waited for. */
  #inRow = 0;
  #provenSoftUntil = -Infinity;
  #bannedUntil = -Infinity;
  /** Successive bans, each while the previous one was remembered. */
  #bans = 0;
  /** How long the last ban was waited for, and the current one: a ban like the last one is waited for at once. */
  #lastedMs = documentedBanMs;
  #waitsMs = 0;
  /** Bans and refused probes in a row, without an answer in between. */
  #unanswered = 0;
  /** The time that the last refused probe named, and how many in a row named the same. */
  #named = { forMs: 0, times: 0 };
  #isWatching = false;
  readonly #outer: RefusalMemory | undefined;

  /** `outer`: a memory of the same refusals, whose proofs hold here too. */
  constructor(outer?: RefusalMemory) {
    this.#outer = outer;
  }

  /** Whether the answer to a call matters. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  /** Whether refusals without a time were recently proven not to be bans. */
  isProvenSoft(now: number): boolean {
    return now < this.#provenSoftUntil || this.#outer?.isProvenSoft(now) === true;
  }

  judge(
    refusal: RateLimitRefusal,
    state: 'idle' | 'active' | 'probing' | 'ramping',
    now: number,
  ): RefusalVerdict {
    const { forMs, isProbe, soft, startedAt } = refusal;
    if (!soft) {
      this.#note(refusal, now);
      // It is waited out in full, so a later refusal has another cause.
      this.#inRow = 0;
      if (!isProbe) {
        this.#unanswered = Math.max(1, this.#unanswered);
        return { activeForMs: forMs };
      }
      const isAlike = refusal.isTold && Math.abs(forMs - this.#named.forMs) < dateMs;
      this.#named = { forMs, times: isAlike ? this.#named.times + 1 : 1 };
      const activeForMs = Math.max(forMs, this.#grown(refusal));
      this.#unanswered += 1;
      return { activeForMs };
    }
    // The request was under way when the last refusal came, so it says nothing new.
    const isLate = startedAt < this.#refusedAt && this.#isWatching;
    if (isLate) return 'ignore';
    // After a wait as long as a ban, a refusal has another cause.
    if (startedAt - this.#refusedAt >= documentedBanMs) this.#inRow = 0;
    this.#note(refusal, now);
    const isProven = this.isProvenSoft(now);
    const isAfterBan = isProbe && this.#unanswered > 0;
    const most = isAfterBan ? mostSoft.afterBan + 1 - this.#unanswered : mostSoft.first;
    if (state === 'probing' && this.#inRow > (isProven ? mostSoft.proven : most))
      return this.#takeForBan(now);
    if (this.#inRow === 1 && state !== 'probing' && (state === 'ramping' || isProven)) return 'slow';
    if (now >= this.#bannedUntil) this.#bans = 0;
    const firstMs = isProven ? provenSoftMs : softMs * 2 ** (isAfterBan ? 0 : this.#bans);
    return { activeForMs: Math.min(longestSoftMs, firstMs * 2 ** Math.max(0, this.#inRow - 2)) };
  }

  /** Notes that a call was answered; returns whether that proves that the last refusal was not a ban. */
  answered(startedAt: number, now: number): boolean {
    if (startedAt <= this.#refusedStart) return false;
    const proves = this.#wasSoft && now - this.#refusedAt < documentedBanMs;
    if (proves) {
      this.#provenSoftUntil = now + rememberedMs;
      this.#bannedUntil = -Infinity;
      this.#bans = 0;
    }
    if (this.#waitsMs > 0) this.#lastedMs = this.#waitsMs;
    this.#waitsMs = 0;
    this.#inRow = 0;
    this.#unanswered = 0;
    this.#named = { forMs: 0, times: 0 };
    this.#isWatching = false;
    return proves;
  }

  #note({ soft, startedAt }: RateLimitRefusal, now: number): void {
    this.#refusedAt = now;
    this.#refusedStart = startedAt;
    this.#wasSoft = soft;
    this.#inRow += 1;
    this.#isWatching = true;
  }

  #takeForBan(now: number): RefusalVerdict {
    if (now >= this.#bannedUntil) this.#lastedMs = documentedBanMs;
    const activeForMs = this.#grown({ forMs: this.#lastedMs, isTold: false });
    this.#bannedUntil = now + activeForMs + rememberedMs;
    if (this.#unanswered === 0) this.#bans += 1;
    this.#unanswered += 1;
    this.#waitsMs = activeForMs;
    // An answer after the ban does not prove that there was none.
    this.#wasSoft = false;
    this.#inRow = 0;
    return { activeForMs, isBan: true };
  }

  /** Returns the time of a ban, extended for each refused probe; a time given by answers, once it is too short. */
  #grown({ forMs, isTold }: Pick<RateLimitRefusal, 'forMs' | 'isTold'>): number {
    if (isTold && forMs >= hardlyAnyMs)
      return Math.min(longestMs, forMs * longer ** Math.max(0, this.#named.times - mostAlike + 1));
    const before = this.#unanswered;
    const grownMs = isTold ? leastMs * 2 ** before : forMs * longer ** Math.max(0, before - 1);
    return Math.min(longestMs, grownMs);
  }
}
