import { hold, release } from '../../observability/outbox.js';
import type { AdmissionQueue } from './admission-queue.js';
import type { Admissible, Rejection } from './admissible.js';
import { callEvents } from '../events/call-events.js';
import type { CircuitBreaker } from '../circuit-breaker/circuit-breaker.js';
import type { CoolDownPermit } from './cool-down-types.js';
import { ownErrors } from '../rules/own-errors.js';
import { Permit } from './permit.js';
import type { PolicyCoolDown } from './policy-cool-down.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { isInProbe, isInTrial, joinSurroundingPermits } from './surrounding-permits.js';

/** How often a call that waits checks the circuit again, by class, so that urgent calls are the first in the queue. */
const circuitLookMs = [20, 100, 200] as const;

/** The stages of admission; a stage that is off is `undefined`. */
export interface AdmissionStages {
  readonly circuits: CircuitBreaker | undefined;
  /** Whether calls wait for an open circuit instead of being rejected. */
  readonly waitsForCircuit: boolean;
  readonly queue: AdmissionQueue | undefined;
  readonly limiter: RateLimiter | undefined;
  readonly coolDown: PolicyCoolDown | undefined;
}

/**
 * The only entrance of a policy. It checks the circuit, then slot and allowance, then the cool-down. An execution that
 * passes all of them starts with one {@link Permit}.
 */
export class Admission implements AdmissionStages {
  readonly circuits: CircuitBreaker | undefined;
  readonly waitsForCircuit: boolean;
  readonly queue: AdmissionQueue | undefined;
  readonly limiter: RateLimiter | undefined;
  readonly coolDown: PolicyCoolDown | undefined;
  /** Whether nothing limits the policy. */
  readonly #isFree: boolean;
  readonly #isTimed: boolean;

  constructor({ circuits, waitsForCircuit, queue, limiter, coolDown }: AdmissionStages) {
    this.circuits = circuits;
    this.waitsForCircuit = waitsForCircuit;
    this.queue = queue;
    this.limiter = limiter;
    this.coolDown = coolDown;
    this.#isFree = !circuits && !queue && !coolDown;
    this.#isTimed = Boolean(limiter ?? coolDown);
  }

