import type { Clock } from '../../context/clock.js';
import { AbandonedPermits } from './abandoned-permits.js';
import type { Applicant } from './applicant.js';
import { Bulkhead } from './bulkhead.js';
import type { CoolDown } from './cool-down.js';
import type { CoolDownPass, CoolDownWaiter } from './cool-down-types.js';
import type { Permit } from './permit.js';
import type { BulkheadOptions } from '../options/policy-options.js';
import type { RateLimitClient } from '../rate-limit/rate-limit-client.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { isInProbe } from './surrounding-permits.js';
import { hold, release } from '../../observability/outbox.js';
import { type Waiter, WaitQueue } from './wait-queue.js';

/**
 * Bulkhead and rate limit behind one queue: a call takes its slot and its allowance in the same moment, so that it
 * holds neither while it waits for the other. A newcomer never overtakes a call of its class.
 *
 * A call made inside of a running one needs no slot and goes first: what runs cannot end before it.
 */
export class AdmissionQueue implements RateLimitClient, CoolDownWaiter {
  readonly #clock: Clock;
  readonly #queue = new WaitQueue();
  /** Those that are made inside of running ones; made at the first. */
  #inside: WaitQueue | undefined;
  readonly #bulkhead: Bulkhead;
  readonly #abandoned: AbandonedPermits;
  #limiter: RateLimiter | undefined;
  #coolDown: CoolDown | undefined;
  #awaitsCoolDown = false;
  #draining = false;
  // As a waiter for the cool-down it stands for the call at its head.
  priority = 1;
  waitingSince = 0;

