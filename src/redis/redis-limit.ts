import type { LimitMember, SharedLimit } from '../policies/options/coordinator.js';
import { leaveScript, limitScript } from './limit-script.js';
import type { RedisLink } from './redis-link.js';

// How often a claim is renewed while calls are made, and while no calls are made.
const beatMs = 100;
// Soon enough that others have what this process does not use within a second.
const idleBeatMs = 300;
// Waiting calls request again no sooner; a critical call may request at once.
const hurriedMs = 50;
const urgentMs = 5;
/** What a process may use before Redis has answered for the first time. */
const startShare = 0.02;
// If no claim was renewed for this long, Redis was away; for as long, no claim ends or grows.
const silenceMs = 2_500;
const graceMs = 3_000;

/** One limit of one process: renews its claim in the background and keeps the share that it was given. */
export class RedisLimit implements SharedLimit {
  readonly #link: RedisLink;
  readonly #key: string;
  readonly #member: LimitMember;
  readonly #leaseMs: number;
  readonly #id: string;
  #startShare: number | undefined;
  #share: number | undefined;
  #seen = -1;
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
  }

  get share(): number {
    if (this.#share !== undefined) return this.#share;
    this.#startShare ??= Math.max(1, Math.floor(this.#member.demand().limit * startShare));
    return this.#startShare;
  }

  request(): void {
    if (this.#isBeating) this.#hurry = true;
    else {
      const restMs = this.#member.demand().isUrgent ? urgentMs : hurriedMs;
      this.#schedule(Math.max(0, this.#lastBeatAt + restMs - performance.now()));
    }
  }

  observe(used: number): void {
    this.#seen = Math.max(this.#seen, used);
  }

  /** Gives the share back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const { used, windowMs } = this.#member.demand();
    this.#share = 0;
    await this.#link.run(leaveScript, this.#key, [this.#id, used, windowMs]);
  }

  #schedule(inMs: number): void {
    const at = performance.now() + inMs;
    if (this.#isClosed || at >= this.#nextBeatAt) return;
    clearTimeout(this.#timer);
    this.#nextBeatAt = at;
    this.#timer = setTimeout(() => {
      this.#nextBeatAt = Infinity;
      void this.#beat();
    }, inMs);
    // It keeps no program alive: waiting calls have their own timers.
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    if (this.#isBeating || this.#isClosed) return;
    this.#isBeating = true;
    this.#hurry = false;
    this.#lastBeatAt = performance.now();
    const { limit, windowMs, used, waiting, nextCost, isUrgent } = this.#member.demand();
    const held = this.share;
    const wanted = used + waiting * Math.max(1, nextCost);
    const seen = this.#seen;
    this.#seen = -1;
    const answer = await this.#link.run(limitScript, this.#key, [
      this.#id,
      limit,
      windowMs,
      held,
      used,
      wanted,
      nextCost,
      isUrgent ? 1 : 0,
      seen,
      this.#share === undefined ? 0 : 1,
      // What others may have used since they last said so.
      Math.ceil((limit * 2 * beatMs) / windowMs),
      this.#leaseMs,
      silenceMs,
      graceMs,
    ]);
    this.#isBeating = false;
    if (this.#isClosed) return;
    const [share] = Array.isArray(answer) ? (answer as unknown[]).map(Number) : [];
    const isActive = used > 0 || waiting > 0;
    if (share === undefined || Number.isNaN(share)) {
      this.#schedule(beatMs);
      return;
    }
    this.#share = share;
    // Redis gives to others what this process says that it no longer holds.
    const gaveUp = share < held;
    this.#schedule(gaveUp ? urgentMs : this.#hurry ? hurriedMs : isActive ? beatMs : idleBeatMs);
    if (share !== held) this.#member.shareChanged();
  }
}
