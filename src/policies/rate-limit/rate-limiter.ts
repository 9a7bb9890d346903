import type { Clock } from '../../core/time/clock.js';
import { AdaptiveLimit, type Lowered } from './adaptive-limit.js';
import type { RateLimitUsage } from '../../core/context/rate-limit-usage.js';
import { hold, release } from '../../observability/outbox.js';
import type { Coordinator, LimitMember, SharedLimit } from '../options/coordinator.js';
import { type EarlyEntries, LimitWindows } from './limit-windows.js';
import { Pace, type PacedLimit, sliceEndsAt } from './pace.js';
import {
  agedTurn,
  type LimitTurn as Turn,
  demandOf,
  firstInLine,
  type PermitWaiter,
  type RateLimitClient,
} from './rate-limit-client.js';
import type { RateLimitConfig } from './rate-limit-config.js';
import type { RateLimitSnapshot } from './rate-limit-snapshot.js';
import { epochTime } from '../../core/time/monotonic-clock.js';
import { WaitTimer } from '../../core/time/wait-timer.js';

/** The share of a limit up to which there is certainly room, if no headers show how much is used. */
const unshownRoom = 1 / 4;

/**
 * Allows at most `limit` in any interval of `windowMs`, as the exchange counts: the permits of a request come back one
 * window after its answer, because only the answer makes sure that the exchange has counted it.
 *
 * Some allowance is kept free for critical calls: as much as they requested in the busiest of the last windows. Calls
 * that had to wait go evenly spread, so that permits that come back at once are not all used at once.
 *
 * So that nothing starves, every fourth turn goes to the call that has waited longest, in any policy and class, once it
 * has waited over a second: its permits are saved up, and until it has gone only critical calls go, within what is kept
 * for them.
 */
export class RateLimiter {
  readonly #clock: Clock;
  config: RateLimitConfig;
  readonly #windows: LimitWindows;
  readonly #clients: Set<RateLimitClient> = new Set();
  readonly #adaptive = new AdaptiveLimit();
  #gone = 0; // How many calls went since the last turn, while others waited.
  readonly #pace = new Pace();
  readonly #timer: WaitTimer;
  #draining = false;
  readonly #join: () => SharedLimit | undefined;
  #shared: SharedLimit | undefined;

