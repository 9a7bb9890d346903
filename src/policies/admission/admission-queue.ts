import type { Clock } from '../../core/time/clock.js';
import { AbandonedPermits } from './abandoned-permits.js';
import type { Admissible } from './admissible.js';
import { AttemptTimes } from './attempt-times.js';
import { Bulkhead } from './bulkhead.js';
import type { CoolDownPermit, CoolDownWaiter } from './cool-down-types.js';
import type { Permit } from './permit.js';
import type { PolicyCoolDown } from './policy-cool-down.js';
import type { BulkheadOptions } from '../options/policy-options.js';
import type { RateLimitClient } from '../rate-limit/rate-limit-client.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { isInProbe } from './surrounding-permits.js';
import { hold, release } from '../../observability/outbox.js';
import { type Waiter, WaitQueue } from './wait-queue.js';

/**
 * Bulkhead and rate limit behind one queue: a call takes its slot and its allowance at the same moment, so it holds
 * neither while it waits for the other. A new call never overtakes a waiting call of its class.
 *
 * A call made inside a running one needs no slot and goes first, because the outer call cannot end before it.
 */
export class AdmissionQueue implements RateLimitClient, CoolDownWaiter {
  readonly #clock: Clock;
  readonly #queue = new WaitQueue();
  /** Calls made inside running ones; created for the first of them. */
  #inside: WaitQueue | undefined;
  readonly #bulkhead: Bulkhead;
  readonly #abandoned: AbandonedPermits;
  /** How long attempts took while others were waiting. */
  readonly times: AttemptTimes = new AttemptTimes();
  /** The rate limit in force. */
  limiter: RateLimiter | undefined;
  coolDown: PolicyCoolDown | undefined;
  #awaitsCoolDown = false;
  #draining = false;
  // As a waiter for the cool-down, the queue represents the call at its head.
  priority = 1;
  waitingSince = 0;

