import type { Admission } from './admission.js';
import type { Admissible } from './admissible.js';
import type { Circuit, CircuitPermit } from '../circuit-breaker/circuit.js';
import type { CoolDownPermit } from './cool-down-types.js';
import type { EarlyEntries } from '../rate-limit/limit-windows.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';

/** Critical calls that waited longer for a cool-down come all at once, when it is over. */
const longWaitMs = 1_000;

/** What an attempt took from a rate limit. */
interface Allowance {
  /** Another rate limit may be in force when the attempt is over. */
  readonly limiter: RateLimiter;
  /** Whether it takes what is kept for critical calls: one that waited for a ban was expected in an earlier window. */
  readonly isUrgent: boolean;
  /** What its requests took, where somebody tells; the cost, which is asked for beforehand, is a guess. */
  spent: number | undefined;
  /** What was counted already while a call inside waited for the same limit. */
  early?: EarlyEntries | undefined;
}

/**
 * What admission gave to one attempt: a permit of the circuit, a slot, an allowance, and a permit of the cool-down. First
 * it is settled, so that circuit and cool-down know before anybody takes the slot; when the work is over, it is
 * released.
 */
export class Permit {
  // Declared, and set by the constructor, as in Execution.
  declare private readonly execution: Admissible;
  declare private circuitPermit: CircuitPermit | undefined;
  /** The permit of the cool-down, until it is settled. */
  declare coolDownPermit: CoolDownPermit | undefined;
  declare private holdsSlot: boolean;
  /** What it took from a rate limit, until that is settled. */
  declare allowance: Allowance | undefined;
  /** Where it was made inside a call of the same policy: the permit whose slot they share. */
  declare readonly host: Permit | undefined;
  /** How many share the slot that it took, itself among them. */
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

  /** Whether it is that of a trial of this circuit. */
  isTrialOf(circuit: Circuit): boolean {
    return this.circuitPermit !== undefined && circuit.isTrial(this.circuitPermit);
  }

  /** Whether it matters when the attempt is answered. */
  get needsTime(): boolean {
    const { coolDown } = this.admission;
    return (
      this.execution.circuit?.needsTime === true ||
      this.coolDownPermit !== undefined ||
      coolDown?.isWatching === true
    );
  }

  /** Takes what admission has found free. */
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
    const { priority, waitingSince } = this.execution;
    const isLate = this.coolDownPermit !== undefined && now - waitingSince >= longWaitMs;
    const isUrgent = priority === 0 && !isLate;
    this.allowance = { limiter, isUrgent, spent: undefined };
    limiter.take(this.cost, isUrgent);
  }

  /** The attempt was answered well. */
  succeed(startedAt: number | undefined, now: number): void {
    const permit = this.takeCircuitPermit();
    if (permit) this.execution.circuit?.success(permit, startedAt, now);
    const { coolDown } = this.admission;
    if (!coolDown) return;
    this.settleCoolDown('answered', now);
    if (coolDown.isWatching) coolDown.answered(startedAt ?? now, now);
  }

  /** The attempt failed; `error` is what the circuit counts, if it counts it. */
  fail(counts: boolean, error: unknown, startedAt: number | undefined, now: number): void {
    const permit = this.takeCircuitPermit();
    if (!permit) return;
    if (counts) this.execution.circuit?.failure(permit, startedAt, now, error);
    else this.execution.circuit?.release(permit);
  }

  /** Gives the permit of the cool-down back: the exchange answered, or nobody learned anything. */
  settleCoolDown(result: 'answered' | 'nothing', now: number): void {
    const permit = this.takeCoolDownPermit();
    if (permit) this.admission.coolDown?.settle(permit, result, now);
  }

  /** The attempt ended in a way that says nothing of the exchange. */
  drop(now: number): void {
    this.fail(false, undefined, now, now);
    this.settleCoolDown('nothing', now);
  }

  /** The work is over: gives back slot and allowance. */
  release(): void {
    if (!this.holdsSlot) return;
    this.holdsSlot = false;
    this.admission.queue?.release(this);
  }

  /** The caller goes on without the attempt; its slot stays taken until its work is over. */
  abandon(now: number): void {
    if (this.holdsSlot) this.admission.queue?.abandon(this, now);
  }

  /** The work goes on for too long after its caller was released: others take its place. */
  takeBack(): void {
    this.holdsSlot = false;
  }

  /** The exchange refused it by its limit: where it was one request, it took nothing. */
  spendNothing(): void {
    if (this.allowance && this.cost === 1) this.allowance.spent ??= 0;
  }

  /** What it took from a rate limit is counted from now on: it comes back one window later. */
  settleAllowance(now: number, spent: number = this.cost): void {
    const { allowance } = this;
    this.allowance = undefined;
    allowance?.limiter.settle(this.cost, allowance.isUrgent, now, spent, allowance.early);
  }

  /** A call inside needs permits of the same limit: those of this one come back meanwhile, and count anew at its end. */
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
