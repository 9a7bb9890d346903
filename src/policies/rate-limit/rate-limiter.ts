import type { Clock } from '../../core/time/clock.js';
import { AdaptiveLimit, type Lowered } from './adaptive-limit.js';
import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { hold, release } from '../../observability/outbox.js';
import type { Coordinator, SharedLimit } from '../options/coordinator.js';
import { CriticalReserve } from './critical-reserve.js';
import { Pace, type PacedLimit, sliceEndsAt } from './pace.js';
import { type Entry, PermitLedger } from './permit-ledger.js';
import {
  agedTurn,
  type LimitTurn as Turn,
  demandOf,
  firstInLine,
  type PermitWaiter,
  type RateLimitClient,
} from './rate-limit-client.js';
import type { RateLimitConfig } from './rate-limit-config.js';
import { OddUsage } from './odd-usage.js';
import { Strangers } from './strangers.js';
import { epochTime } from '../../core/time/monotonic-clock.js';

/** For how long the headers of an answer say something of those to come. */
const shownMs = 60_000;

/**
 * Allows at most `limit` in any stretch of `windowMs`, as the exchange sees it: what a request took comes back one
 * window after its answer, because only then it is sure when the exchange counted it.
 *
 * Critical calls find some allowance kept free: as much as they asked for in the busiest of the last windows. Calls
 * that had to wait leave evenly spread, so that what comes back all at once does not go out all at once.
 *
 * So that nothing starves, every fourth turn is that of the call that has waited longest, once that is over a second,
 * in whichever policy and class: what it needs is saved up, and until it has gone only critical calls go, within what
 * is kept for them.
 */
export class RateLimiter {
  readonly #clock: Clock;
  config: RateLimitConfig;
  /** What the exchange itself says the limit is, where it says so. */
  #statedLimit = Infinity;
  #shownAt = -Infinity;
  readonly #clients: Set<RateLimitClient> = new Set();
  readonly #ledger = new PermitLedger();
  readonly #reserve = new CriticalReserve();
  readonly #strangers = new Strangers();
  readonly #oddUsage = new OddUsage();
  readonly #adaptive = new AdaptiveLimit();
  // How many went since the last turn, while others waited.
  #gone = 0;
  readonly #pace = new Pace();
  #timer: unknown;
  #draining = false;
  readonly #shared: SharedLimit | undefined;

