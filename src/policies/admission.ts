import type { Clock } from '../context/clock.js';
import type { Applicant } from './applicant.js';
import { isInProbe } from './calls-around.js';
import type { CoolDown, GatePass, GateWaiter } from './cool-down.js';
import type { BulkheadOptions } from './policy-options.js';
import type { RateLimitClient } from './rate-limit-client.js';
import type { RateLimiter } from './rate-limiter.js';
import { type Holder, settlePermits, Slots } from './slots.js';
import { hold, release } from '../observability/outbox.js';
import { type Waiter, WaitQueue } from './wait-queue.js';

/**
 * Bulkhead and rate limit as one door with one queue: a call takes its slot and its allowance in the same moment, so
 * that it holds neither while it waits for the other. A newcomer never overtakes a call of its class.
 *
 * A call made inside of a running one needs no slot and goes first: what runs cannot end before it.
 */
export class Admission implements RateLimitClient, GateWaiter {
  readonly #clock: Clock;
  readonly #queue = new WaitQueue();
  /** Those that are made inside of running ones; made at the first. */
  #inside: WaitQueue | undefined;
  readonly #slots: Slots;
  #limiter: RateLimiter | undefined;
  #gate: CoolDown | undefined;
  #beforeGate = false;
  #draining = false;
  #reclaimTimer: unknown;
  // As a waiter before the gate it stands for the call at its head.
  rank = 1;
  waitingSince = 0;

  constructor(
    clock: Clock,
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    gate: CoolDown | undefined,
  ) {
    this.#clock = clock;
    this.#slots = new Slots(bulkhead);
    this.#limiter = limiter;
    this.#gate = gate;
  }

  get waiting(): number {
    const { size } = this.#queue;
    return this.#inside ? size + this.#inside.size : size;
  }

  get maxWaitMs(): number | undefined {
    return this.#slots.options?.maxWaitMs;
  }

