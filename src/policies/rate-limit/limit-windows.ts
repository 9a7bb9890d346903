import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { LimitWindow } from './limit-window.js';
import type { PacedLimit } from './pace.js';
import type { Entry, PermitLedger } from './permit-ledger.js';
import type { RateLimitSnapshot } from './rate-limit-snapshot.js';

/** What was settled before its time, by where it was counted. */
export type EarlyEntries = ReadonlyMap<PermitLedger, Entry>;

/** After so many headers of other windows a window is no more. */
const mostMissed = 10;
/** No exchange has more than a few. */
const mostWindows = 4;

/**
 * The window that is configured, and those that the headers show beside it: an exchange that counts by the minute and
 * by the second bans for either. Each counts all that was taken since before it was known.
 */
export class LimitWindows {
  /** The configured one first. */
  #all: readonly [LimitWindow, ...LimitWindow[]];
  /** How many headers in a row were those of others. */
  readonly #missed: WeakMap<LimitWindow, number> = new WeakMap();

  constructor(windowMs: number) {
    this.#all = [new LimitWindow(windowMs)];
  }

  get main(): LimitWindow {
    return this.#all[0];
  }

  get all(): readonly LimitWindow[] {
    return this.#all;
  }

  /** Those that only the headers show. */
  get further(): readonly LimitWindow[] {
    return this.#all.slice(1);
  }

  take(cost: number, critical: boolean): void {
    for (const { ledger } of this.#all) ledger.take(cost, critical);
  }

  /** The answer is there: from now on the window of what was spent runs. Less than was taken gives back the rest. */
  settle(cost: number, critical: boolean, now: number, spent: number, early?: EarlyEntries): void {
    for (const { ledger, windowMs } of this.#all) {
      const entry = early?.get(ledger);
      if (entry) ledger.unsettle(entry, cost, critical, now, windowMs);
      // A window that is newer has counted it as settled.
      else if (early) ledger.take(cost, critical);
      if (spent !== cost) ledger.take(spent - cost, critical);
      ledger.settle(spent, critical, now, windowMs);
    }
  }

  /** What was taken counts as settled until it is settled with what is returned here. */
  settleEarly(cost: number, critical: boolean, now: number): EarlyEntries {
    const entries = new Map<PermitLedger, Entry>();
    for (const { ledger, windowMs } of this.#all) {
      const entry = ledger.settle(cost, critical, now, windowMs);
      if (entry) entries.set(ledger, entry);
    }
    return entries;
  }

  /** The window that a header tells of, a new one too; `undefined` where it does not tell enough to begin one. */
  of({ intervalMs, remaining = 0, used = 0 }: RateLimitUsage, now: number): LimitWindow | undefined {
    const { main } = this;
    if (this.#all.length === 1 && intervalMs === main.windowMs) return main;
    let found = this.#all.find(({ windowMs }) => windowMs === intervalMs);
    if (!found && used > 0 && remaining > 0) {
      found = main.continued(now, intervalMs);
      this.#all = [main, ...this.further.slice(1 - mostWindows), found];
    }
    this.#miss(found);
    return found;
  }

  /** A window of this length is the configured one; the one before stays where the headers show it. */
  configure(windowMs: number, now: number): void {
    const old = this.main;
    const known = this.further.find((window) => window.windowMs === windowMs);
    const others = this.further.filter((window) => window !== known);
    if (old.isShown && old.statedLimit < Infinity) others.push(old);
    this.#all = [known ?? old.continued(now, windowMs), ...others];
  }

  /** Only what is configured is known, and what was taken. */
  forget(windowMs: number, now: number): void {
    this.#all = [this.main.continued(now, windowMs)];
  }

  /** Whether a call finds room in all that only the headers show. */
  hasRoomBeside(cost: number, critical: boolean, now: number): boolean {
    if (this.#all.length === 1) return true;
    return this.further.every((window) => {
      const { ledger, reserve, statedLimit, windowMs } = window;
      window.expire(now);
      // A cost above the limit goes alone.
      if (ledger.all === 0) return true;
      if (critical) return ledger.hasRoom(cost, true, statedLimit, 0, 0);
      const reserved = reserve.at(now, windowMs, 0, statedLimit);
      return ledger.hasRoom(cost, false, statedLimit, reserved, window.keptForOthers(statedLimit, now));
    });
  }

  /** The one that allows the least in the long run, with the configured one at this limit. */
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

  /** Those that only the headers show. */
  snapshot(now: number): RateLimitSnapshot['further'] & object {
    return this.further.map((window) => {
      const { statedLimit, windowMs } = window;
      return { windowMs, ...window.snapshot(statedLimit, window.keptForOthers(statedLimit, now), now) };
    });
  }

  #miss(shown: LimitWindow | undefined): void {
    for (const window of this.#all)
      this.#missed.set(window, window === shown ? 0 : (this.#missed.get(window) ?? 0) + 1);
    const [main, ...further] = this.#all;
    this.#all = [main, ...further.filter((window) => (this.#missed.get(window) ?? 0) <= mostMissed)];
  }
}
