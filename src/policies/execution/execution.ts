import { type CallContext, callContextOf, currentCallContext } from '../../core/context/call-context.js';
import { beginAccompanied, isAccompanied } from '../../observability/companions.js';
import type { CallHeld } from '../../observability/events.js';
import { joinSignal, leaveSignal } from '../../core/abort-listeners.js';
import type { Rejection, WaitEnd } from '../admission/admissible.js';
import type { Attempt } from './attempt.js';
import { callEvents } from '../events/call-events.js';
import type { Circuit } from '../circuit-breaker/circuit.js';
import type { CoolDownPermit } from '../admission/cool-down-types.js';
import { armTimer, disarmTimer, type TimerPurpose } from './execution-timer.js';
import { abortByCaller, failLater, timeIsUp } from './interruptions.js';
import type { Links } from '../admission/wait-queue.js';
import { levels } from '../options/priorities.js';
import { ownErrors } from '../rules/own-errors.js';
import type { Permit } from '../admission/permit.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { type ExecutionState, type Recoverable, Recovery } from './recovery.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import { runMethod } from './run-method.js';
import { startAttempt } from './start-attempt.js';

/**
 * One execution on its way through the pipeline: admission, an attempt, the handling of its failure, and again from
 * the start. It is a single object with a single timer, so that a successful execution costs little.
 */
export class Execution implements Recoverable {
  // Declared here and assigned in the constructor: V8 runs initializers, also of private fields, in an extra function.
  declare readonly policy: CompiledPolicy;
  declare readonly options: ExecuteOptions;
  declare private readonly work: (context: CallContext) => unknown;
  declare readonly circuit: Circuit | undefined;
  /** The attempt inside which the call was made. */
  declare readonly within: CallContext | undefined;
  declare readonly priority: number;
  declare state: ExecutionState;
  declare timer: unknown;
  declare attempt: Attempt | undefined;
  declare recovery: Recovery | undefined;
  // `undefined` instead of a number while unused: each number would be a separate heap object.
  /** `undefined` until something needs the time. */
  declare startedAt: number | undefined;
  declare private deadline: number | undefined;
  declare private queuedAt: number | undefined;
  /** Its place in a queue. */
  declare links: Links | undefined;
  declare heldFor: CallHeld['reason'] | undefined;
  declare host: Permit | undefined;
  declare attempts: number;
  declare callId: number;
  // The outcome goes to the promise of the attempt if that is the answer, otherwise to the two callbacks.
  declare private answer: Promise<unknown> | undefined;
  declare private succeed: ((value: unknown) => void) | undefined;
  declare private fail: ((error: unknown) => void) | undefined;
  /** The outcome, if it came before there was a callback for it. */
  declare private ended: { readonly ok: boolean; readonly result: unknown } | undefined;

  constructor(policy: CompiledPolicy, work: (context: CallContext) => unknown, options: ExecuteOptions) {
    const { key, outer, priority, signal } = options;
    this.policy = policy;
    this.options = options;
    this.work = work;
    this.circuit = policy.admission.circuits?.of(key);
    this.within = outer ?? (signal && callContextOf(signal)) ?? currentCallContext();
    this.priority = priority === undefined ? levels.normal : levels[priority];
    this.state = 'new';
    this.timer = undefined;
    this.attempt = undefined;
    this.recovery = undefined;
    this.startedAt = undefined;
    this.deadline = undefined;
    this.queuedAt = undefined;
    this.links = undefined;
    this.heldFor = undefined;
    this.host = undefined;
    this.attempts = 0;
    this.callId = 0;
    this.answer = undefined;
    this.succeed = undefined;
    this.fail = undefined;
    this.ended = undefined;
  }

  get deadlineAt(): number {
    return this.deadline ?? Infinity;
  }

  get waitingSince(): number {
    return this.queuedAt ?? 0;
  }

  set waitingSince(now: number) {
    this.queuedAt = now;
  }

  waitedMs(now: number): number {
    return this.queuedAt === undefined ? 0 : now - this.queuedAt;
  }

  get cost(): number {
    return this.options.cost ?? this.policy.cost;
  }

  get coolDown(): object | undefined {
    return this.policy.admission.coolDown;
  }

  private get isRead(): boolean {
    return (this.options.effect ?? this.policy.effect) === 'read';
  }

