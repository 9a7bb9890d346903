import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { LimitWindow } from './limit-window.js';
import type { PacedLimit } from './pace.js';
import type { Entry, PermitLedger } from './permit-ledger.js';
import type { RateLimitSnapshot } from './rate-limit-snapshot.js';

/** What was settled early, by the ledger that counted it. */
export type EarlyEntries = ReadonlyMap<PermitLedger, Entry>;

/** After this many headers that show only other windows, a window is dropped. */
const mostMissed = 10;
/** No exchange has more than a few. */
const mostWindows = 4;

/**
 * The configured window, and those that the headers show beside it: an exchange that counts by the minute and by the
 * second bans for exceeding either. Each also counts what was taken before it became known.
 */
export class LimitWindows {
  /** The configured window comes first. */
  #all: readonly [LimitWindow, ...LimitWindow[]];

  constructor(windowMs: number) {
    this.#all = [new LimitWindow(windowMs)];
  }

  get main(): LimitWindow {
    return this.#all[0];
  }

  get all(): readonly LimitWindow[] {
    return this.#all;
  }

  /** The windows that only the headers show, from the second answer that shows them. */
  get further(): readonly LimitWindow[] {
    return this.#all.slice(1).filter(({ isConfirmed }) => isConfirmed);
  }

  take(cost: number, critical: boolean): void {
    for (const { ledger } of this.#all) ledger.take(cost, critical);
  }

  /** Starts the window of what a request spent, once it is answered; the rest of what was taken is free at once. */
  settle(cost: number, critical: boolean, now: number, spent: number, early?: EarlyEntries): void {
    for (const { ledger, windowMs } of this.#all) {
      const entry = early?.get(ledger);
      if (entry) ledger.unsettle(entry, cost, critical, now, windowMs);
      // A newer window has counted it as settled.
      else if (early) ledger.take(cost, critical);
      if (spent !== cost) ledger.take(spent - cost, critical);
      ledger.settle(spent, critical, now, windowMs);
    }
  }

  /** Counts what was taken as settled; pass the result to `settle` when it is really over. */
  settleEarly(cost: number, critical: boolean, now: number): EarlyEntries {
    const entries = new Map<PermitLedger, Entry>();
    for (const { ledger, windowMs } of this.#all) {
      const entry = ledger.settle(cost, critical, now, windowMs);
      if (entry) entries.set(ledger, entry);
    }
    return entries;
  }

  /** Returns the window of a header, created if it is new; `undefined` if the header shows too little to create one. */
  of({ intervalMs, remaining = 0, used = 0 }: RateLimitUsage, now: number): LimitWindow | undefined {
    const { main } = this;
    if (this.#all.length === 1 && intervalMs === main.windowMs) return main;
    let found = this.#all.find(({ windowMs }) => windowMs === intervalMs);
    if (!found && used > 0 && remaining > 0) {
      found = main.continued(now, intervalMs);
      this.#all = [main, ...this.#all.slice(1).slice(1 - mostWindows), found];
    }
    this.#miss(found);
    return found;
  }

  /** Makes a window of this length the configured one; the previous one stays if the headers show it. */
  configure(windowMs: number, now: number): void {
    const [old, ...further] = this.#all;
    const known = further.find((window) => window.windowMs === windowMs);
    const others = further.filter((window) => window !== known);
    if (old.isShown && old.statedLimit < Infinity) others.push(old);
    this.#all = [known ?? old.continued(now, windowMs), ...others];
  }

  /** Forgets everything except the configured window and what was taken. */
  forget(windowMs: number, now: number): void {
    this.#all = [this.main.continued(now, windowMs)];
  }

  /** Whether a call fits into all windows that only the headers show. */
  hasRoomBeside(cost: number, critical: boolean, now: number): boolean {
    if (this.#all.length === 1) return true;
    return this.further.every((window) => {
      const { ledger, reserve, statedLimit, windowMs } = window;
      window.expire(now);
      // A cost above the limit goes alone.
      if (ledger.all === 0) return true;
      const reserved = critical ? 0 : reserve.at(now, windowMs, 0, statedLimit);
      const kept = critical ? 0 : window.keptForOthers(statedLimit, now);
      return ledger.hasRoom(cost, critical, statedLimit, reserved, kept) || window.hasLapsed(now);
    });
  }

  /** Returns the window that allows least in the long run; `limit` is that of the configured one. */
  slowest(limit: number): PacedLimit {
    const { ledger, windowMs: mainMs } = this.main;
    let slowest = { limit, windowMs: mainMs, used: ledger.all };
    if (this.#all.length === 1) return slowest;
    for (const { ledger: other, statedLimit, windowMs } of this.further) {
      if (statedLimit / windowMs < slowest.limit / slowest.windowMs)
        slowest = { limit: statedLimit, windowMs, used: other.all };
    }
    return slowest;
  }

  /** Describes the windows that only the headers show. */
  snapshot(now: number): RateLimitSnapshot['further'] & object {
    return this.further.map((window) => {
      const { statedLimit, windowMs } = window;
      return { windowMs, ...window.snapshot(statedLimit, window.keptForOthers(statedLimit, now), now) };
    });
  }

  #miss(shown: LimitWindow | undefined): void {
    for (const window of this.#all) window.missed = window === shown ? 0 : window.missed + 1;
    const [main, ...further] = this.#all;
    this.#all = [main, ...further.filter(({ missed }) => missed <= mostMissed)];
  }
}
