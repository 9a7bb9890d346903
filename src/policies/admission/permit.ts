import type { Admission } from './admission.js';
import type { Admissible } from './admissible.js';
import type { Circuit, CircuitPermit } from '../circuit-breaker/circuit.js';
import type { CoolDownPermit } from './cool-down-types.js';
import type { EarlyEntries } from '../rate-limit/limit-windows.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';

/** What an attempt has taken from a rate limit. */
interface Allowance {
  /** The limit at that time: another one may be in force when the attempt is over. */
  readonly limiter: RateLimiter;
  /** Whether it uses the critical reserve: a call that waited for a ban was expected in an earlier window. */
  readonly isUrgent: boolean;
  /** What its requests actually cost, if reported; the cost taken beforehand is an estimate. */
  spent: number | undefined;
  /** What was counted early, while an inner call waited for the same limit. */
  early?: EarlyEntries | undefined;
}

/**
 * What admission granted to one attempt: a permit of the circuit, a slot, an allowance, and a permit of the cool-down.
 * It is settled first, so that the circuit and the cool-down are informed before another call takes the slot, and
 * released when the work is over.
 */
export class Permit {
  // Declared here and assigned in the constructor, as in Execution.
  declare private readonly execution: Admissible;
  declare private circuitPermit: CircuitPermit | undefined;
  /** The permit of the cool-down, until it is settled. */
  declare coolDownPermit: CoolDownPermit | undefined;
  declare private holdsSlot: boolean;
  /** What it has taken from a rate limit, until that is settled. */
  declare allowance: Allowance | undefined;
  /** The permit whose slot it shares, if its call was made inside one of the same policy. */
  declare readonly host: Permit | undefined;
  /** The number of calls that share its slot, including its own. */
  declare sharers: number;

  constructor(execution: Admissible, coolDownPermit: CoolDownPermit | undefined) {
    this.execution = execution;
    this.circuitPermit = undefined;
    this.coolDownPermit = coolDownPermit;
    this.holdsSlot = false;
    this.allowance = undefined;
    this.host = execution.host;
    this.sharers = 0;
  }

  get priority(): number {
    return this.execution.priority;
  }

  get cost(): number {
    return this.execution.cost;
  }

  get admission(): Admission {
    return this.execution.policy.admission;
  }

  /** Whether it belongs to a trial of this circuit. */
  isTrialOf(circuit: Circuit): boolean {
    return this.circuitPermit !== undefined && circuit.isTrial(this.circuitPermit);
  }

  /** Whether the time of the answer matters. */
  get needsTime(): boolean {
    return this.execution.circuit?.needsTime === true || this.awaitsAnswer || this.admission.waiting > 0;
  }

  /** Takes what admission found free. */
  take(now: number): void {
    const { circuit, policy } = this.execution;
    const { queue } = policy.admission;
    this.circuitPermit = circuit?.acquire(now);
    if (!queue) return;
    queue.take(this);
    this.holdsSlot = true;
    if (queue.limiter) this.takeAllowance(queue.limiter, now);
  }

  private takeAllowance(limiter: RateLimiter, now: number): void {
    const { priority } = this.execution;
    const isUrgent = priority === 0 && limiter.isUrgent(this.execution.waitedMs(now), now);
    this.allowance = { limiter, isUrgent, spent: undefined };
    limiter.take(this.cost, isUrgent);
  }

  /** Settles the permit of an attempt that succeeded. */
  succeed(startedAt: number | undefined, now: number): void {
    const permit = this.takeCircuitPermit();
    if (permit) this.execution.circuit?.success(permit, startedAt, now);
    const { coolDown, queue } = this.admission;
    if (queue && queue.waiting > 0 && startedAt !== undefined) queue.times.note(now - startedAt);
    if (coolDown) this.answered(startedAt, now);
  }

  /** Whether an answer matters to the cool-down. */
  get awaitsAnswer(): boolean {
    return this.coolDownPermit !== undefined || this.admission.coolDown?.isWatching === true;
  }

  /** Tells the cool-down that the exchange answered the attempt, or one of its requests. */
  answered(startedAt: number | undefined, now: number): void {
    const { coolDown } = this.admission;
    // First, because the end of a cool-down lets further calls go.
    if (coolDown?.isWatching) coolDown.answered(startedAt ?? now, now);
    this.settleCoolDown('answered', now);
  }

  /** Settles the circuit's permit after a failure; `error` is what the circuit records if the failure `counts`. */
  fail(counts: boolean, error: unknown, startedAt: number | undefined, now: number): void {
    const permit = this.takeCircuitPermit();
    if (!permit) return;
    if (counts) this.execution.circuit?.failure(permit, startedAt, now, error);
    else this.execution.circuit?.release(permit);
  }

  /** Settles the permit of the cool-down: the exchange answered, or nothing was learned. */
  settleCoolDown(result: 'answered' | 'nothing', now: number): void {
    const permit = this.takeCoolDownPermit();
    permit?.coolDown.settle(permit, result, now);
  }

  /** Settles the permit of an attempt whose end says nothing about the exchange. */
  drop(now: number): void {
    this.fail(false, undefined, now, now);
    this.settleCoolDown('nothing', now);
  }

  /** Frees the slot and the allowance when the work is over. */
  release(): void {
    if (!this.holdsSlot) return;
    this.holdsSlot = false;
    this.admission.queue?.release(this);
  }

  /** Releases the caller; the slot stays taken until the work is over. */
  abandon(now: number): void {
    if (this.holdsSlot) this.admission.queue?.abandon(this, now);
  }

  /** Withdraws the slot from work that goes on for too long after its caller was released. */
  takeBack(): void {
    this.holdsSlot = false;
  }

  /** Notes a rate-limit answer: a call of a single request used up nothing. */
  spendNothing(): void {
    if (this.allowance && this.cost === 1) this.allowance.spent ??= 0;
  }

  /** Starts the window of what it took from the rate limit, which comes back one window later. */
  settleAllowance(now: number, spent: number = this.cost): void {
    const { allowance } = this;
    this.allowance = undefined;
    allowance?.limiter.settle(this.cost, allowance.isUrgent, now, spent, allowance.early);
  }

  /** Settles the allowance early, because an inner call needs the same limit; it is settled again at the end. */
  settleEarly(now: number): void {
    const { allowance } = this;
    if (allowance) allowance.early ??= allowance.limiter.settleEarly(this.cost, allowance.isUrgent, now);
  }

  private takeCircuitPermit(): CircuitPermit | undefined {
    const permit = this.circuitPermit;
    this.circuitPermit = undefined;
    return permit;
  }

  private takeCoolDownPermit(): CoolDownPermit | undefined {
    const permit = this.coolDownPermit;
    this.coolDownPermit = undefined;
    return permit;
  }
}
