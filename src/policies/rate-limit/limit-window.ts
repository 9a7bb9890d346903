import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { CriticalReserve } from './critical-reserve.js';
import { OddUsage } from './odd-usage.js';
import { PermitLedger } from './permit-ledger.js';
import type { LimitWindowSnapshot } from './rate-limit-snapshot.js';
import { Strangers } from './strangers.js';

/** For how long answers may come without headers before those of an earlier one say nothing any more. */
const shownMs = 60_000;

/** One window of a limit: what this process took, and what the headers of answers show of limit and use. */
export class LimitWindow {
  readonly windowMs: number;
  readonly ledger: PermitLedger;
  readonly reserve: CriticalReserve;
  readonly strangers: Strangers = new Strangers();
  readonly #oddUsage = new OddUsage();
  /** What the exchange itself says the limit is, where it says so. */
  #statedLimit = Infinity;
  #shownAt = -Infinity;

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

  /** A window of another length over what was taken in this one, what is under way included. */
  continued(now: number, windowMs: number): LimitWindow {
    const ledger = this.ledger.continued(now, windowMs);
    return new LimitWindow(windowMs, { ledger, reserve: this.reserve.continued(now, windowMs) });
  }

  expire(now: number): void {
    this.ledger.expire(now, this.windowMs);
  }

  /** Whether the headers of the last answers told what is used. */
  get isShown(): boolean {
    return this.ledger.settledAt - this.#shownAt <= Math.max(shownMs, this.windowMs);
  }

  /** Takes the limit from the headers, and gives back how much they say is used; `undefined` where they are doubted. */
  read(usage: RateLimitUsage, limit: number, now: number): number | undefined {
    if (!this.#oddUsage.accepts(usage, limit)) return undefined;
    const { remaining, used } = usage;
    this.#shownAt = now;
    // Past the limit the count goes on, so that it no longer tells what the limit is.
    if (used !== undefined && (remaining ?? 0) > 0) this.#statedLimit = Math.max(1, used + (remaining ?? 0));
    this.expire(now);
    return used ?? (remaining === undefined ? 0 : limit - remaining);
  }

  /** Counts what others have used, by how much is used in all. */
  countOthers(seen: number, startedAt: number, now: number): void {
    const { ledger, strangers, windowMs } = this;
    const theirs = strangers.unseen(seen, { startedAt, windowMs }, now, ledger);
    const unseen = Math.max(theirs, seen - ledger.all);
    if (unseen <= 0) return;
    strangers.note(unseen, now, windowMs);
    ledger.take(unseen, false);
    ledger.settle(unseen, false, now, windowMs);
  }

  /** What is used, and what is kept free of this limit. */
  snapshot(limit: number, kept: number, now: number): LimitWindowSnapshot {
    this.expire(now);
    const state = { used: this.ledger.all, limit };
    return kept > 0 ? { ...state, keptForOthers: kept } : state;
  }

  /** How much of a limit is kept free for others who share it. */
  keptForOthers(limit: number, now: number): number {
    return Math.min(this.strangers.kept(now, this.windowMs), Math.floor(limit / 4));
  }
}
