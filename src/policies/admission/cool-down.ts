import type { Coordinator, SharedCoolDown } from '../options/coordinator.js';
import type { CoolDownCause, CoolDownPermit, CoolDownWaiter, CoolDownResult } from './cool-down-types.js';
import { CoolDownQueue } from './cool-down-queue.js';
import { CoolDownRecord } from './cool-down-record.js';
import type { EventPlace } from '../events/cool-down-events.js';
import { hold, release } from '../../observability/outbox.js';
import { type RateLimitRefusal, RefusalMemory } from './refusal-memory.js';
import { RefusedPolicies } from './refused-policies.js';
import type { Waiter } from './wait-queue.js';
import { WaitTimer } from '../../core/time/wait-timer.js';

// After the probe, the other calls follow in doubling batches, one per step; critical calls are not paced.
const staggerMs = 25;
// After this time a probe is given up, so that a hanging one holds up no other calls.
const probeMs = 5_000;
// The probe of the outer cool-down, which is cheaper, goes first; the inner one waits this long for it.
const behindMs = 100;
/** The cause when another process received the answer. */
const elsewhere: CoolDownCause = { error: undefined, policy: 'another process' };

/**
 * One rate-limit answer makes all calls of its scope wait. When the time is over, one call goes through as a probe;
 * after its answer, the others follow in growing batches. A refusal that may not be a ban is probed early, and a
 * refusal of one of the calls that follow makes the batches smaller.
 *
 * It is idle, active, probing or ramping; its timer runs only while calls wait. It can be within an outer one: what
 * activates the outer one activates this one too, but not vice versa.
 */
export class CoolDown {
  readonly place: EventPlace;
  /** The policies that currently are refused. */
  readonly refused: RefusedPolicies = new RefusedPolicies();
  readonly #queue = new CoolDownQueue(this.refused);
  /** The cool-down that contains this one. */
  readonly outer: CoolDown | undefined;
  readonly #inner: Set<CoolDown> = new Set();
  readonly memory: RefusalMemory;
  readonly record: CoolDownRecord;
  #state: 'idle' | 'active' | 'probing' | 'ramping' = 'idle';
  #period = 0;
  #until = 0;
  #batch = 1;
  #probedAt = 0;
  // The answer came to one of its own calls, so that answers to calls of the outer one say nothing about it.
  #isOwn = false;
  readonly #isOfPolicy: boolean;
  readonly #timer: WaitTimer;
  #advancing = false;
  readonly #shared: SharedCoolDown | undefined;

  /** `isOfPolicy`: of a single policy within the scope `outer`, so that it says nothing about that one. */
  constructor(place: EventPlace, outer?: CoolDown, coordinator?: Coordinator, isOfPolicy = false) {
    const { clock, scope } = place;
    this.place = place;
    this.record = new CoolDownRecord(place);
    this.#timer = new WaitTimer(clock, (now) => this.#advance(now));
    this.outer = outer;
    this.#isOfPolicy = isOfPolicy;
    this.memory = new RefusalMemory(isOfPolicy ? outer?.memory : undefined);
    if (outer && !isOfPolicy) outer.#inner.add(this);
    this.#shared = coordinator?.joinCoolDown(scope, {
      // What activates the outer one elsewhere is reported for both.
      activateFor: (ms) => this.#activate(ms, elsewhere, clock.now(), outer?.activeForMs(clock.now()) === 0),
      ramp: () => {
        if (this.#isStopped) this.#ramp(clock.now());
      },
      probe: () => {
        if (this.#state !== 'active' || clock.now() < this.#until - behindMs) return;
        this.#until = clock.now();
        this.#advance(clock.now());
      },
    });
  }

  /** Whether the outer cool-down has a probe under way or about to go. */
  get #isBehindProbe(): boolean {
    return this.outer !== undefined && (this.outer.#isProbed || this.outer.#isBehindProbe);
  }