  get mayRepeat(): boolean {
    return this.isRead || this.options.idempotent === true;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  /** Whether an attempt may have been executed and this has not been disproved. */
  get isInDoubt(): boolean {
    return this.recovery?.isInDoubt === true;
  }

  get lastError(): unknown {
    return this.recovery?.lastError;
  }

  /** Handles the failures; created on the first one. */
  get failures(): Recovery {
    return (this.recovery ??= new Recovery(this));
  }

  /** Reads the clock. */
  now(): number {
    const now = this.policy.clock.now();
    this.startedAt ??= now;
    return now;
  }

  /**
   * Starts the execution and returns its outcome. If nothing else can end the execution, the promise derived from the
   * one that the method returns is the answer, and no other promise is created.
   */
  execute(): Promise<unknown> {
    this.proceed();
    return this.answer ?? this.outcome();
  }

  /** Starts the execution and reports its outcome to the callbacks. */
  begin(succeed: (value: unknown) => void, fail: (error: unknown) => void): void {
    this.succeed = succeed;
    this.fail = fail;
    this.proceed();
  }

  private outcome(): Promise<unknown> {
    return new Promise((succeed, fail) => {
      this.succeed = succeed;
      this.fail = fail;
      if (this.ended) (this.ended.ok ? succeed : fail)(this.ended.result);
    });
  }

  private proceed(): void {
    const { policy } = this;
    // Reading the clock is a large part of the cost of a call.
    if (policy.isTimed || this.options.signal || callEvents.wantStarted(policy) || isAccompanied()) {
      this.proceedInTime();
    } else if (policy.admission.isOpenTo(this)) policy.admission.letIn(this);
    else this.enter(this.now());
  }

  private proceedInTime(): void {
    const { policy } = this;
    const { signal } = this.options;
    const now = this.now();
    if (policy.deadlineMs !== undefined) this.deadline = now + policy.deadlineMs;
    if (isAccompanied()) this.callId = beginAccompanied(policy.pipeline);
    callEvents.started(this, now);
    if (signal) {
      if (signal.aborted) {
        this.end(false, signal.reason, now, 'aborted');
        return;
      }
      joinSignal(signal, this);
    }
    if (policy.retry) policy.retry.budget?.recordCall(now);
    this.enter(now);
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    abortByCaller(this);
  }

  onTimer(purpose: TimerPurpose, now: number): void {
    timeIsUp(this, purpose, now);
  }

  arm(at: number, purpose: TimerPurpose, now: number): void {
    armTimer(this, at, purpose, now);
  }

  disarm(): void {
    if (this.timer !== undefined) disarmTimer(this);
  }

  /** Requests admission. */
  enter(now: number): void {
    if (now >= this.deadlineAt) {
      this.runOut(now);
      return;
    }
    const answer = this.policy.admission.request(this, now);
    if (typeof answer === 'object') this.reject(answer, now);
  }

  wait(until: number, end: WaitEnd, now: number): void {
    this.state = 'waiting';
    this.arm(until, end, now);
  }

  admit(permit: CoolDownPermit, now: number): boolean {
    return this.policy.admission.leaveCoolDown(this, permit, now);
  }

  reject(rejection: Rejection, now: number): void {
    callEvents.refused(this, rejection.reason, rejection.error, now);
    this.disarm();
    this.failures.rejected(rejection, now);
  }

  /** The deadline passed while no attempt was running. */
  runOut(now: number): void {
    const status = this.isInDoubt || this.isRead ? undefined : 'not-executed';
    this.reject({ reason: 'deadline', error: ownErrors.timedOut(this, 'deadline', status) }, now);
  }

  /** Removes the execution from the queue in which it waits, if any. */
  leaveWait(now: number): void {
    this.disarm();
    if (this.state !== 'waiting') return;
    this.policy.admission.leave(this, this.options.signal?.aborted ? 'aborted' : 'refused', now);
  }

  start(permit: Permit | undefined, now: number): void {
    startAttempt(this, permit, now);
  }

  /** Calls the method for an attempt. */
  run(attempt: Attempt): void {
    // A listener may have aborted the execution.
    if (this.attempt !== attempt) {
      attempt.release();
      return;
    }
    const settled = runMethod(this, attempt, this.work);
    // If neither a time limit nor the caller can end the execution, only its attempt does.
    if (!this.succeed && !this.policy.isLimited && !this.options.signal) this.answer = settled;
  }

  /** Returns what the promise of a failed attempt resolves to: the outcome, if that promise is the answer. */
  afterFailure(): Promise<unknown> | undefined {
    if (!this.answer || this.succeed) return undefined;
    if (this.ended?.ok === false) throw this.ended.result;
    return this.outcome();
  }

  end(
    ok: boolean,
    result: unknown,
    now: number,
    outcome: 'success' | 'failure' | 'aborted',
    failure: unknown = result,
  ): void {
    if (this.isOver) return;
    this.state = 'over';
    this.disarm();
    if (this.options.signal) leaveSignal(this.options.signal, this);
    if (!this.succeed) {
      if (!this.answer || outcome !== 'success') this.ended = { ok, result };
    } else if (ok) this.succeed(result);
    else if (outcome === 'aborted') void failLater(this.fail, result);
    else this.fail?.(result);
    callEvents.settled(this, outcome, failure, ok, now);
  }
}