  constructor(config: RateLimitConfig, clock: Clock, scope = '', coordinator?: Coordinator) {
    this.config = config;
    this.#clock = clock;
    this.#shared = coordinator?.joinLimit(scope, {
      demand: () => {
        const now = clock.now();
        this.#ledger.expire(now, this.config.windowMs);
        const used = this.#ledger.all;
        return demandOf(this.#clients, this.#wholeLimit, this.config.windowMs, used, now);
      },
      shareChanged: () => this.drain(clock.now()),
    });
  }

  /** What is used at this moment, and the limit in force. */
  snapshot(now: number): { readonly used: number; readonly limit: number; readonly adaptive?: true } {
    this.#ledger.expire(now, this.config.windowMs);
    const state = { used: this.#ledger.all, limit: this.#limit };
    return this.#adaptive.isActive ? { ...state, adaptive: true } : state;
  }

  configure(config: RateLimitConfig, now: number): void {
    const { windowMs, type } = this.config;
    this.config = config;
    if (config.windowMs !== windowMs || config.type !== type) {
      this.#statedLimit = Infinity;
      this.#shownAt = -Infinity;
      this.#adaptive.forget();
      this.#strangers.forget();
      this.#reserve.restart(now, config.windowMs);
      this.#ledger.resize(now, config.windowMs);
    }
    this.drain(now);
  }

  attach(client: RateLimitClient): void {
    this.#clients.add(client);
    this.#shared?.request();
  }

  detach(client: RateLimitClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#disarm();
  }

  /** Whether there is enough for a call; `waiter` is the call where it waits. */
  canTake(cost: number, critical: boolean, now: number, waiter?: PermitWaiter): boolean {
    this.#ledger.expire(now, this.config.windowMs);
    const { ordinary, critical: urgent } = this.#ledger;
    const turn = this.#turn(now)?.waiter;
    if (turn && turn !== waiter) {
      // What it may take without keeping the other one waiting any longer.
      const ownShare = turn.priority === 0 ? 0 : Math.min(this.#reserved(now), this.#limit - turn.cost);
      if (!critical || urgent + cost > ownShare) return false;
    }
    // A cost above a limit that was lowered may go alone, else nobody behind it would ever go.
    const mayGoAlone = ordinary + urgent === 0 && !this.#shared;
    if (!mayGoAlone && ordinary + urgent + cost > (critical ? this.#criticalLimit : this.#limit))
      return false;
    // A cost that never fits beside the reserve may go when nothing else is under way.
    if (critical || ordinary === 0) return true;
    // Of a shared limit the others leave something free, on which a critical call may draw.
    const kept = Math.max(0, this.#reserved(now) - (this.#shared ? 1 : 0));
    return ordinary + Math.max(urgent, kept) + cost <= this.#limit - this.#keptForOthers(now);
  }

  /** Whether a call that waited may leave in this slice; critical ones always may. */
  isInPace(cost: number, critical: boolean, now: number): boolean {
    return critical || this.#pace.allows(cost, this.#allowed, now);
  }

  /** A call that waited left. */
  countPace(cost: number, now: number): void {
    this.#pace.count(cost, this.#keptForOthers(now), this.#allowed, now);
  }

  /** Whether the next allowance belongs to a call that waits, in any policy, and may not be overtaken by this class. */
  isOwed(priority: number): boolean {
    for (const client of this.#clients) if (client.wantsAllowance(priority)) return true;
    return false;
  }

  /** A critical call came: what it asks for is kept free in the windows to come. */
  noteDemand(cost: number, now: number): void {
    this.#reserve.note(cost, now, this.config.windowMs);
  }

  take(cost: number, critical: boolean): void {
    if (this.#clients.size > 0) this.#gone += 1;
    this.#ledger.take(cost, critical);
  }

  /** The answer is there: from now on the window of what was spent runs. Less than was taken gives back the rest. */
  settle(cost: number, critical: boolean, now: number, spent: number, early?: Entry): Entry | undefined {
    if (early) this.#ledger.unsettle(early, cost, critical, now, this.config.windowMs);
    if (spent !== cost) this.#ledger.take(spent - cost, critical);
    return this.#ledger.settle(spent, critical, now);
  }

  /** Corrects the count by what the exchange says; it counts what other programs use as well. */
  observe(usage: RateLimitUsage, startedAt: number, now: number): void {
    const { type, windowMs } = this.config;
    if (usage.type !== type || usage.intervalMs !== windowMs) return;
    if (!this.#oddUsage.accepts(usage, this.#wholeLimit)) return;
    const { used, remaining } = usage;
    this.#shownAt = now;
    this.#adaptive.forget();
    // Past the limit the count goes on, so that it no longer tells what the limit is.
    if (used !== undefined && (remaining ?? 0) > 0) this.#statedLimit = Math.max(1, used + (remaining ?? 0));
    this.#ledger.expire(now, windowMs);
    const seen = used ?? (remaining === undefined ? 0 : this.#wholeLimit - remaining);
    // The exchange counts what all processes use: only all of them together can tell what is missing.
    this.#shared?.observe(seen);
    if (this.#shared) return;
    const theirs = this.#strangers.unseen(seen, { startedAt, windowMs }, now, this.#ledger);
    const unseen = Math.max(theirs, seen - this.#ledger.all);
    if (unseen <= 0) return;
    this.#strangers.note(unseen, now, windowMs);
    this.#ledger.take(unseen, false);
    this.settle(unseen, false, now, unseen);
  }

  /** The exchange refused: where the headers do not tell all, the limit is found out. */
  refused(startedAt: number, now: number): Lowered | undefined {
    const { adaptive, windowMs } = this.config;
    if (!adaptive || this.#isShown(now)) return undefined;
    this.#ledger.expire(now, windowMs);
    // Exchanges count from the last multiple of the window.
    const used = this.#ledger.since(now - (epochTime(this.#clock, now) % windowMs));
    return this.#adaptive.refused({ used, inForce: this.#limit, startedAt, now });
  }

  /** Whether the headers of late answers left room for what was refused, so that it was not this limit. */
  hasShownRoom(now: number): boolean {
    if (!this.#isShown(now)) return false;
    this.#ledger.expire(now, this.config.windowMs);
    return this.#ledger.all <= this.#limit;
  }

  /** The address is banned although there was room: others have used it, unseen. */
  blameOthers(now: number): void {
    const { type, windowMs } = this.config;
    if (type === 'weight' && this.hasShownRoom(now)) this.#strangers.blame(this.#limit, now, windowMs);
  }

  /** Lets waiting calls out while there is allowance, the most urgent first, whichever policy they belong to. */
  drain(now: number): void {
    if (this.#draining || this.#clients.size === 0) return;
    this.#draining = true;
    hold();
    try {
      const blocked = new Set<RateLimitClient>();
      for (let client = this.#next(blocked, now); client; client = this.#next(blocked, now))
        if (!client.drainOne(now)) blocked.add(client);
      this.#draining = false;
      this.#arm(now);
    } finally {
      release();
    }
  }

  /** Wakes up when allowance comes back, while somebody waits. */
  #arm(now: number): void {
    this.#disarm();
    if (this.#clients.size === 0) return;
    const { windowMs } = this.config;
    const freeAt = this.#ledger.freeAt(windowMs);
    const wakeAt = Math.min(
      // Allowance that is there already waits for the next slice.
      freeAt === undefined || freeAt > now ? (freeAt ?? Infinity) : sliceEndsAt(now),
      this.#pace.opensAt(this.#allowed, now),
      this.#reserved(now) > 0 ? this.#reserve.changesAt(now, windowMs) : Infinity,
    );
    if (wakeAt === Infinity) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.drain(this.#clock.now());
      },
      Math.max(1, Math.ceil(wakeAt - now)),
      'wait',
    );
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Who is first in line, after those whose turn it is have gone. */
  #next(blocked: ReadonlySet<RateLimitClient>, now: number): RateLimitClient | undefined {
    for (let turn = this.#turn(now); turn && this.#takeTurn(turn, now); turn = this.#turn(now));
    return firstInLine(this.#clients, blocked, now);
  }

  #turn(now: number): Turn | undefined {
    return agedTurn(this.#clients, this.#gone, now);
  }

  #takeTurn({ client, waiter }: Turn, now: number): boolean {
    const { cost, priority } = waiter;
    if (!this.canTake(cost, priority === 0, now, waiter) || !this.isInPace(cost, priority === 0, now))
      return false;
    const gone = this.#gone;
    this.#gone = -1;
    const hasGone = client.letOut(waiter, now);
    if (!hasGone) this.#gone = gone;
    return hasGone;
  }

  get #wholeLimit(): number {
    const stated = Math.min(this.config.limit, this.#statedLimit);
    if (!this.#adaptive.isActive) return stated;
    return this.#adaptive.at(stated, this.config.windowMs, this.#clock.now());
  }

  get #limit(): number {
    return this.#shared ? Math.min(this.#wholeLimit, this.#shared.share) : this.#wholeLimit;
  }

  get #allowed(): PacedLimit {
    return { limit: this.#limit, windowMs: this.config.windowMs, used: this.#ledger.all };
  }

  #isShown(now: number): boolean {
    return now - this.#shownAt <= Math.max(shownMs, this.config.windowMs);
  }

  /** What is kept free for others who share the limit. */
  #keptForOthers(now: number): number {
    const { adaptive, windowMs } = this.config;
    return adaptive ? Math.min(this.#strangers.kept(now, windowMs), Math.floor(this.#limit / 4)) : 0;
  }

  get #criticalLimit(): number {
    const drawn = this.#shared?.criticalShare;
    return drawn === undefined ? this.#limit : Math.min(this.#wholeLimit, drawn);
  }

  #reserved(now: number): number {
    const { reservedCritical, windowMs } = this.config;
    // Of a share only as much as belongs to it.
    const kept = Math.ceil(reservedCritical * (this.#limit / this.#wholeLimit));
    return this.#reserve.at(now, windowMs, kept, this.#limit);
  }
}
