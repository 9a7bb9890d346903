import { type CallContext, callContextOf, currentCallContext } from '../context/call-context.js';
import { beginAccompanied, isAccompanied } from '../observability/companions.js';
import type { CallHeld } from '../observability/events.js';
import { hold, isWhole, release, whenWhole } from '../observability/outbox.js';
import { joinSignal, leaveSignal } from './abort-listeners.js';
import type { Rejection, WaitEnd } from './applicant.js';
import { Attempt } from './attempt.js';
import { callEvents } from './call-events.js';
import type { Circuit } from './circuit.js';
import type { CoolDownPass } from './cool-down-types.js';
import type { ExecutionState } from './execution-state.js';
import { ExecutionTimer, type TimerPurpose } from './execution-timer.js';
import { ownErrors } from './own-errors.js';
import type { Permit } from './permit.js';
import type { Plan } from './plan.js';
import { rankOf } from './priorities.js';
import { type Recoverable, Recovery } from './recovery.js';
import { reportFailure } from './report-failure.js';
import type { ExecuteOptions } from './resilience-policy.js';
import { type AttemptListener, runMethod } from './run-method.js';
import type { Links } from './wait-queue.js';

/**
 * One execution on its way through the pipeline: admission, the attempt, what its failure leads to, and round again.
 * It is one object with one timer, so that one that succeeds costs little.
 */
export class Execution extends ExecutionTimer implements Recoverable, AttemptListener {
  readonly plan: Plan;
  readonly options: ExecuteOptions;
  readonly circuit: Circuit | undefined;
  readonly within: CallContext | undefined;
  readonly #work: (context: CallContext) => unknown;
  readonly #succeed: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  state: ExecutionState = 'new';
  startedAt = 0;
  deadlineAt: number = Infinity;
  attempts = 0;
  callId = 0;
  // While it waits for admission.
  waitingSince = 0;
  links: Links | undefined = undefined;
  heldFor: CallHeld['reason'] | undefined = undefined;
  host: Permit | undefined = undefined;
  #attempt: Attempt | undefined = undefined;
  #recovery: Recovery | undefined = undefined;

  constructor(
    plan: Plan,
    work: (context: CallContext) => unknown,
    options: ExecuteOptions,
    succeed: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.plan = plan;
    this.options = options;
    this.#work = work;
    this.#succeed = succeed;
    this.#reject = reject;
    this.circuit = plan.admission.circuits?.of(options.key);
    const { outer, signal } = options;
    this.within = outer ?? (signal && callContextOf(signal)) ?? currentCallContext();
  }

  get rank(): number {
    const { priority } = this.options;
    return priority === undefined ? rankOf.normal : rankOf[priority];
  }

  get cost(): number {
    return this.options.cost ?? this.plan.cost;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  get mayRepeat(): boolean {
    const { effect = this.plan.effect, idempotent } = this.options;
    return effect === 'read' || idempotent === true;
  }

  /** Whether an attempt may have been executed that nobody has disproved. */
  get exposed(): boolean {
    return this.#recovery?.exposed === true;
  }

  get lastError(): unknown {
    return this.#recovery?.lastError;
  }

  get #failures(): Recovery {
    return (this.#recovery ??= new Recovery(this));
  }

  begin(): void {
    const { plan, options } = this;
    const { signal } = options;
    const now = (this.startedAt = plan.clock.now());
    if (plan.deadlineMs !== undefined) this.deadlineAt = now + plan.deadlineMs;
    if (isAccompanied()) this.callId = beginAccompanied(plan.policy);
    callEvents.started(this, now);
    if (signal) {
      if (signal.aborted) {
        this.end(false, signal.reason, now, 'aborted');
        return;
      }
      joinSignal(signal, this);
    }
    if (plan.retry) plan.retry.budget?.recordCall(now);
    this.enter(now);
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    if (this.isOver) return;
    const now = this.plan.clock.now();
    const reason: unknown = this.options.signal?.reason;
    hold();
    try {
      this.#leaveWait(now);
      this.#recovery?.stopLookUp({ outcome: 'unknown', error: reason }, reason, now);
      const attempt = this.#attempt;
      this.#attempt = undefined;
      if (attempt) {
        attempt.permit?.drop(now);
        callEvents.attemptSettled(this, attempt, 'aborted', reason, now);
        attempt.abandon(reason, now);
      }
      this.end(false, reason, now, 'aborted');
    } finally {
      release();
    }
  }

  /** Asks for admission. */
  enter(now: number): void {
    if (now >= this.deadlineAt) {
      this.runOut(now);
      return;
    }
    const answer = this.plan.admission.request(this, now);
    if (typeof answer === 'object') this.reject(answer, now);
  }

  wait(until: number, end: WaitEnd, now: number): void {
    this.state = 'waiting';
    this.arm(until, end, now);
  }

  pass(pass: CoolDownPass, now: number): boolean {
    return this.plan.admission.passCoolDown(this, pass, now);
  }

  reject(rejection: Rejection, now: number): void {
    callEvents.refused(this, rejection.reason, rejection.error, now);
    this.disarm();
    this.#failures.rejected(rejection, now);
  }

  /** The deadline came while nothing ran. */
  runOut(now: number): void {
    const status = this.exposed || this.mayRepeat ? undefined : 'not-executed';
    this.reject({ reason: 'deadline', error: ownErrors.timedOut(this, 'deadline', status) }, now);
  }

  /** Takes it out of whatever it waits in. */
  #leaveWait(now: number): void {
    this.disarm();
    if (this.state !== 'waiting') return;
    this.plan.admission.leave(this, this.options.signal?.aborted ? 'aborted' : 'refused', now);
  }