  /** What runs and waits, where anything limits calls. */
  get load(): { readonly running: number; readonly waiting: number } | undefined {
    if (!this.#slots.options && !this.#limiter) return undefined;
    return { running: this.#slots.running, waiting: this.waiting };
  }

  /** Takes new options; calls that run or wait stay as they are. */
  configure(
    bulkhead: BulkheadOptions | undefined,
    limiter: RateLimiter | undefined,
    gate: CoolDown | undefined,
    now: number,
  ): void {
    if (limiter !== this.#limiter && this.waiting > 0) {
      this.#limiter?.detach(this);
      limiter?.attach(this);
    }
    if (gate !== this.#gate && this.#beforeGate) {
      this.#gate?.leave(this);
      this.#beforeGate = false;
    }
    this.#slots.options = bulkhead;
    this.#limiter = limiter;
    this.#gate = gate;
    this.drain(now);
  }

  /** Whether a call may go in at once: there is room, and nobody waits whom it would overtake. */
  hasRoom(applicant: Applicant, now: number): boolean {
    const { rank, cost } = applicant;
    this.#reclaim(now);
    // Room that came back a moment ago belongs to those who wait.
    if (this.waiting > 0 || this.#limiter) this.drain(now);
    const critical = rank === 0;
    if (applicant.host)
      return !this.#inside?.hasAhead(rank) && this.#limiter?.canTake(cost, critical, now) !== false;
    if (this.#queue.hasAhead(rank) || this.#limiter?.isOwed(rank)) return false;
    return this.#slots.has(rank) && this.#limiter?.canTake(cost, critical, now) !== false;
  }

  /** A critical call came that nothing refuses: what it asks for is kept free from now on. */
  noteDemand(rank: number, cost: number, now: number): void {
    if (rank === 0) this.#limiter?.noteDemand(cost, now);
  }

  /** Takes the slot and the allowance. */
  take(holder: Holder): void {
    this.#slots.take(holder);
    if (!this.#limiter) return;
    holder.limiter = this.#limiter;
    this.#limiter.take(holder.cost, holder.rank === 0);
  }

  /** The work of an attempt is over. */
  release(holder: Holder): void {
    if (!this.#slots.giveBack(holder)) return;
    const { limiter } = holder;
    if (this.waiting === 0 && !limiter) return;
    const now = this.#clock.now();
    settlePermits(holder, now, holder.spent);
    if (limiter !== this.#limiter) limiter?.drain(now);
    this.drain(now);
  }

  /** The caller was released but the work goes on: the place stays taken until the work is over. */
  abandon(holder: Holder, now: number): void {
    this.#slots.abandon(holder, now);
    this.#armReclaim(now);
  }

  /**
   * Lets a call wait. Where the queue is full a background call that waits gives up its place to one of a higher
   * class: it is returned, to be refused. `'full'` where there is no place.
   */
  enqueue(applicant: Applicant, now: number): Applicant | 'full' | undefined {
    if (applicant.host) {
      this.#slots.join(applicant.host);
      (this.#inside ??= new WaitQueue()).add(applicant, now);
      this.#limiter?.attach(this);
      return undefined;
    }
    const bulkhead = this.#slots.options;
    const places = bulkhead ? (bulkhead.queue ?? 0) : Infinity;
    const { rank } = applicant;
    const taken = rank === 0 ? this.#queue.sizeOf(0) : this.#queue.ordinarySize;
    let evicted: Applicant | undefined;
    if (taken >= places) {
      evicted = rank < 2 && places > 0 ? (this.#queue.oldest(2) as Applicant | undefined) : undefined;
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
    this.#armReclaim(now);
  }

  /** Takes a call out of the queue; `false` where it does not wait. Those behind it may fit then: {@link drain}. */
  leave(applicant: Applicant): boolean {
    if (this.#inside?.remove(applicant)) {
      if (applicant.host) this.#slots.part(applicant.host);
    } else if (!this.#queue.remove(applicant)) return false;
    this.#restIfEmpty();
    if (this.waiting === 0 && this.#beforeGate) {
      this.#gate?.leave(this);
      this.#beforeGate = false;
    }
    return true;
  }

  /** Lets out whoever may go now. */
  drain(now: number): void {
    if (this.#limiter) {
      this.#limiter.drain(now);
      return;
    }
    // A call that ends at once comes back here; the loop that runs goes on for it.
    if (this.#draining) return;
    this.#draining = true;
    hold();
    try {
      while (this.waiting > 0 && this.drainOne(now));
      this.#draining = false;
    } finally {
      release();
    }
  }

  wantsAllowance(rank: number): boolean {
    if ((this.#inside?.first?.rank ?? Infinity) <= rank) return true;
    const head = this.#queue.first;
    return head !== undefined && head.rank <= rank && this.#slots.has(head.rank);
  }

  nextWaiting(now: number): Applicant | undefined {
    this.#reclaim(now);
    const may = (waiter: Waiter): boolean => this.#mayLeave(waiter as Applicant, now);
    const inside = this.#inside?.first as Applicant | undefined;
    if (inside && may(inside) && (!this.#beforeGate || isInProbe(inside.within, this.#gate))) return inside;
    if (this.#beforeGate) return undefined;
    // Those of its class and below would take what it waits for.
    if (inside && (this.#queue.first?.rank ?? 0) >= inside.rank) return undefined;
    // The rate limit knows all that wait for it, also those of other policies, and so keeps the turns.
    const next = this.#limiter ? this.#queue.nextByClass(may) : this.#queue.next(now, may);
    return next as Applicant | undefined;
  }

  longestWaiting(now: number): Applicant | undefined {
    if (this.#beforeGate || this.waiting === 0) return undefined;
    this.#reclaim(now);
    const inside = this.#inside?.longest(() => true);
    const longest = this.#queue.longest(({ rank }) => this.#slots.has(rank));
    const isOlder = inside && (!longest || inside.waitingSince <= longest.waitingSince);
    return (isOlder ? inside : longest) as Applicant | undefined;
  }

  drainOne(now: number): boolean {
    const applicant = this.nextWaiting(now);
    return applicant !== undefined && this.letOut(applicant, now);
  }

  letOut(applicant: Applicant, now: number): boolean {
    const gate = this.#gate;
    const isFree = !gate || isInProbe(applicant.within, gate);
    const pass = isFree ? 'open' : gate.tryPass(now, applicant.rank);
    if (pass === undefined) {
      this.#waitAtGate(applicant, now);
      return false;
    }
    this.#admit(applicant, pass === 'open' ? undefined : pass, now);
    return true;
  }

  /** The gate lets the call at the head through. */
  pass(pass: GatePass, now: number): boolean {
    this.#beforeGate = false;
    const applicant = this.nextWaiting(now);
    if (applicant) this.#admit(applicant, pass, now);
    else this.#gate?.settle(pass, 'nothing', now);
    // Those behind it take their turn at the gate: it does not open for all at once.
    const next = this.#gate?.isOpen === false ? this.nextWaiting(now) : undefined;
    if (next) this.#waitAtGate(next, now);
    else this.drain(now);
    return applicant !== undefined;
  }

  #waitAtGate({ rank }: Applicant, now: number): void {
    if (this.#beforeGate) return;
    this.rank = rank;
    this.#beforeGate = true;
    this.#gate?.wait(this, now);
  }

  #admit(applicant: Applicant, pass: GatePass | undefined, now: number): void {
    const isInside = this.#inside?.remove(applicant) === true;
    if (!isInside) this.#queue.grant(applicant);
    if (applicant.rank !== 0) this.#limiter?.countPace(applicant.cost, now);
    this.#restIfEmpty();
    if (applicant.mayStart(now)) applicant.start(pass, now);
    else if (pass) this.#gate?.settle(pass, 'nothing', now);
    // It kept the slot while it waited; from now on its attempt does.
    if (isInside && applicant.host) this.#slots.part(applicant.host);
  }

  #mayLeave(applicant: Applicant, now: number): boolean {
    const { rank, cost, host } = applicant;
    const limiter = this.#limiter;
    if (!host && !this.#slots.has(rank)) return false;
    if (!limiter) return true;
    return limiter.canTake(cost, rank === 0, now, applicant) && limiter.isInPace(cost, rank === 0, now);
  }

  #reclaim(now: number): void {
    for (const holder of this.#slots.reclaim(now)) settlePermits(holder, now);
  }

  #armReclaim(now: number): void {
    const { reclaimsAt } = this.#slots;
    if (reclaimsAt === undefined || this.waiting === 0 || this.#reclaimTimer !== undefined) return;
    this.#reclaimTimer = this.#clock.setTimeout(
      () => {
        this.#reclaimTimer = undefined;
        const later = this.#clock.now();
        this.#reclaim(later);
        this.drain(later);
        this.#armReclaim(later);
      },
      Math.max(1, Math.ceil(reclaimsAt - now)),
    );
  }

  /** Nobody waits any more: nothing has to wake up for it. */
  #restIfEmpty(): void {
    if (this.waiting > 0) return;
    this.#limiter?.detach(this);
    if (this.#reclaimTimer === undefined) return;
    this.#clock.clearTimeout(this.#reclaimTimer);
    this.#reclaimTimer = undefined;
  }
}
