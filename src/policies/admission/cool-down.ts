import type { Clock } from '../../core/time/clock.js';
import type { Coordinator, SharedCoolDown } from '../options/coordinator.js';
import type { CoolDownCause, CoolDownPermit, CoolDownWaiter, CoolDownResult } from './cool-down-types.js';
import { coolDownEvents, type EventPlace } from '../events/cool-down-events.js';
import { hold, release } from '../../observability/outbox.js';
import { type RateLimitRefusal, RefusalMemory } from './refusal-memory.js';
import { type Waiter, WaitQueue } from './wait-queue.js';

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
 * It is idle, active, probing or ramping. It can be within an outer one: what activates the outer one activates this
 * one too, but not vice versa.
 *
 * A timer runs only while calls wait.
 */
export class CoolDown {
  readonly #clock: Clock;
  readonly #queue = new WaitQueue();
  readonly #place: EventPlace;
  /** The cool-down that contains this one. */
  readonly outer: CoolDown | undefined;
  readonly #inner: Set<CoolDown> = new Set();
  readonly #memory = new RefusalMemory();
  #state: 'idle' | 'active' | 'probing' | 'ramping' = 'idle';
  #period = 0;
  #activeSince = 0;
  /** The policy whose call received the answer. */
  #policy = '';
  #until = 0;
  #batch = 1;
  #probedAt = 0;
  // Slowing down alone is not a cool-down.
  #wasActive = false;
  // The answer came to one of its own calls, so that answers to calls of the outer one say nothing about it.
  #isOwn = false;
  #error: unknown;
  #timer: unknown;
  #advancing = false;
  readonly #shared: SharedCoolDown | undefined;