  constructor(config: RateLimitConfig, clock: Clock, scope = '', coordinator?: Coordinator) {
    this.config = config;
    this.#windows = new LimitWindows(config.windowMs);
    this.#clock = clock;
    this.#timer = new WaitTimer(clock, (now) => this.drain(now));
    const member: LimitMember = {
      demand: () => {
        const now = clock.now();
        const { all: used } = this.#windows.main.expire(now);
        return demandOf(this.#clients, this.#wholeLimit, this.config.windowMs, used, now);
      },
      shareChanged: () => this.drain(clock.now()),
    };
    const { windowMs } = config;
    // Shares of windows of different lengths cannot be added up.
    const name = (): string =>
      this.config.windowMs === windowMs ? scope : `${scope}.${this.config.windowMs}`;
    this.#join = () => coordinator?.joinLimit(name(), member);
    this.#shared = this.#join();
  }

  /** Returns the current use, the limit in force, and what is kept free. */
  snapshot(now: number): RateLimitSnapshot {
    const { further, main } = this.#windows;
    return {
      ...main.snapshot(this.#limit, this.#keptForOthers(now), now),
      ...(this.#adaptive.isActive ? { adaptive: true } : {}),
      ...(further.length > 0 ? { further: this.#windows.snapshot(now) } : {}),
    };
  }

  configure(config: RateLimitConfig, now: number): void {
    const { windowMs, type } = this.config;
    this.config = config;
    if (config.type !== type) this.#windows.forget(config.windowMs, now);
    else if (config.windowMs !== windowMs) this.#windows.configure(config.windowMs, now);
    if (config.windowMs !== windowMs || config.type !== type) this.#adaptive.forget();
    if (config.windowMs !== windowMs && config.adaptive) {
      const old = this.#shared;
      this.#shared = this.#join();
      old?.leave?.();
    }
    this.drain(now);
  }

  attach(client: RateLimitClient): void {
    this.#clients.add(client);
    this.#shared?.request();
  }

  detach(client: RateLimitClient): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#timer.stop();
  }

  /** Whether there is enough for a call; `waiter` is the call if it waits. */
  canTake(cost: number, critical: boolean, now: number, waiter?: PermitWaiter): boolean {
    const ledger = this.#windows.main.expire(now);
    const turn = this.#turn(now)?.waiter;
    if (turn && turn !== waiter) {
      // What it may take without making the other call wait longer.
      const ownShare = turn.priority === 0 ? 0 : Math.min(this.#reserved(now), this.#limit - turn.cost);
      if (!critical || ledger.critical + cost > ownShare) return false;
    }
    if (!this.#windows.hasRoomBeside(cost, critical, now)) return false;
    // A cost above a lowered limit may go alone; otherwise the calls behind it would never go.
    if (ledger.all === 0 && !this.#shared) return true;
    if (critical) return ledger.hasRoom(cost, true, this.#criticalLimit, 0, 0);
    // Other processes leave part of a shared limit free, which critical calls may use.
    const reserved = Math.max(0, this.#reserved(now) - (this.#shared ? 1 : 0));
    return ledger.hasRoom(cost, false, this.#limit, reserved, this.#keptForOthers(now));
  }

  /** Whether a call that waited may go in this slice; critical ones always may. */
  isInPace(cost: number, critical: boolean, now: number): boolean {
    return critical || this.#pace.allows(cost, this.#allowed, now);
  }

  /** Counts a call that went after waiting. */
  countPace(cost: number, now: number): void {
    const { strangers, windowMs } = this.#windows.main;
    const others = this.config.adaptive ? strangers.usual(now, windowMs) : 0;
    this.#pace.count(cost, others, this.#allowed, now);
  }

  /** Whether the next allowance belongs to a waiting call, in any policy, that this class may not overtake. */
  isOwed(priority: number): boolean {
    for (const client of this.#clients) if (client.wantsAllowance(priority)) return true;
    return false;
  }

  /** Notes a critical call: its cost is kept free in the next windows. */
  noteDemand(cost: number, now: number): void {
    for (const { reserve, windowMs } of this.#windows.all) reserve.note(cost, now, windowMs);
  }

  /**
   * Whether a critical call takes what is reserved. One that waited long belongs to an earlier window, and what is
   * reserved now is for later ones; but it must not overtake a call whose turn it is.
   */
  isUrgent(waitedMs: number, now: number): boolean {
    return waitedMs < this.config.windowMs / 10 || this.#turn(now) !== undefined;
  }

  take(cost: number, critical: boolean): void {
    if (this.#clients.size > 0) this.#gone += 1;
    this.#windows.take(cost, critical);
  }

  /** Starts the window of what a request spent, once it is answered; the rest of what was taken is free at once. */
  settle(cost: number, critical: boolean, now: number, spent: number, early?: EarlyEntries): void {
    this.#windows.settle(cost, critical, now, spent, early);
  }

  /** Counts what an attempt has taken as settled; pass the result to {@link settle} when it is really over. */
  settleEarly(cost: number, critical: boolean, now: number): EarlyEntries {
    return this.#windows.settleEarly(cost, critical, now);
  }

  /** Corrects the count by the headers of the exchange, which include what other programs use. */
  observe(usage: RateLimitUsage, startedAt: number, now: number): void {
    const { adaptive, type, windowMs } = this.config;
    if (usage.type !== type || (usage.intervalMs !== windowMs && !adaptive)) return;
    const { main } = this.#windows;
    const window = this.#windows.of(usage, now);
    const seen = window?.read(usage, window === main ? this.#wholeLimit : window.statedLimit, now);
    if (!window || seen === undefined) return;
    if (window === main) this.#adaptive.forget();
    // The exchange counts all processes, so only all of them together can tell what others use.
    if (window === main && this.#shared) this.#shared.observe(seen);
    else window.countOthers(seen, startedAt, now);
  }

  /** Learns from a refusal, if the headers do not show the limit. */
  refused(startedAt: number, now: number): Lowered | undefined {
    const { adaptive, windowMs } = this.config;
    if (!adaptive || this.#windows.main.isShown) return undefined;
    const ledger = this.#windows.main.expire(now);
    // Exchanges count from the last multiple of the window.
    const used = ledger.since(now - (epochTime(this.#clock, now) % windowMs));
    return this.#adaptive.refused({ used, inForce: this.#limit, startedAt, now });
  }

  /**
   * Whether there was room for the refused request, so that it did not exceed this limit. If no headers show the use,
   * only a small part of the limit counts as room.
   */
  hasRoom(now: number): boolean {
    const { main } = this.#windows;
    const used = main.expire(now).all;
    if (!main.isShown) return used <= this.#limit * unshownRoom;
    return used <= this.#limit && this.#windows.hasRoomBeside(0, true, now);
  }

  /** Notes a ban of the address although there was room: others must have used it, unseen. */
  blameOthers(now: number): void {
    const { main } = this.#windows;
    if (this.config.type === 'weight' && main.isShown && this.hasRoom(now))
      main.strangers.blame(this.#limit, now, main.windowMs);
  }

  /** Starts waiting calls of any policy while there is allowance, the most urgent first. */
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

  /** Sets the timer for the next allowance, if calls wait. */
  #arm(now: number): void {
    this.#timer.stop();
    if (this.#clients.size === 0) return;
    let wakeAt = this.#pace.opensAt(this.#allowed, now);
    for (const window of this.#windows.all) {
      const [{ reserve, windowMs }, freeAt] = [window, window.opensAt(now)];
      // Allowance that is already free waits for the next slice.
      wakeAt = Math.min(wakeAt, freeAt > now ? freeAt : sliceEndsAt(now));
      const isReserved = reserve.at(now, windowMs, this.config.reservedCritical, Infinity) > 0;
      if (isReserved) wakeAt = Math.min(wakeAt, reserve.changesAt(now, windowMs));
    }
    if (wakeAt < Infinity) this.#timer.start(Math.max(1, Math.ceil(wakeAt - now)), 'wait');
  }

  /** Returns the client that is first in line, after starting the calls whose turn it is out of order. */
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
    const stated = Math.min(this.config.limit, this.#windows.main.statedLimit);
    if (!this.#adaptive.isActive) return stated;
    return this.#adaptive.at(stated, this.config.windowMs, this.#clock.now());
  }

  get #limit(): number {
    return this.#shared ? Math.min(this.#wholeLimit, this.#shared.share) : this.#wholeLimit;
  }

  get #allowed(): PacedLimit {
    return this.#windows.slowest(this.#limit);
  }

  /** Returns what is kept free for others who share the limit. */
  #keptForOthers(now: number): number {
    return this.config.adaptive ? this.#windows.main.keptForOthers(this.#limit, now) : 0;
  }

  get #criticalLimit(): number {
    const drawn = this.#shared?.criticalShare;
    return drawn === undefined ? this.#limit : Math.min(this.#wholeLimit, drawn);
  }

  #reserved(now: number): number {
    const { reservedCritical, windowMs } = this.config;
    // A share keeps only its proportion.
    const kept = Math.ceil(reservedCritical * (this.#limit / this.#wholeLimit));
    return this.#windows.main.reserve.at(now, windowMs, kept, this.#limit);
  }
}