  constructor(
    clock: Clock,
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    coolDown: CoolDown | undefined,
  ) {
    this.#clock = clock;
    this.#bulkhead = new Bulkhead(bulkhead);
    this.#abandoned = new AbandonedPermits(clock, (now) => {
      this.#reclaim(now);
      this.wake(now);
    });
    this.#limiter = limiter;
    this.#coolDown = coolDown;
  }

  get waiting(): number {
    return this.#queue.size + (this.#inside?.size ?? 0);
  }

  /** Whether more has to be asked than for a slot, and so for the time. */
  isCrowdedFor(priority: number): boolean {
    return this.waiting > 0 || this.#abandoned.size > 0 || !this.#bulkhead.has(priority);
  }

  get maxWaitMs(): number | undefined {
    return this.#bulkhead.options?.maxWaitMs;
  }

  /** What runs and waits, where anything limits calls. */
  get load(): { readonly running: number; readonly waiting: number } | undefined {
    const { options, running } = this.#bulkhead;
    return (options ?? this.#limiter) && { running, waiting: this.waiting };
  }

  /** Takes new options; calls that run or wait stay as they are. */
  configure(
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    coolDown: CoolDown | undefined,
    now: number,
  ): void {
    if (limiter !== this.#limiter && this.waiting > 0) {
      this.#limiter?.detach(this);
      limiter?.attach(this);
    }
    if (coolDown !== this.#coolDown && this.#awaitsCoolDown) {
      this.#coolDown?.leave(this);
      this.#awaitsCoolDown = false;
    }
    this.#bulkhead.options = bulkhead;
    this.#limiter = limiter;
    this.#coolDown = coolDown;
    this.drain(now);
  }

  /** Whether a call may go in at once: there is room, and nobody waits whom it would overtake. */
  hasRoom(applicant: Applicant, now: number): boolean {
    const { priority, cost } = applicant;
    this.#reclaim(now);
    // Room that came back a moment ago belongs to those who wait.
    if (this.waiting > 0 || this.#limiter) this.drain(now);
    if (applicant.host)
      return !this.#inside?.hasAhead(priority) && this.#limiter?.canTake(cost, priority === 0, now) !== false;
    if (this.#queue.hasAhead(priority) || this.#limiter?.isOwed(priority)) return false;
    return this.#bulkhead.has(priority) && this.#limiter?.canTake(cost, priority === 0, now) !== false;
  }

  /** A critical call came that nothing refuses: what it asks for is kept free from now on. */
  noteDemand({ priority, cost }: Applicant, now: number): void {
    if (priority === 0) this.#limiter?.noteDemand(cost, now);
  }

  /** Takes the slot and the allowance. */
  take(permit: Permit): void {
    this.#bulkhead.take(permit);
    if (!this.#limiter) return;
    permit.allowance = { limiter: this.#limiter, spent: undefined };
    this.#limiter.take(permit.cost, permit.isUrgent);
  }

  /** The work of an attempt is over. */
  release(permit: Permit): void {
    if (this.#abandoned.size > 0) this.#abandoned.delete(permit);
    this.#bulkhead.part(permit.host ?? permit);
    const { limiter, spent } = permit.allowance ?? {};
    if (this.waiting === 0 && !limiter) return;
    const now = this.#clock.now();
    permit.settleAllowance(now, spent);
    if (limiter !== this.#limiter) limiter?.drain(now);
    this.drain(now);
  }

  /** The caller was released but the work goes on: the place stays taken until the work is over. */
  abandon(permit: Permit, now: number): void {
    this.#abandoned.add(permit, now);
    if (this.waiting > 0) this.#abandoned.arm(now);
  }

  /**
   * Lets a call wait. Where the queue is full a background call that waits gives up its place to one of a higher
   * class: it is returned, to be refused. `'full'` where there is no place.
   */
  enqueue(applicant: Applicant, now: number): Applicant | 'full' | undefined {
    if (applicant.host) {
      this.#bulkhead.join(applicant.host);
      (this.#inside ??= new WaitQueue()).add(applicant, now);
      this.#limiter?.attach(this);
      return undefined;
    }
    const bulkhead = this.#bulkhead.options;
    const places = bulkhead ? (bulkhead.queue ?? 0) : Infinity;
    const { priority } = applicant;
    const taken = priority === 0 ? this.#queue.sizeOf(0) : this.#queue.ordinarySize;
    let evicted: Applicant | undefined;
    if (taken >= places) {
      evicted = priority < 2 && places > 0 ? (this.#queue.oldest(2) as Applicant | undefined) : undefined;
      if (!evicted) return 'full';
      this.#queue.remove(evicted);
    }
    this.#queue.add(applicant, now);
    this.#limiter?.attach(this);
    return evicted;
  }

  /** Somebody began to wait: with allowance left and nobody to settle, only a timer would wake it. */
  wake(now: number): void {
    this.drain(now);
    if (this.waiting > 0) this.#abandoned.arm(now);
  }

  /** Takes a call out of the queue; `false` where it does not wait. Those behind it may fit then: {@link drain}. */
  leave(applicant: Applicant): boolean {
    if (this.#inside?.remove(applicant)) {
      if (applicant.host) this.#bulkhead.part(applicant.host);
    } else if (!this.#queue.remove(applicant)) return false;
    this.#restIfEmpty();
    if (this.waiting === 0 && this.#awaitsCoolDown) {
      this.#coolDown?.leave(this);
      this.#awaitsCoolDown = false;
    }
    return true;
  }

  /** Lets out whoever may go now. */
  drain(now: number): void {
    this.#limiter?.drain(now);
    // A call that ends at once comes back here; the loop that runs goes on for it.
    if (this.#limiter || this.#draining) return;
    this.#draining = true;
    hold();
    try {
      while (this.waiting > 0 && this.drainOne(now));
      this.#draining = false;
    } finally {
      release();
    }
  }

  wantsAllowance(priority: number): boolean {
    if ((this.#inside?.first?.priority ?? Infinity) <= priority) return true;
    const head = this.#queue.first;
    return head !== undefined && head.priority <= priority && this.#bulkhead.has(head.priority);
  }

  get urgentCost(): number {
    return (this.#inside?.costOf(0) ?? 0) + (this.#bulkhead.has(0) ? this.#queue.costOf(0) : 0);
  }

  nextWaiting(now: number): Applicant | undefined {
    this.#reclaim(now);
    const may = (waiter: Waiter): boolean => this.#mayLeave(waiter as Applicant, now);
    const inside = this.#inside?.first as Applicant | undefined;
    if (inside && may(inside) && (!this.#awaitsCoolDown || isInProbe(inside.within, this.#coolDown)))
      return inside;
    if (this.#awaitsCoolDown) return undefined;
    // Those of its class and below would take what it waits for.
    if (inside && (this.#queue.first?.priority ?? 0) >= inside.priority) return undefined;
    // The rate limit knows all that wait for it, also those of other policies, and so keeps the turns.
    const next = this.#limiter ? this.#queue.nextByClass(may) : this.#queue.next(now, may);
    return next as Applicant | undefined;
  }

  longestWaiting(now: number): Applicant | undefined {
    if (this.#awaitsCoolDown || this.waiting === 0) return undefined;
    this.#reclaim(now);
    const inside = this.#inside?.longest(() => true);
    const longest = this.#queue.longest(({ priority }) => this.#bulkhead.has(priority));
    const isOlder = inside && (!longest || inside.waitingSince <= longest.waitingSince);
    return (isOlder ? inside : longest) as Applicant | undefined;
  }

  drainOne(now: number): boolean {
    const applicant = this.nextWaiting(now);
    return applicant !== undefined && this.letOut(applicant, now);
  }

  letOut(applicant: Applicant, now: number): boolean {
    const coolDown = this.#coolDown;
    const isFree = !coolDown || isInProbe(applicant.within, coolDown);
    const pass = isFree ? 'idle' : coolDown.tryPass(now, applicant.priority);
    if (pass === undefined) {
      this.#waitForCoolDown(applicant, now);
      return false;
    }
    this.#admit(applicant, pass === 'idle' ? undefined : pass, now);
    return true;
  }

  /** The cool-down lets the call at the head through. */
  pass(pass: CoolDownPass, now: number): boolean {
    this.#awaitsCoolDown = false;
    const applicant = this.nextWaiting(now);
    if (applicant) this.#admit(applicant, pass, now);
    else this.#coolDown?.settle(pass, 'nothing', now);
    // Those behind it take their turn: the cool-down does not end for all at once.
    const next = this.#coolDown?.isIdle === false ? this.nextWaiting(now) : undefined;
    if (next) this.#waitForCoolDown(next, now);
    else this.drain(now);
    return applicant !== undefined;
  }

  #waitForCoolDown({ priority }: Applicant, now: number): void {
    if (this.#awaitsCoolDown) return;
    this.priority = priority;
    this.#awaitsCoolDown = true;
    this.#coolDown?.wait(this, now);
  }

  #admit(applicant: Applicant, pass: CoolDownPass | undefined, now: number): void {
    const isInside = this.#inside?.remove(applicant) === true;
    if (!isInside) this.#queue.grant(applicant);
    if (applicant.priority !== 0) this.#limiter?.countPace(applicant.cost, now);
    this.#restIfEmpty();
    const { admission } = applicant.policy;
    if (!admission.leaveQueue(applicant, pass, now) && pass) this.#coolDown?.settle(pass, 'nothing', now);
    // It kept the slot while it waited; from now on its attempt does.
    if (isInside && applicant.host) this.#bulkhead.part(applicant.host);
  }

  #mayLeave(applicant: Applicant, now: number): boolean {
    const { priority, cost, host } = applicant;
    const limiter = this.#limiter;
    if (!host && !this.#bulkhead.has(priority)) return false;
    if (!limiter) return true;
    const critical = priority === 0;
    return limiter.canTake(cost, critical, now, applicant) && limiter.isInPace(cost, critical, now);
  }

  #reclaim(now: number): void {
    if (this.#abandoned.size === 0) return;
    for (const permit of this.#abandoned.takeLate(now)) {
      permit.takeBack();
      this.#bulkhead.part(permit.host ?? permit);
      permit.settleAllowance(now);
    }
  }

  /** Nobody waits any more: nothing has to wake up for it. */
  #restIfEmpty(): void {
    if (this.waiting > 0) return;
    this.#limiter?.detach(this);
    this.#abandoned.disarm();
  }
}