  constructor(scope: string, clock: Clock, origin?: object, outer?: CoolDown, coordinator?: Coordinator) {
    this.#place = { clock, origin, scope };
    this.#clock = clock;
    this.outer = outer;
    if (outer) outer.#inner.add(this);
    this.#shared = coordinator?.joinCoolDown(scope, {
      // What activates the outer one elsewhere is reported for both.
      activateFor: (ms) => this.#activate(ms, elsewhere, clock.now(), outer?.activeForMs(clock.now()) === 0),
      ramp: () => {
        if (this.#state !== 'active' && this.#state !== 'probing') return;
        this.#until = Math.min(this.#until, clock.now());
        this.#ramp(clock.now());
      },
      probe: () => {
        if (this.#state === 'active' && clock.now() >= this.#until - behindMs) {
          this.#until = clock.now();
          this.#advance(clock.now());
        }
      },
    });
  }

  /** The rate-limit answer that last activated it. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether the outer cool-down has a probe under way or about to go. */
  get #isBehindProbe(): boolean {
    return this.outer?.isProbed === true;
  }

  get isProbed(): boolean {
    return this.#state === 'probing' || (this.#state === 'active' && this.#queue.size > 0);
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
    const verdict = this.#memory.judge(refusal, this.#state, now);
    if (verdict === 'ignore') return false;
    if (verdict === 'slow') this.#slow(cause, now);
    else this.#activate(verdict.activeForMs, cause, now, true);
    if (verdict === 'slow' || !verdict.isBan) return false;
    // The ban may be that of the outer scope: one call goes ahead there, so that not all run into it.
    if (this.outer?.isIdle === true) this.outer.#activate(0, cause, now, true);
    return true;
  }

  /** Notes the answer to a call that needed no permit. */
  answered(startedAt: number, now: number): void {
    if (!this.#memory.isWatching || !this.#memory.answered(startedAt, now)) return;
    // It was not a ban, so no call has to wait for a probe.
    if (this.#state === 'active') this.#ramp(now);
  }

  /** Whether {@link CoolDown.answered} has to be called. */
  get isWatching(): boolean {
    return this.#memory.isWatching;
  }

  /** Starts or extends the wait; a time that ends earlier than the current one changes nothing. */
  #activate(forMs: number, { error, policy }: CoolDownCause, now: number, isOwn: boolean): void {
    const until = now + forMs;
    if (this.#state === 'active' && until <= this.#until) return;
    if (this.#state !== 'active' || isOwn) this.#isOwn = isOwn;
    if (this.#state === 'idle') this.#activeSince = now;
    this.#wasActive = true;
    this.#state = 'active';
    this.#until = until;
    this.#error = error;
    this.#policy = policy;
    this.#period += 1;
    this.#arm(now);
    coolDownEvents.entered({ policy, delayMs: forMs, error }, this.#place, now);
    if (policy !== elsewhere.policy) this.#shared?.activated(forMs);
    for (const coolDown of this.#inner) coolDown.#activate(forMs, { error, policy }, now, false);
  }

  /** Halves the rate of the last batch; it grows again from there. */
  #slow({ error, policy }: CoolDownCause, now: number): void {
    this.#batch = Math.max(1, Math.floor(this.#batch / 4));
    if (this.#state === 'ramping') return;
    this.#activeSince = now;
    this.#state = 'ramping';
    this.#batch = 1;
    this.#error = error;
    this.#policy = policy;
    this.#period += 1;
    this.#arm(now);
  }

  /** Returns `'idle'` if a call may go, a permit if it goes as the probe, or `undefined` if it must wait. */
  tryAcquire(now: number, priority: number): CoolDownPermit | 'idle' | undefined {
    if (this.#state === 'idle') return 'idle';
    // A critical call is not paced: only others of its class go before it.
    if (this.#state === 'ramping' && priority === 0 && !this.#queue.hasAhead(0))
      return { period: this.#period };
    if (this.#queue.size > 0) return undefined;
    if (this.#state === 'ramping') {
      this.#end(now);
      return 'idle';
    }
    if (now < this.#until || this.#isBehindProbe) return undefined;
    if (this.#shared?.mayProbe() === false) return undefined;
    return this.#startProbe(now);
  }

  /** Whether a permit belongs to the probe under way. */
  isProbe(permit: CoolDownPermit): boolean {
    return this.#state === 'probing' && permit.period === this.#period;
  }

  wait(waiter: CoolDownWaiter, now: number): void {
    this.#queue.add(waiter, now);
    if (this.#timer === undefined) this.#arm(now);
  }

  leave(waiter: CoolDownWaiter): void {
    if (this.#queue.remove(waiter) && this.#queue.size === 0) this.#disarm();
  }

  /** Settles a permit with the result of its attempt. */
  settle(permit: CoolDownPermit, result: CoolDownResult, now: number): void {
    if (!this.isProbe(permit)) return;
    if (result === 'nothing') {
      // Nothing was learned: the next call is the probe.
      this.#state = 'active';
      this.#until = now;
      this.#advance(now);
      return;
    }
    this.#memory.answered(this.#probedAt, now);
    this.#shared?.ramping();
    this.#ramp(now);
  }

  #ramp(now: number): void {
    this.#state = 'ramping';
    this.#batch = 1;
    // Inner cool-downs that it activated end with this one, and so does an outer one whose time is over.
    for (const coolDown of this.#inner)
      if (!coolDown.#isOwn && coolDown.#state === 'active') coolDown.#ramp(now);
    if (this.outer && this.outer.#state === 'active' && this.outer.#until <= now) this.outer.#ramp(now);
    this.#advance(now);
  }

  #startProbe(now: number): CoolDownPermit {
    this.#state = 'probing';
    this.#period += 1;
    this.#until = now + probeMs;
    this.#probedAt = now;
    return { period: this.#period };
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
    if (this.#isBehindProbe || (this.#queue.size > 0 && this.#shared?.mayProbe() === false)) {
      this.#state = 'active';
      this.#until = now + behindMs;
      return false;
    }
    const next = this.#queue.next(now, () => true);
    if (this.#letGo(next, () => this.#startProbe(now), stuck, now)) return true;
    this.#state = 'active';
    return false;
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
      period === this.#period && this.#letGo(one, () => ({ period }), stuck, now);
    while (letGo(this.#queue.oldest(0)));
    for (let left = this.#batch; left > 0 && letGo(this.#queue.next(now, () => true)); left -= 1);
    this.#batch *= 2;
  }

  #end(now: number): void {
    this.#state = 'idle';
    this.#period += 1;
    this.#disarm();
    const wasActive = this.#wasActive;
    this.#wasActive = false;
    const lastedMs = now - this.#activeSince;
    if (wasActive) coolDownEvents.left({ policy: this.#policy, lastedMs }, this.#place, now);
  }

  #arm(now: number): void {
    this.#disarm();
    if (this.#queue.size === 0) return;
    const waitMs = this.#state === 'ramping' ? staggerMs : Math.max(1, Math.ceil(this.#until - now));
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#advance(this.#clock.now());
      },
      Math.min(waitMs, 2 ** 31 - 1),
      // A probe is under way and does work; in all other states calls only wait.
      this.#state === 'probing' ? undefined : 'wait',
    );
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
