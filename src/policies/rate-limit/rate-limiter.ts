import type { Clock } from '../../context/clock.js';
import { AdaptiveLimit, type Lowered } from './adaptive-limit.js';
import type { RateLimitUsage } from '../../context/rate-limit-usage.js';
import { hold, release } from '../../observability/outbox.js';
import type { Coordinator, SharedLimit } from '../options/coordinator.js';
import { CriticalReserve } from './critical-reserve.js';
import { PermitLedger } from './permit-ledger.js';
import {
  type LimitTurn as Turn,
  demandOf,
  firstInLine,
  type PermitWaiter,
  type RateLimitClient,
} from './rate-limit-client.js';
import type { RateLimitConfig } from './rate-limit-config.js';

/** Calls that waited leave in slices of this length. */
const sliceMs = 50;
/** For how long the headers of an answer say something of those to come. */
const shownMs = 60_000;

// After so many others the call that has waited longest has its turn, if it has waited long enough.
const turnAfter = 3;
const agedAfterMs = 1_000;

/** How much more than the even share may leave in one slice, so that a late timer loses nothing. */
const sliceSlack = 1.5;

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
  #config: RateLimitConfig;
  /** What the exchange itself says the limit is, where it says so. */
  #statedLimit = Infinity;
  #shownAt = -Infinity;
  readonly #clients: Set<RateLimitClient> = new Set();
  readonly #ledger = new PermitLedger();
  readonly #reserve = new CriticalReserve();
  readonly #adaptive = new AdaptiveLimit();
  // How many went since the last turn, while others waited.
  #gone = 0;
  // How much went out to calls that had waited, in this slice of time.
  readonly #pace = { slice: -1, granted: 0 };
  #timer: unknown;
  #draining = false;
  readonly #shared: SharedLimit | undefined;

  constructor(config: RateLimitConfig, clock: Clock, scope = '', coordinator?: Coordinator) {
    this.#config = config;
    this.#clock = clock;
    this.#shared = coordinator?.joinLimit(scope, {
      demand: () => {
        const now = clock.now();
        this.#ledger.expire(now, this.#config.windowMs);
        const used = this.#ledger.all;
        return demandOf(this.#clients, this.#wholeLimit, this.#config.windowMs, used, now);
      },
      shareChanged: () => this.drain(clock.now()),
    });
  }

  get config(): RateLimitConfig {
    return this.#config;
  }

  /** What is used at this moment, and the limit in force. */
  snapshot(now: number): { readonly used: number; readonly limit: number; readonly adaptive?: true } {
    this.#ledger.expire(now, this.#config.windowMs);
    const state = { used: this.#ledger.all, limit: this.#limit };
    return this.#adaptive.isActive ? { ...state, adaptive: true } : state;
  }

  configure(config: RateLimitConfig, now: number): void {
    const { windowMs, type } = this.#config;
    this.#config = config;
    if (config.windowMs !== windowMs || config.type !== type) {
      // What was learned of the other window says nothing of this one.
      this.#statedLimit = Infinity;
      this.#shownAt = -Infinity;
      this.#adaptive.forget();
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
    this.#ledger.expire(now, this.#config.windowMs);
    const turn = this.#turn(now)?.waiter;
    if (turn && turn !== waiter) {
      const { critical: urgent } = this.#ledger;
      // What it may take without keeping the other one waiting any longer.
      const ownShare = turn.priority === 0 ? 0 : Math.min(this.#reserved(now), this.#limit - turn.cost);
      if (!critical || urgent + cost > ownShare) return false;
    }
    const { ordinary, critical: urgent } = this.#ledger;
    // A cost above a limit that was lowered may go alone, else nobody behind it would ever go.
    const mayGoAlone = ordinary + urgent === 0 && !this.#shared;
    if (!mayGoAlone && ordinary + urgent + cost > this.#limit) return false;
    // A cost that never fits beside the reserve may go when nothing else is under way.
    return (
      critical || ordinary === 0 || ordinary + Math.max(urgent, this.#reserved(now)) + cost <= this.#limit
    );
  }

  /** Whether a call that waited may leave in this slice; critical ones always may. */
  isInPace(cost: number, critical: boolean, now: number): boolean {
    const slice = Math.floor(now / sliceMs);
    if (critical || slice !== this.#pace.slice) return true;
    const share = Math.ceil((sliceSlack * this.#limit * sliceMs) / this.#config.windowMs);
    return this.#pace.granted + cost <= share;
  }

  /** A call that waited left. */
  countPace(cost: number, now: number): void {
    const slice = Math.floor(now / sliceMs);
    this.#pace.granted = slice === this.#pace.slice ? this.#pace.granted + cost : cost;
    this.#pace.slice = slice;
  }

  /** Whether the next allowance belongs to a call that waits, in any policy, and may not be overtaken by this class. */
  isOwed(priority: number): boolean {
    for (const client of this.#clients) if (client.wantsAllowance(priority)) return true;
    return false;
  }

  /** A critical call came: what it asks for is kept free in the windows to come. */
  noteDemand(cost: number, now: number): void {
    this.#reserve.note(cost, now, this.#config.windowMs);
  }

  take(cost: number, critical: boolean): void {
    if (this.#clients.size > 0) this.#gone += 1;
    this.#ledger.take(cost, critical);
  }

  /** The answer is there: from now on the window of what was spent runs. Less than was taken gives back the rest. */
  settle(cost: number, critical: boolean, now: number, spent: number = cost): void {
    if (spent !== cost) this.#ledger.take(spent - cost, critical);
    this.#ledger.settle(spent, critical, now);
  }

  /** Corrects the count by what the exchange says; it counts what other programs use as well. */
  observe(usage: RateLimitUsage, now: number): void {
    const { type, windowMs } = this.#config;
    if (usage.type !== type || usage.intervalMs !== windowMs) return;
    this.#shownAt = now;
    this.#adaptive.forget();
    const { used, remaining } = usage;
    // Past the limit the count goes on, so that it no longer tells what the limit is.
    if (used !== undefined && (remaining ?? 0) > 0) this.#statedLimit = Math.max(1, used + (remaining ?? 0));
    this.#ledger.expire(now, this.#config.windowMs);
    const seen = used ?? (remaining === undefined ? 0 : this.#wholeLimit - remaining);
    // The exchange counts what all processes use: only all of them together can tell what is missing.
    this.#shared?.observe(seen);
    const unseen = seen - this.#ledger.all;
    if (unseen <= 0 || this.#shared) return;
    this.#ledger.take(unseen, false);
    this.settle(unseen, false, now);
  }

  /** The exchange refused: where the headers do not tell all, the limit is found out. */
  refused(startedAt: number, now: number): Lowered | undefined {
    if (!this.#config.adaptive || now - this.#shownAt <= this.#config.windowMs) return undefined;
    this.#ledger.expire(now, this.#config.windowMs);
    const used = this.#ledger.all;
    return this.#adaptive.refused(used, this.#limit, { startedAt, now });
  }

  /** Whether the headers of late answers left room, so that a refusal is none of this limit. */
  hasShownRoom(now: number): boolean {
    if (now - this.#shownAt > Math.max(shownMs, this.#config.windowMs)) return false;
    this.#ledger.expire(now, this.#config.windowMs);
    return this.#ledger.all < this.#limit;
  }

  /** Lets waiting calls out while there is allowance, the most urgent first, whichever policy they belong to. */
  drain(now: number): void {
    if (this.#draining || this.#clients.size === 0) return;
    this.#draining = true;
    hold();
    try {
      const blocked = new Set<RateLimitClient>();
      for (let turn = this.#turn(now); turn && this.#takeTurn(turn, now); turn = this.#turn(now));
      for (
        let client = firstInLine(this.#clients, blocked, now);
        client;
        client = firstInLine(this.#clients, blocked, now)
      ) {
        if (!client.drainOne(now)) blocked.add(client);
        for (let turn = this.#turn(now); turn && this.#takeTurn(turn, now); turn = this.#turn(now));
      }
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
    const freeAt = this.#ledger.freeAt(this.#config.windowMs);
    const sliceEnds = (Math.floor(now / sliceMs) + 1) * sliceMs;
    const wakeAt = Math.min(
      // Allowance that is there already waits for the next slice.
      freeAt === undefined || freeAt > now ? (freeAt ?? Infinity) : sliceEnds,
      this.#pace.slice === Math.floor(now / sliceMs) ? sliceEnds : Infinity,
      this.#reserveChangesAt(now),
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

  /** Whose turn it is, out of order. */
  #turn(now: number): Turn | undefined {
    if (this.#gone < turnAfter) return undefined;
    let turn: Turn | undefined;
    for (const client of this.#clients) {
      const waiter = client.longestWaiting(now);
      if (!waiter || now - waiter.waitingSince < agedAfterMs) continue;
      if (!turn || waiter.waitingSince < turn.waiter.waitingSince) turn = { client, waiter };
    }
    return turn;
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
    const stated = Math.min(this.#config.limit, this.#statedLimit);
    if (!this.#adaptive.isActive) return stated;
    return this.#adaptive.at(stated, this.#config.windowMs, this.#clock.now());
  }

  get #limit(): number {
    return this.#shared ? Math.min(this.#wholeLimit, this.#shared.share) : this.#wholeLimit;
  }

  #reserved(now: number): number {
    const { reservedCritical, windowMs } = this.#config;
    // Of a share only as much as belongs to it.
    const kept = Math.ceil(reservedCritical * (this.#limit / this.#wholeLimit));
    return this.#reserve.at(now, windowMs, kept, this.#limit);
  }

  #reserveChangesAt(now: number): number {
    const { windowMs } = this.#config;
    return this.#reserved(now) > 0 ? (Math.floor(now / windowMs) + 1) * windowMs : Infinity;
  }
}
