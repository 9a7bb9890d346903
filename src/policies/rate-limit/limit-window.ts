import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { CriticalReserve } from './critical-reserve.js';
import { ExchangeCount } from './exchange-count.js';
import { OddUsage } from './odd-usage.js';
import { PermitLedger } from './permit-ledger.js';
import type { LimitWindowSnapshot } from './rate-limit-snapshot.js';
import { Strangers } from './strangers.js';

/** How long earlier headers remain valid while answers arrive without headers. */
const shownMs = 60_000;

/** The most that is kept free for others: in any interval, and of what the exchange still counts in its window. */
const mostKept = { anyTime: 1 / 4, inWindow: 3 / 4 } as const;
/** Until the exchange counts from 0 again, what is kept for others becomes less in steps of this share of the window. */
const keptStep = 1 / 200;

/** One window of a limit: what this process has taken, and what headers show of the limit and its use. */
export class LimitWindow {
  readonly windowMs: number;
  readonly ledger: PermitLedger;
  readonly reserve: CriticalReserve;
  readonly strangers: Strangers = new Strangers();
  readonly #exchange = new ExchangeCount();
  readonly #oddUsage = new OddUsage();
  /** The limit that the headers show; `Infinity` until they show one. */
  #statedLimit = Infinity;
  #shownAt = -Infinity;
  #timesShown = 0;
  /** How many headers in a row showed only other windows. */
  missed = 0;

  constructor(
    windowMs: number,
    { ledger, reserve }: Pick<LimitWindow, 'ledger' | 'reserve'> = {
      ledger: new PermitLedger(),
      reserve: new CriticalReserve(),
    },
  ) {
    this.windowMs = windowMs;
    this.ledger = ledger;
    this.reserve = reserve;
  }

  get statedLimit(): number {
    return this.#statedLimit;
  }

  /** Returns a window of another length that counts what was taken in this one, including requests under way. */
  continued(now: number, windowMs: number): LimitWindow {
    const ledger = this.ledger.continued(now, windowMs);
    return new LimitWindow(windowMs, { ledger, reserve: this.reserve.continued(now, windowMs) });
  }

  expire(now: number): PermitLedger {
    this.ledger.expire(now, this.windowMs);
    return this.ledger;
  }

  /** Whether the headers of the last answers showed the use. */
  get isShown(): boolean {
    return this.ledger.settledAt - this.#shownAt <= Math.max(shownMs, this.windowMs);
  }

  /** Whether it was shown twice, so that a single answer of a proxy or for another account stops nothing. */
  get isConfirmed(): boolean {
    return this.#timesShown > 1;
  }

  /**
   * From when on it stops no call, if only headers show it: when answers show others only, after a minute; when nothing
   * is answered because it is used up, after a hundredth of it, for one call.
   */
  get lapsesAt(): number {
    if (this.missed > 0) return this.#shownAt + shownMs;
    return this.ledger.settledAt + Math.max(shownMs, this.windowMs / 100);
  }

  /** Whether a call may go although it is used up. */
  hasLapsed(now: number): boolean {
    return now >= this.lapsesAt && (this.missed > 0 || this.ledger.since(Infinity) === 0);
  }

  /** When calls that wait may be able to go. */
  opensAt(now: number): number {
    const { lapsesAt, ledger, strangers, windowMs } = this;
    const keepsLess = (this.#exchange.leftMs(now, windowMs) ?? 0) > 0 && strangers.usual(now, windowMs) > 0;
    return Math.min(
      ledger.freeAt(windowMs) ?? Infinity,
      lapsesAt > now ? lapsesAt : Infinity,
      keepsLess ? now + windowMs * keptStep : Infinity,
    );
  }

  /** Reads the limit from the headers and returns the use that they show; `undefined` if they are doubted. */
  read(usage: RateLimitUsage, limit: number, now: number): number | undefined {
    if (!this.#oddUsage.accepts(usage, limit)) return undefined;
    const { remaining, used } = usage;
    this.#shownAt = now;
    this.#timesShown += 1;
    // Beyond the limit the count goes on, so it no longer shows the limit.
    if (used !== undefined && (remaining ?? 0) > 0) this.#statedLimit = Math.max(1, used + (remaining ?? 0));
    this.expire(now);
    return used ?? (remaining === undefined ? 0 : limit - remaining);
  }

  /** Counts what others have used, given the total use. */
  countOthers(seen: number, startedAt: number, now: number): void {
    const { ledger, strangers, windowMs } = this;
    const theirs = this.#exchange.unseen(seen, { startedAt, windowMs }, now, ledger);
    const unseen = Math.max(theirs, seen - ledger.all);
    if (unseen <= 0) return;
    strangers.note(unseen, now, windowMs);
    ledger.take(unseen, false);
    ledger.settle(unseen, false, now, windowMs);
  }

  /** Returns what is used of a limit, and what is kept free. */
  snapshot(limit: number, kept: number, now: number): LimitWindowSnapshot {
    this.expire(now);
    const state = { used: this.ledger.all, limit };
    return kept > 0 ? { ...state, keptForOthers: kept } : state;
  }

  /**
   * Returns how much of a limit is kept free for others who share it. If it is known when the exchange counts from 0
   * again, that is what they may take until then; what it no longer counts but the ledger does is free for them already.
   */
  keptForOthers(limit: number, now: number): number {
    const { ledger, strangers, windowMs } = this;
    const leftMs = this.#exchange.leftMs(now, windowMs);
    if (leftMs === undefined)
      return Math.min(strangers.kept(now, windowMs), Math.floor(limit * mostKept.anyTime));
    const atOnce = Math.min(Math.ceil(strangers.usual(now, windowMs)), Math.floor(limit * mostKept.anyTime));
    const theirs = Math.min(strangers.keptFor(leftMs, now, windowMs), Math.floor(limit * mostKept.inWindow));
    const forgotten = Math.max(0, ledger.all - this.#exchange.used(now, windowMs, ledger));
    return Math.max(atOnce, theirs - forgotten);
  }
}