  start(permit: Permit | undefined, now: number): void {
    const { attemptTimeoutMs } = this.plan;
    const attemptEnds = attemptTimeoutMs === undefined ? Infinity : now + attemptTimeoutMs;
    const endsAt = Math.min(attemptEnds, this.deadlineAt);
    const attempt = new Attempt(this, this.attempts, now, endsAt, permit);
    hold();
    try {
      this.attempts += 1;
      this.heldFor = undefined;
      permit?.take(now);
      this.#attempt = attempt;
      this.state = 'running';
      this.arm(endsAt, attemptEnds <= this.deadlineAt ? 'attempt' : 'deadline', now);
      callEvents.attemptStarted(this, attempt, now);
    } finally {
      release();
    }
    if (isWhole()) this.#run(attempt);
    else whenWhole(() => this.#run(attempt));
  }

  #run(attempt: Attempt): void {
    // A listener may have aborted it.
    if (this.#attempt !== attempt) {
      attempt.release();
      return;
    }
    runMethod(attempt, this.#work, this);
  }

  attemptSucceeded(attempt: Attempt, value: unknown): void {
    const { plan } = this;
    const { permit } = attempt;
    const isCurrent = this.#attempt === attempt;
    // Reading the clock is a good part of what a call costs.
    const needsTime = plan.stale !== undefined || permit?.needsTime === true || callEvents.wantSettled();
    const now = needsTime ? plan.clock.now() : this.startedAt;
    hold();
    try {
      if (isCurrent) {
        this.#attempt = undefined;
        this.disarm();
        permit?.succeed(attempt.startedAt, now);
        callEvents.attemptSettled(this, attempt, 'success', undefined, now);
      }
      // Circuit and cool-down know before anybody takes the slot.
      attempt.release();
      if (isCurrent || this.#takesLate(value)) {
        if (!this.options.resolveUnknown && !attempt.sent) plan.stale?.keep(this.options, value, now);
        this.end(true, value, now, 'success');
      }
    } finally {
      release();
    }
  }

  /** A late success is a proof: while nothing newer runs it is the answer. */
  #takesLate(value: unknown): boolean {
    if (this.#attempt || this.state === 'over' || this.state === 'fallback') return false;
    const now = this.plan.clock.now();
    this.#leaveWait(now);
    this.#recovery?.stopLookUp({ outcome: 'found', value }, new Error('The answer came after all'), now);
    return true;
  }

  attemptFailed(attempt: Attempt, error: unknown): void {
    const now = this.plan.clock.now();
    const isCurrent = this.#attempt === attempt;
    hold();
    try {
      if (isCurrent) {
        this.#attempt = undefined;
        this.disarm();
      }
      const coolDownMs = reportFailure(this, attempt, error, now);
      if (isCurrent) callEvents.attemptSettled(this, attempt, 'failure', error, now);
      attempt.release();
      if (isCurrent) this.#failures.attemptFailed(attempt, error, coolDownMs, now);
    } finally {
      release();
    }
  }

  #timedOut(attempt: Attempt, scope: 'attempt' | 'deadline', now: number): void {
    const error = ownErrors.timedOut(this, scope, this.mayRepeat ? undefined : 'unknown');
    this.#attempt = undefined;
    const coolDownMs = reportFailure(this, attempt, error, now);
    callEvents.attemptSettled(this, attempt, 'failure', error, now);
    attempt.abandon(error, now);
    this.#failures.attemptFailed(attempt, error, coolDownMs, now);
  }

  protected override onTimer(purpose: TimerPurpose, now: number): void {
    if (purpose === 'retry') this.enter(now);
    else if (purpose === 'queue') {
      this.#leaveWait(now);
      const error = ownErrors.bulkheadFull(this, 'had no slot within maxWaitMs');
      this.reject({ reason: 'queue-time-out', error }, now);
    } else if (purpose === 'resolve') this.#failures.lookUpTimedOut(now);
    else if (purpose === 'fallback') this.end(false, this.lastError, now, 'failure');
    else if (this.#attempt) this.#timedOut(this.#attempt, purpose, now);
    else {
      this.#leaveWait(now);
      this.runOut(now);
    }
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
    if (ok) this.#succeed(result);
    else this.#reject(result);
    callEvents.settled(this, outcome, failure, ok, now);
  }
}
