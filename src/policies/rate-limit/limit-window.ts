import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { CriticalReserve } from './critical-reserve.js';
import { OddUsage } from './odd-usage.js';
import { PermitLedger } from './permit-ledger.js';
import type { LimitWindowSnapshot } from './rate-limit-snapshot.js';
import { Strangers } from './strangers.js';

/** How long earlier headers remain valid while answers arrive without headers. */
const shownMs = 60_000;

/** One window of a limit: what this process has taken, and what headers show of the limit and its use. */
export class LimitWindow {
  readonly windowMs: number;
  readonly ledger: PermitLedger;
  readonly reserve: CriticalReserve;
  readonly strangers: Strangers = new Strangers();
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
    const { lapsesAt, ledger, windowMs } = this;
    return Math.min(ledger.freeAt(windowMs) ?? Infinity, lapsesAt > now ? lapsesAt : Infinity);
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
    const theirs = strangers.unseen(seen, { startedAt, windowMs }, now, ledger);
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

  /** Returns how much of a limit is kept free for others who share it. */
  keptForOthers(limit: number, now: number): number {
    return Math.min(this.strangers.kept(now, this.windowMs), Math.floor(limit / 4));
  }
}