  get #isProbed(): boolean {
    return this.#state === 'probing' || (this.#state === 'active' && this.#queue.hasProbe);
  }

  /** Whether an inner one has a better probe: only calls of refused policies wait here. */
  get #isBehindInner(): boolean {
    if (this.#queue.size === 0 || this.#queue.hasProbe) return false;
    return [...this.#inner].some((inner) => !inner.#isOwn && inner.#isProbed);
  }

  /** The remaining time in milliseconds; 0 if a call may be tried. */
  activeForMs(now: number): number {
    return this.#state === 'active' ? Math.max(0, this.#until - now) : 0;
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Makes calls wait, or slows them, after a rate-limit answer; returns whether that is taken for an unannounced ban. */
  refuse(refusal: RateLimitRefusal, cause: CoolDownCause, now: number): boolean {
    const verdict = this.memory.judge(refusal, this.#state, now);
    if (verdict === 'ignore') return false;
    if (this.outer) this.outer.#inner.add(this);
    if (verdict === 'slow') this.#slow(cause, now);
    else this.#activate(verdict.activeForMs, cause, now, true);
    if (verdict === 'slow' || !verdict.isBan || this.#isOfPolicy) return false;
    // The ban may be that of the outer scope: one call goes ahead there, so that not all run into it.
    if (this.outer?.isIdle === true) this.outer.#activate(0, cause, now, true);
    return true;
  }

  /** Notes the answer to a call of a policy. */
  answered(startedAt: number, now: number): void {
    if (!this.memory.isWatching || !this.memory.answered(startedAt, now)) return;
    // It was not a ban, so no call has to wait for a probe, unless the outer one stops it too.
    if (this.#state === 'active' && !(this.outer && this.outer.#isStopped)) this.#ramp(now);
  }

  /** Unless it is in force anyway, the next call goes as the probe, and the others wait for its answer. */
  expectProbe(now: number): void {
    if (this.#state !== 'idle') return;
    if (this.outer) this.outer.#inner.add(this);
    this.#isOwn = true;
    this.#waitUntil(now + (this.outer?.activeForMs(now) ?? 0));
  }

  #waitUntil(until: number): void {
    this.#state = 'active';
    this.#until = until;
  }

  get #isStopped(): boolean {
    return this.#state === 'active' || this.#state === 'probing';
  }

  /** Starts or extends the wait; a time that ends earlier than the current one changes nothing. */
  #activate(forMs: number, cause: CoolDownCause, now: number, isOwn: boolean): void {
    const until = now + forMs;
    if (this.#state === 'active' && until <= this.#until) return;
    if (this.#state !== 'active' || isOwn) this.#isOwn = isOwn;
    const wasIdle = this.#state === 'idle';
    this.#waitUntil(until);
    this.#period += 1;
    this.#arm(now);
    this.record.stopped(forMs, cause, wasIdle, now);
    if (cause !== elsewhere) this.#shared?.activated(forMs);
    for (const coolDown of this.#inner) coolDown.#activate(forMs, cause, now, false);
  }

  /** Halves the rate of the last batch; it grows again from there. */
  #slow(cause: CoolDownCause, now: number): void {
    this.#batch = Math.max(1, Math.floor(this.#batch / 4));
    if (this.#state === 'ramping') return;
    this.#state = 'ramping';
    this.#batch = 1;
    this.record.slowed(cause, now);
    this.#period += 1;
    this.#arm(now);
  }

  /** Returns `'idle'` if a call may go, a permit if it goes as the probe, or `undefined` if it must wait. */
  tryAcquire(now: number, priority: number): CoolDownPermit | 'idle' | undefined {
    if (this.#state === 'idle') return 'idle';
    // A critical call is not paced: only others of its class go before it.
    if (this.#state === 'ramping' && priority === 0 && !this.#queue.hasAhead(0)) return this.#permit();
    if (this.#queue.size > 0) return undefined;
    if (this.#state === 'ramping') {
      this.#end(now);
      return 'idle';
    }
    if (now < this.#until || this.#isBehindProbe || this.#shared?.mayProbe() === false) return undefined;
    return this.#startProbe(now);
  }

  /** Whether a permit belongs to the probe under way. */
  isProbe(permit: CoolDownPermit): boolean {
    return this.#state === 'probing' && permit.period === this.#period;
  }

  /** Whether a permit belongs to a probe that shows what calls wait for here, if only the outer one stops them. */
  isProbedBy({ coolDown, period }: CoolDownPermit): boolean {
    const isHere = coolDown === this || (!this.#isOwn && coolDown === this.outer);
    return isHere && coolDown.#state === 'probing' && coolDown.#period === period;
  }

  wait(waiter: CoolDownWaiter, now: number): void {
    this.#queue.add(waiter, now);
    if (!this.#timer.isRunning) this.#arm(now);
  }

  leave(waiter: CoolDownWaiter): void {
    if (this.#queue.remove(waiter) && this.#queue.size === 0) this.#timer.stop();
  }

  /** Settles a permit with the result of its attempt. */
  settle(permit: CoolDownPermit, result: CoolDownResult, now: number): void {
    if (!this.isProbe(permit)) return;
    if (result === 'nothing') {
      // Nothing was learned: the next call is the probe.
      this.#waitUntil(now);
      this.#advance(now);
      return;
    }
    this.memory.answered(this.#probedAt, now);
    this.#shared?.ramping();
    this.#ramp(now);
  }

  #ramp(now: number): void {
    this.#state = 'ramping';
    this.#batch = 1;
    // Inner cool-downs that it activated end with this one, and so does an outer one whose time is over.
    for (const coolDown of this.#inner)
      if (!coolDown.#isOwn && coolDown.#state === 'active') coolDown.#ramp(now);
    const { outer } = this;
    if (outer && outer.#state === 'active' && outer.#until <= now + behindMs) outer.#ramp(now);
    this.#advance(now);
  }

  #startProbe(now: number): CoolDownPermit {
    this.#state = 'probing';
    this.#period += 1;
    this.#until = now + probeMs;
    this.#probedAt = now;
    return this.#permit();
  }

  #permit(): CoolDownPermit {
    return { coolDown: this, period: this.#period };
  }

  #advance(now: number): void {
    // If a probe could not go, this loop starts the next one; the nested call must not.
    if (this.#advancing) return;
    this.#advancing = true;
    hold();
    try {
      const stuck = new Set<Waiter>();
      while (this.#state !== 'ramping' && now >= this.#until && this.#releaseProbe(stuck, now));
      if (this.#state === 'ramping') this.#release(now);
      this.#advancing = false;
      if (this.#state === 'ramping' && this.#queue.size === 0) this.#end(now);
      else this.#arm(now);
    } finally {
      release();
    }
  }

  #releaseProbe(stuck: Set<Waiter>, now: number): boolean {
    if (
      this.#isBehindProbe ||
      this.#isBehindInner ||
      (this.#queue.size > 0 && this.#shared?.mayProbe() === false)
    ) {
      this.#waitUntil(now + behindMs);
      return false;
    }
    const next = this.#queue.nextProbe(now, stuck);
    const hasGone = this.#letGo(next, () => this.#startProbe(now), stuck, now);
    if (!hasGone) this.#state = 'active';
    return hasGone;
  }

  /** Lets one waiter go; one that could not is back in the queue and waits for the next round. */
  #letGo(waiter: Waiter | undefined, permit: () => CoolDownPermit, stuck: Set<Waiter>, now: number): boolean {
    if (!waiter || stuck.has(waiter)) return false;
    this.#queue.grant(waiter);
    if (!(waiter as CoolDownWaiter).admit(permit(), now)) stuck.add(waiter);
    return true;
  }

  #release(now: number, stuck: Set<Waiter> = new Set()): void {
    const period = this.#period;
    const letGo = (one: Waiter | undefined): boolean =>
      period === this.#period && this.#letGo(one, () => this.#permit(), stuck, now);
    while (letGo(this.#queue.oldest(0)));
    for (let left = this.#batch; left > 0 && letGo(this.#queue.next(now, () => true)); left -= 1);
    this.#batch *= 2;
  }

  #end(now: number): void {
    this.#state = 'idle';
    this.#period += 1;
    this.#timer.stop();
    if (this.#isOfPolicy && this.outer) this.outer.#inner.delete(this);
    this.record.ended(now);
  }

  #arm(now: number): void {
    this.#timer.stop();
    if (this.#queue.size === 0) return;
    const waitMs = this.#state === 'ramping' ? staggerMs : Math.max(1, Math.ceil(this.#until - now));
    // A probe is under way and does work; in all other states calls only wait.
    this.#timer.start(waitMs, this.#state === 'probing' ? undefined : 'wait');
  }
}
