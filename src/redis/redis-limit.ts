import type { LimitDemand, LimitMember, SharedLimit } from '../policies/options/coordinator.js';
import { type LimitReport, leaveScript, limitScript } from './limit-script.js';
import type { RedisLink } from './redis-link.js';

// How often a claim is renewed while calls are made, and while none are.
const beatMs = 100;
// Soon enough that others have what this process does not use within a second.
const idleBeatMs = 300;
// Waiting calls request more no sooner than this; a critical call may do so at once.
const hurriedMs = 50;
const urgentMs = 1;
const drawnMs = 20;
/** The part of the limit that a process may use without an answer from Redis. */
const startShare = 0.02;
/** How long it waits for the first answer, with one permit. */
const firstAnswerMs = 100;
/** What it requests beyond its usage, so that not every call has to request more. */
const headroom = 0.1;

/** One limit in one process: renews its claim in the background and keeps the assigned share. */
export class RedisLimit implements SharedLimit {
  readonly #link: RedisLink;
  readonly #key: string;
  readonly #member: LimitMember;
  readonly #leaseMs: number;
  readonly #id: string;
  #share = 1;
  #criticalShare = 1;
  #seen = -1;
  // The content of the last answer.
  #answeredAt = 0;
  #known = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextBeatAt = Infinity;
  #isBeating = false;
  #lastBeatAt = 0;
  #hurry = false;
  #isClosed = false;

  constructor(link: RedisLink, key: string, member: LimitMember, leaseMs: number, id: string) {
    this.#link = link;
    this.#key = key;
    this.#member = member;
    this.#leaseMs = leaseMs;
    this.#id = id;
    this.#schedule(0);
    const unanswered = setTimeout(() => {
      if (this.#answeredAt === 0 && !this.#isClosed) this.#startAlone();
    }, firstAnswerMs);
    unanswered.unref();
  }

  get share(): number {
    return this.#share;
  }

  get criticalShare(): number {
    return this.#criticalShare;
  }

  request(): void {
    if (this.#isBeating) this.#hurry = true;
    else {
      const restMs = this.#member.demand().urgentCost > 0 ? urgentMs : hurriedMs;
      this.#schedule(Math.max(0, this.#lastBeatAt + restMs - performance.now()));
    }
  }

  observe(used: number): void {
    this.#seen = Math.max(this.#seen, used);
  }

  leave(): void {
    void this.close();
  }

  /** Returns the share: later calls have as little as if Redis had never been reached. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#startAlone();
    if (this.#answeredAt === 0 && !this.#isBeating) return;
    const { used, windowMs } = this.#member.demand();
    await this.#link.run(leaveScript, this.#key, [JSON.stringify({ id: this.#id, used, windowMs })]);
  }

  #schedule(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.#isClosed || at >= this.#nextBeatAt) return;
    clearTimeout(this.#timer);
    this.#nextBeatAt = at;
    this.#timer = setTimeout(() => {
      this.#nextBeatAt = Infinity;
      void this.#beat(performance.now() - at);
    }, inMs);
    // It does not keep the program alive: waiting calls have their own timers.
    this.#timer.unref();
  }

  async #beat(lateMs: number): Promise<void> {
    if (this.#isBeating || this.#isClosed) return;
    this.#isBeating = true;
    this.#hurry = false;
    this.#lastBeatAt = performance.now();
    const demand = this.#member.demand();
    // This process was paused, and Redis has given its share to others meanwhile.
    if (lateMs > this.#leaseMs) this.#startAlone();
    const answer = await this.#link.run(limitScript, this.#key, [JSON.stringify(this.#report(demand))]);
    this.#isBeating = false;
    if (this.#isClosed) return;
    const given = readAnswer(answer);
    if (!given) {
      this.#schedule(beatMs);
      return;
    }
    this.#answeredAt = given.answeredAt;
    this.#link.noteTime(given.answeredAt);
    this.#known = given.known;
    this.#schedule(this.#nextBeatMs(given, demand));
    this.#take(given.share, given.criticalShare);
    if (this.#hurry) this.request();
  }

  #nextBeatMs({ share, criticalShare }: GivenShare, { used, waiting }: LimitDemand): number {
    // Redis assigns to others what this process reports as no longer held.
    if (share < this.#share) return urgentMs;
    // What was drawn from the reserve is available to the others again.
    if (criticalShare > share) return drawnMs;
    return used > 0 || waiting > 0 ? beatMs : idleBeatMs;
  }

  #take(share: number, criticalShare: number): void {
    const hasChanged = share !== this.#share || criticalShare !== this.#criticalShare;
    this.#share = share;
    this.#criticalShare = criticalShare;
    if (hasChanged) this.#member.shareChanged();
  }

  /** Falls back to a small share that was not assigned, or whose assignment has ended. */
  #startAlone(): void {
    const share = this.#startShare(this.#member.demand());
    this.#take(share, share);
  }

  #report(demand: LimitDemand): LimitReport {
    const { limit, windowMs, used, waiting, nextCost, urgentCost } = demand;
    const wanted = used + waiting * Math.max(1, nextCost);
    const seen = this.#seen;
    this.#seen = -1;
    return {
      id: this.#id,
      limit,
      windowMs,
      share: this.#answeredAt === 0 ? this.#startShare(demand) : this.#share,
      held: this.#answeredAt === 0 ? this.#startShare(demand) : this.#criticalShare,
      used,
      demand: wanted + Math.ceil(wanted * headroom),
      nextCost,
      urgentCost,
      waiting,
      seen,
      answeredAt: this.#answeredAt,
      known: this.#known,
      startShare: this.#startShare(demand),
      leaseMs: this.#leaseMs,
    };
  }

  #startShare({ limit }: LimitDemand): number {
    return Math.max(1, Math.floor(limit * startShare));
  }
}

/** The answer of Redis. */
interface GivenShare {
  readonly share: number;
  readonly criticalShare: number;
  readonly known: number;
  readonly answeredAt: number;
}

function readAnswer(answer: unknown): GivenShare | undefined {
  const values = Array.isArray(answer) ? (answer as unknown[]).map(Number) : [];
  const [share, criticalShare, known, answeredAt] = values;
  if (share === undefined || criticalShare === undefined || known === undefined || answeredAt === undefined)
    return undefined;
  return values.some(Number.isNaN) ? undefined : { share, criticalShare, known, answeredAt };
}
