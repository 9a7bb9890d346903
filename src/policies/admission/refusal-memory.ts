/** The wait after a rate-limit answer that names none: the ban that the exchange documents. */
export const documentedBanMs = 10_000;

/** A rate-limit answer as a cool-down is told of it. */
export interface RateLimitRefusal {
  /** How long to stay away, as the answer said or as is documented. */
  readonly forMs: number;
  /** The answer itself names the time. */
  readonly isTold: boolean;
  /** The answer names no time, and the headers show room: it may be no ban at all. */
  readonly soft: boolean;
  /** It was the probe that was refused. */
  readonly isProbe: boolean;
  /** When the refused request was sent. */
  readonly startedAt: number;
}

/** What a cool-down does about a refusal. `'slow'`: it lets calls through at a lower rate. */
export type RefusalVerdict = { readonly activeForMs: number; readonly isBan?: true } | 'slow' | 'ignore';

// The first probe after a soft refusal, and how long what was learned is believed.
const softMs = 1_000;
const rememberedMs = 60_000;
/** So many probes in a row may be refused where refusals were seen to be soft. A ban is extended by each. */
const mostProbes = 2;
/** A ban that outlasts its time starts anew with each probe: the next one is waited for longer, up to this. */
const longestMs = 60_000;
const longer = 1.5;
// Where the answers name hardly any time, nothing is sent sooner than this after a refused probe, doubled for each.
const leastMs = 500;
const hardlyAnyMs = 2_000;

/**
 * What a cool-down has learned of refusals that name no time: whether they are bans or pass by themselves.
 *
 * A request that was sent after a refused one and answered within the time of a ban proves that there is none. A
 * probe that is refused where nothing is proven is taken for a ban, for which the documented time is waited from then;
 * while that is remembered, the first probe after another refusal comes later, because it may extend a ban.
 * A probe that is refused once more makes the next wait longer, up to a minute, until something is answered.
 */
export class RefusalMemory {
  #refusedAt = -Infinity;
  #refusedStart = -Infinity;
  #wasSoft = false;
  /** Refusals without an answer in between, since a ban was last waited for. */
  #inRow = 0;
  #provenSoftUntil = -Infinity;
  #bannedUntil = -Infinity;
  /** Bans that followed each other while they were remembered. */
  #bans = 0;
  /** Bans and their probes that were refused in a row, without an answer in between. */
  #unanswered = 0;
  #isWatching = false;

  /** Whether it matters that a call is answered. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  /** Whether refusals that name no time were seen to be no bans, a while ago at most. */
  isProvenSoft(now: number): boolean {
    return now < this.#provenSoftUntil;
  }

  judge(
    refusal: RateLimitRefusal,
    state: 'idle' | 'active' | 'probing' | 'ramping',
    now: number,
  ): RefusalVerdict {
    const { forMs, isProbe, soft, startedAt } = refusal;
    if (!soft) {
      this.#note(refusal, now);
      // It is waited for in full: what is refused after it is refused for another reason.
      this.#inRow = 0;
      if (!isProbe) return { activeForMs: forMs };
      this.#unanswered += 1;
      return { activeForMs: Math.max(forMs, this.#grown(refusal)) };
    }
    // It was under way when the last refusal came: it says nothing new.
    const isLate = startedAt < this.#refusedAt && this.#isWatching;
    if (isLate) return 'ignore';
    this.#note(refusal, now);
    const isProven = this.isProvenSoft(now);
    if (isProbe && this.#unanswered > 0) return this.#takeForBan(now);
    if (state === 'probing' && this.#inRow > (isProven ? mostProbes : 1)) return this.#takeForBan(now);
    if (this.#inRow === 1 && state !== 'probing' && (state === 'ramping' || isProven)) return 'slow';
    if (now >= this.#bannedUntil) this.#bans = 0;
    const doublings = Math.max(0, this.#inRow - 2) + this.#bans;
    return { activeForMs: Math.min(documentedBanMs, softMs * 2 ** doublings) };
  }

  /** A call was answered; `true` where that proves that the refusal before it was no ban. */
  answered(startedAt: number, now: number): boolean {
    if (startedAt <= this.#refusedStart) return false;
    const proves = this.#wasSoft && now - this.#refusedAt < documentedBanMs;
    if (proves) {
      this.#provenSoftUntil = now + rememberedMs;
      this.#bannedUntil = -Infinity;
      this.#bans = 0;
    }
    this.#inRow = 0;
    this.#unanswered = 0;
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
    const activeForMs = this.#grown({ forMs: documentedBanMs, isTold: false });
    this.#bannedUntil = now + activeForMs + rememberedMs;
    this.#bans += 1;
    this.#unanswered += 1;
    // The answer after the ban is no proof that there was none.
    this.#wasSoft = false;
    this.#inRow = 0;
    return { activeForMs, isBan: true };
  }

  /** The time of a ban whose probes were refused before. */
  #grown({ forMs, isTold }: Pick<RateLimitRefusal, 'forMs' | 'isTold'>): number {
    if (isTold && forMs >= hardlyAnyMs) return forMs;
    const grownMs = isTold ? leastMs * 2 ** this.#unanswered : forMs * longer ** this.#unanswered;
    return Math.min(longestMs, grownMs);
  }
}