  /** Whether an execution may start without the time: the circuit is closed, no call waits, and a slot is free. */
  isOpenTo({ circuit, priority, within }: Admissible): boolean {
    if (this.#isFree) return true;
    if (this.#isTimed || circuit?.needsTime === true) return false;
    const { queue } = this;
    return !queue || (!within && !queue.isCrowdedFor(priority));
  }

  /** Starts an execution for which {@link Admission.isOpenTo} returned true; its start time is not used. */
  letIn(execution: Admissible): void {
    execution.start(this.#isFree ? undefined : new Permit(execution, undefined), 0);
  }

  /** Starts an execution now or when it is its turn, or returns why it is rejected. */
  request(execution: Admissible, now: number): 'admitted' | 'waiting' | Rejection {
    if (this.#isFree) {
      execution.start(undefined, now);
      return 'admitted';
    }
    const { coolDown } = this;
    // Checked first, because it starts waiting calls, which may change the circuit.
    const hasRoom = this.#hasRoom(execution, now);
    const kept = this.#keptByCircuit(execution, now);
    if (kept) return kept;
    this.queue?.noteDemand(execution, now);
    if (!hasRoom) return this.#enqueue(execution, now);
    if (!coolDown || coolDown.isIdle) {
      this.#start(execution, undefined, now);
      return 'admitted';
    }
    hold();
    try {
      const permit = isInProbe(execution.within, coolDown)
        ? 'idle'
        : coolDown.tryAcquire(now, execution.priority);
      if (permit === undefined) return this.#waitForCoolDown(coolDown, execution, now);
      this.#start(execution, permit === 'idle' ? undefined : permit, now);
      return 'admitted';
    } finally {
      release();
    }
  }

  /** Starts a call that the cool-down lets through; returns whether it started. */
  leaveCoolDown(execution: Admissible, permit: CoolDownPermit, now: number): boolean {
    execution.disarm();
    if (now >= execution.deadlineAt) {
      permit.coolDown.settle(permit, 'nothing', now);
      execution.runOut(now);
      return false;
    }
    if (this.coolDown?.isCurrent(permit) === false) {
      // Meanwhile its policy has a cool-down of its own, so it would show nothing about the one of the scope.
      permit.coolDown.settle(permit, 'nothing', now);
      const answer = this.request(execution, now);
      if (answer !== 'admitted') rejectIfSo(execution, answer, now);
      return answer === 'admitted';
    }
    const hasRoom = this.#hasRoom(execution, now);
    const kept = this.#keptByCircuit(execution, now);
    if (hasRoom && !kept) {
      this.#start(execution, permit, now);
      return true;
    }
    rejectIfSo(execution, kept, now);
    permit.coolDown.settle(permit, 'nothing', now);
    if (!kept) rejectIfSo(execution, this.#enqueue(execution, now), now);
    return false;
  }

  /** Starts a call that has left the queue; returns whether it started. */
  leaveQueue(execution: Admissible, permit: CoolDownPermit | undefined, now: number): boolean {
    execution.disarm();
    callEvents.dequeued(execution, 'admitted', this.waiting, now);
    if (this.#hasTooLittleTime(execution, now) && !execution.isOver) {
      execution.runOut(now);
      return false;
    }
    if (execution.priority !== 0) this.queue?.limiter?.countPace(execution.cost, now);
    const kept = this.#keptByCircuit(execution, now);
    if (kept) rejectIfSo(execution, kept, now);
    else this.#start(execution, permit, now);
    return !kept;
  }

  /**
   * Whether a call that waited has less time left than attempts usually take: it would use a permit and time out. A
   * critical call is sent all the same, and so is every call that has half of its deadline left.
   */
  #hasTooLittleTime({ deadlineAt, policy, priority }: Admissible, now: number): boolean {
    const usualMs = priority === 0 ? 0 : (this.queue?.times.usualMs ?? 0);
    return now + Math.min(usualMs, (policy.deadlineMs ?? Infinity) / 2) >= deadlineAt;
  }

  /** Removes an execution from the queue in which it waits. */
  leave(execution: Admissible, outcome: 'aborted' | 'refused', now: number): void {
    const { queue } = this;
    if (queue?.leave(execution)) {
      // Before the calls behind it start, so that the events are in the same order.
      callEvents.dequeued(execution, outcome, this.waiting, now);
      queue.drain(now);
    } else this.coolDown?.leave(execution);
  }

  /** The number of calls that wait for a slot or an allowance. */
  get waiting(): number {
    return this.queue?.waiting ?? 0;
  }

  #start(execution: Admissible, permit: CoolDownPermit | undefined, now: number): void {
    execution.start(new Permit(execution, permit), now);
  }

  #hasRoom(execution: Admissible, now: number): boolean {
    const { queue } = this;
    if (!queue) return true;
    const { within } = execution;
    execution.host = within && joinSurroundingPermits(within, queue, this, now);
    return queue.hasRoom(execution, now);
  }

  /** Whether the circuit, or the end of the execution (a listener may have aborted it), keeps it from starting. */
  #keptByCircuit(execution: Admissible, now: number): 'waiting' | Rejection | undefined {
    if (execution.isOver) return 'waiting';
    const { circuit } = execution;
    const waitMs = circuit?.refusedForMs(now) ?? 0;
    if (waitMs === 0 || isInTrial(execution.within, circuit)) return undefined;
    if (!this.waitsForCircuit || now + waitMs >= execution.deadlineAt) {
      return { reason: 'circuit-open', error: ownErrors.circuitOpen(execution, waitMs) };
    }
    // A trial may close the circuit before it frees its place.
    const lookMs = circuitLookMs[execution.priority as 0 | 1 | 2];
    execution.wait(now + (waitMs <= lookMs ? waitMs + execution.priority : lookMs), 'retry', now);
    callEvents.held(execution, 'circuit-open', waitMs, now);
    return 'waiting';
  }

  #enqueue(execution: Admissible, now: number): 'waiting' | Rejection {
    const { queue } = this;
    if (!queue) return 'waiting';
    const { deadlineAt } = execution;
    const patienceEnds = now + (queue.maxWaitMs ?? Infinity);
    if (patienceEnds < deadlineAt) execution.wait(patienceEnds, 'queue', now);
    else execution.wait(deadlineAt, 'deadline', now);
    hold();
    try {
      const evicted = queue.enqueue(execution, now);
      if (evicted === 'full') return bulkheadFull(execution, 'has no slot and no place in the queue');
      callEvents.queued(execution, this.waiting, now);
      if (evicted) {
        callEvents.dequeued(evicted, 'refused', this.waiting, now);
        evicted.reject(bulkheadFull(evicted, 'gave its place in the queue to a more urgent call'), now);
      }
      queue.wake(now);
      return 'waiting';
    } finally {
      release();
    }
  }

  #waitForCoolDown(coolDown: PolicyCoolDown, execution: Admissible, now: number): 'waiting' | Rejection {
    const activeForMs = coolDown.activeForMs(now);
    if (now + activeForMs >= execution.deadlineAt) {
      return { reason: 'cool-down', error: ownErrors.coolingDown(execution, activeForMs, coolDown.error) };
    }
    execution.wait(execution.deadlineAt, 'deadline', now);
    callEvents.held(execution, 'cool-down', activeForMs, now);
    coolDown.wait(execution, now);
    return 'waiting';
  }
}

function bulkheadFull(execution: Admissible, what: string): Rejection {
  return { reason: 'bulkhead-full', error: ownErrors.bulkheadFull(execution, what) };
}

function rejectIfSo(execution: Admissible, answer: 'waiting' | Rejection | undefined, now: number): void {
  if (answer !== undefined && answer !== 'waiting') execution.reject(answer, now);
}