  constructor(
    clock: Clock,
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    coolDown: PolicyCoolDown | undefined,
  ) {
    this.#clock = clock;
    this.#bulkhead = new Bulkhead(bulkhead);
    this.#abandoned = new AbandonedPermits(clock, (now) => {
      this.#reclaim(now);
      this.wake(now);
    });
    this.limiter = limiter;
    this.coolDown = coolDown;
  }

  get waiting(): number {
    return this.#queue.size + (this.#inside?.size ?? 0);
  }

  /** Whether a call of this class needs more than a free slot, and therefore the time. */
  isCrowdedFor(priority: number): boolean {
    return this.waiting > 0 || this.#abandoned.size > 0 || !this.#bulkhead.has(priority);
  }

  get maxWaitMs(): number | undefined {
    return this.#bulkhead.options?.maxWaitMs;
  }

  /** How many calls run and wait; `undefined` if nothing limits calls. */
  get load(): { readonly running: number; readonly waiting: number } | undefined {
    const { options, running } = this.#bulkhead;
    return (options ?? this.limiter) && { running, waiting: this.waiting };
  }

  /** Applies new options; calls that run or wait are not affected. */
  configure(
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    coolDown: PolicyCoolDown | undefined,
    now: number,
  ): void {
    if (limiter !== this.limiter && this.waiting > 0) {
      this.limiter?.detach(this);
      limiter?.attach(this);
    }
    if (coolDown !== this.coolDown && this.#awaitsCoolDown) {
      this.coolDown?.leave(this);
      this.#awaitsCoolDown = false;
    }
    this.#bulkhead.options = bulkhead;
    this.limiter = limiter;
    this.coolDown = coolDown;
    this.drain(now);
  }

  /** Whether a call may start at once: there is room, and it would overtake no waiting call. */
  hasRoom(execution: Admissible, now: number): boolean {
    const { priority, cost } = execution;
    this.#reclaim(now);
    // Room that has just become free belongs to the waiting calls.
    if (this.waiting > 0 || this.limiter) this.drain(now);
    if (execution.host)
      return !this.#inside?.hasAhead(priority) && this.limiter?.canTake(cost, priority === 0, now) !== false;
    if (this.#queue.hasAhead(priority) || this.limiter?.isOwed(priority)) return false;
    return this.#bulkhead.has(priority) && this.limiter?.canTake(cost, priority === 0, now) !== false;
  }

  /** Notes a critical call that was not refused: from now on its cost is kept free. */
  noteDemand({ priority, cost }: Admissible, now: number): void {
    if (priority === 0) this.limiter?.noteDemand(cost, now);
  }

  /** Takes the slot. */
  take(permit: Permit): void {
    this.#bulkhead.take(permit);
  }

  /** Frees what an attempt holds when its work is over. */
  release(permit: Permit): void {
    if (this.#abandoned.size > 0) this.#abandoned.delete(permit);
    this.#bulkhead.part(permit.host ?? permit);
    const { allowance } = permit;
    if (!allowance && this.waiting === 0) return;
    const now = this.#clock.now();
    permit.settleAllowance(now, allowance?.spent);
    if (allowance && allowance.limiter !== this.limiter) allowance.limiter.drain(now);
    this.drain(now);
  }

  /** Notes that the work goes on after its caller was released: the slot stays taken until the work is over. */
  abandon(permit: Permit, now: number): void {
    this.#abandoned.add(permit, now);
    if (this.waiting > 0) this.#abandoned.arm(now);
  }

  /**
   * Adds a call to the queue. If the queue is full, a call of a higher class takes the place of the oldest background
   * call, which is returned so that it can be rejected. Returns `'full'` if there is no place.
   */
  enqueue(execution: Admissible, now: number): Admissible | 'full' | undefined {
    if (execution.host) {
      this.#bulkhead.join(execution.host);
      (this.#inside ??= new WaitQueue()).add(execution, now);
      this.limiter?.attach(this);
      return undefined;
    }
    const bulkhead = this.#bulkhead.options;
    const places = bulkhead ? (bulkhead.queue ?? 0) : Infinity;
    const { priority } = execution;
    const taken = priority === 0 ? this.#queue.sizeOf(0) : this.#queue.ordinarySize;
    let evicted: Admissible | undefined;
    if (taken >= places) {
      evicted = priority < 2 && places > 0 ? (this.#queue.oldest(2) as Admissible | undefined) : undefined;
      if (!evicted) return 'full';
      this.#queue.remove(evicted);
    }
    this.#queue.add(execution, now);
    this.limiter?.attach(this);
    return evicted;
  }

  /** Called after a call began to wait: if allowance is left and no call is running, only a timer would wake it. */
  wake(now: number): void {
    this.drain(now);
    if (this.waiting > 0) this.#abandoned.arm(now);
  }

  /** Removes a call; `false` if it does not wait here. The calls behind it may fit then: {@link drain}. */
  leave(execution: Admissible): boolean {
    if (this.#inside?.remove(execution)) {
      if (execution.host) this.#bulkhead.part(execution.host);
    } else if (!this.#queue.remove(execution)) return false;
    this.#restIfEmpty();
    if (this.waiting === 0 && this.#awaitsCoolDown) {
      this.coolDown?.leave(this);
      this.#awaitsCoolDown = false;
    }
    return true;
  }

  /** Starts the waiting calls that may go now. */
  drain(now: number): void {
    this.limiter?.drain(now);
    // A call that ends at once re-enters here; the loop that is already running covers that.
    if (this.limiter || this.#draining) return;
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

  nextWaiting(now: number): Admissible | undefined {
    this.#reclaim(now);
    const may = (waiter: Waiter): boolean => this.#mayLeave(waiter as Admissible, now);
    const inside = this.#inside?.first as Admissible | undefined;
    if (inside && may(inside) && (!this.#awaitsCoolDown || isInProbe(inside.within, this.coolDown)))
      return inside;
    if (this.#awaitsCoolDown) return undefined;
    // Calls of its class and below would take what it waits for.
    if (inside && (this.#queue.first?.priority ?? 0) >= inside.priority) return undefined;
    // The rate limit knows all calls that wait for it, in other policies too, so it decides whose turn it is.
    const next = this.limiter ? this.#queue.nextByClass(may) : this.#queue.next(now, may);
    return next as Admissible | undefined;
  }

  longestWaiting(now: number): Admissible | undefined {
    if (this.#awaitsCoolDown || this.waiting === 0) return undefined;
    this.#reclaim(now);
    const inside = this.#inside?.longest(() => true);
    const longest = this.#queue.longest(({ priority }) => this.#bulkhead.has(priority));
    const isOlder = inside && (!longest || inside.waitingSince <= longest.waitingSince);
    return (isOlder ? inside : longest) as Admissible | undefined;
  }

  drainOne(now: number): boolean {
    const execution = this.nextWaiting(now);
    return execution !== undefined && this.letOut(execution, now);
  }

  letOut(execution: Admissible, now: number): boolean {
    const coolDown = this.coolDown;
    const isFree = !coolDown || isInProbe(execution.within, coolDown);
    const permit = isFree ? 'idle' : coolDown.tryAcquire(now, execution.priority);
    if (permit === undefined) {
      this.#waitForCoolDown(execution, now);
      return false;
    }
    this.#admit(execution, permit === 'idle' ? undefined : permit, now);
    return true;
  }

  /** Starts the call at the head, which the cool-down lets through, unless its policy now has one of its own. */
  admit(permit: CoolDownPermit, now: number): boolean {
    this.#awaitsCoolDown = false;
    const execution = this.coolDown?.isCurrent(permit) ? this.nextWaiting(now) : undefined;
    if (execution) this.#admit(execution, permit, now);
    else permit.coolDown.settle(permit, 'nothing', now);
    // The calls behind it wait for their turn: the cool-down does not end for all at once.
    const next = this.coolDown?.isIdle === false ? this.nextWaiting(now) : undefined;
    if (next) this.#waitForCoolDown(next, now);
    else this.drain(now);
    return execution !== undefined;
  }

  #waitForCoolDown({ priority }: Admissible, now: number): void {
    if (this.#awaitsCoolDown) return;
    this.priority = priority;
    this.#awaitsCoolDown = true;
    this.coolDown?.wait(this, now);
  }

  #admit(execution: Admissible, permit: CoolDownPermit | undefined, now: number): void {
    const isInside = this.#inside?.remove(execution) === true;
    if (!isInside) this.#queue.grant(execution);
    this.#restIfEmpty();
    const hasStarted = execution.policy.admission.leaveQueue(execution, permit, now);
    if (!hasStarted) permit?.coolDown.settle(permit, 'nothing', now);
    // The waiting call kept the slot taken; from now on its attempt does.
    if (isInside && execution.host) this.#bulkhead.part(execution.host);
  }

  #mayLeave(execution: Admissible, now: number): boolean {
    const { priority, cost, host } = execution;
    const limiter = this.limiter;
    if (!host && !this.#bulkhead.has(priority)) return false;
    if (!limiter) return true;
    const critical = priority === 0;
    return limiter.canTake(cost, critical, now, execution) && limiter.isInPace(cost, critical, now);
  }

  #reclaim(now: number): void {
    if (this.#abandoned.size === 0) return;
    for (const permit of this.#abandoned.takeLate(now)) {
      permit.takeBack();
      this.#bulkhead.part(permit.host ?? permit);
      permit.settleAllowance(now);
    }
  }

  /** Once no call waits, no timer has to wake the queue. */
  #restIfEmpty(): void {
    if (this.waiting > 0) return;
    this.limiter?.detach(this);
    this.#abandoned.disarm();
  }
}
