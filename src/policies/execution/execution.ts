import type { CallContext } from '../../core/context/call-context.js';
import { beginAccompanied, isAccompanied } from '../../observability/companions.js';
import { hold, isWhole, release, whenWhole } from '../../observability/outbox.js';
import { joinSignal, leaveSignal } from '../../core/abort-listeners.js';
import type { Rejection, WaitEnd } from '../admission/admissible.js';
import { Attempt } from './attempt.js';
import { callEvents } from '../events/call-events.js';
import type { CoolDownPermit } from '../admission/cool-down-types.js';
import { ExecutionFacts, type ExecutionState } from './execution-facts.js';
import type { TimerPurpose } from './execution-timer.js';
import { ownErrors } from '../rules/own-errors.js';
import type { Permit } from '../admission/permit.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { type Recoverable, Recovery } from './recovery.js';
import { reportFailure } from './report-failure.js';
import type { ExecuteOptions } from '../options/execute-options.js';
import { type AttemptListener, runMethod } from './run-method.js';

/** Stands for a time that nobody looks at. */
const unread = 0;

/**
 * One execution on its way through the pipeline: admission, the attempt, what its failure leads to, and round again.
 * It is one object with one timer, so that one that succeeds costs little.
 */
export class Execution extends ExecutionFacts implements Recoverable, AttemptListener {
  readonly #work: (context: CallContext) => unknown;
  state: ExecutionState = 'new';
  #attempt: Attempt | undefined = undefined;
  #recovery: Recovery | undefined = undefined;
  // Who gets the outcome: the promise of the attempt, where it is the answer, or else these two.
  #answer: Promise<unknown> | undefined = undefined;
  #succeed: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  /** The outcome, where there was nobody to give it to. */
  #ended: { readonly ok: boolean; readonly result: unknown } | undefined = undefined;

  constructor(policy: CompiledPolicy, work: (context: CallContext) => unknown, options: ExecuteOptions) {
    super(policy, options);
    this.#work = work;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  /** Whether an attempt may have been executed that nobody has disproved. */
  get isInDoubt(): boolean {
    return this.#recovery?.isInDoubt === true;
  }

  get lastError(): unknown {
    return this.#recovery?.lastError;
  }

  get #failures(): Recovery {
    return (this.#recovery ??= new Recovery(this));
  }

  /**
   * Begins, and gives the outcome. A promise that the method returns is most of it: where nothing else can end the
   * execution, what follows from that promise is the answer, and no other one is made.
   */
  execute(): Promise<unknown> {
    this.#begin();
    return this.#answer ?? this.#outcome();
  }

  /** Begins, and tells the outcome. */
  begin(succeed: (value: unknown) => void, reject: (error: unknown) => void): void {
    this.#succeed = succeed;
    this.#reject = reject;
    this.#begin();
  }

  #outcome(): Promise<unknown> {
    return new Promise((succeed, reject) => {
      this.#succeed = succeed;
      this.#reject = reject;
      if (this.#ended) (this.#ended.ok ? succeed : reject)(this.#ended.result);
    });
  }

  #begin(): void {
    const { policy, options } = this;
    const { signal } = options;
    // Reading the clock is a good part of what a call costs.
    const isTimed = policy.isTimed || policy.admission.needsTime(this) || callEvents.wantStarted(policy);
    const now = isTimed ? this.now() : unread;
    this.setDeadline(now);
    if (isAccompanied()) this.callId = beginAccompanied(policy.pipeline);
    if (isTimed) callEvents.started(this, now);
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
    if (this.isOver) return;
    const now = this.now();
    const reason: unknown = this.options.signal?.reason;
    hold();
    try {
      this.#leaveWait(now);
      this.#recovery?.stopLookup({ outcome: 'unknown', error: reason }, reason, now);
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
    this.#failures.rejected(rejection, now);
  }

  /** The deadline came while nothing ran. */
  runOut(now: number): void {
    const status = this.isInDoubt || this.mayRepeat ? undefined : 'not-executed';
    this.reject({ reason: 'deadline', error: ownErrors.timedOut(this, 'deadline', status) }, now);
  }

  /** Takes it out of whatever it waits in. */
  #leaveWait(now: number): void {
    this.disarm();
    if (this.state !== 'waiting') return;
    this.policy.admission.leave(this, this.options.signal?.aborted ? 'aborted' : 'refused', now);
  }

  start(permit: Permit | undefined, now: number): void {
    const { attemptTimeoutMs } = this.policy;
    const attemptEnds = attemptTimeoutMs === undefined ? Infinity : now + attemptTimeoutMs;
    const endsAt = Math.min(attemptEnds, this.deadlineAt);
    const startedAt = this.startedAt === undefined ? undefined : now;
    const limit = endsAt === Infinity ? undefined : endsAt;
    const attempt = new Attempt(this, this.attempts, startedAt, limit, permit);
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
    const settled = runMethod(attempt, this.#work, this);
    if (!this.#succeed && this.endsWithAttempt) this.#answer = settled;
  }

  attemptSucceeded(attempt: Attempt, value: unknown): unknown {
    const { policy } = this;
    const { permit } = attempt;
    const isCurrent = this.#attempt === attempt;
    const isHeard = callEvents.wantSettled();
    const needsTime = isHeard || policy.stale !== undefined || permit?.needsTime === true;
    const now = needsTime ? this.now() : (this.startedAt ?? unread);
    hold();
    try {
      if (isCurrent) {
        this.#attempt = undefined;
        this.disarm();
        permit?.succeed(attempt.startedAt ?? now, now);
        if (isHeard) callEvents.attemptSettled(this, attempt, 'success', undefined, now);
      }
      // Circuit and cool-down know before anybody takes the slot.
      attempt.release();
      if (isCurrent || this.#takesLate(value)) {
        if (!this.options.resolveUnknown && !attempt.sent) policy.stale?.keep(this.options, value, now);
        this.end(true, value, now, 'success');
      }
    } finally {
      release();
    }
    return value;
  }

  /** A late success is a proof: while nothing newer runs it is the answer. */
  #takesLate(value: unknown): boolean {
    if (this.#attempt || this.state === 'over' || this.state === 'fallback') return false;
    const now = this.policy.clock.now();
    this.#leaveWait(now);
    this.#recovery?.stopLookup({ outcome: 'found', value }, new Error('The answer came after all'), now);
    return true;
  }

  attemptFailed(attempt: Attempt, error: unknown): unknown {
    const now = this.now();
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
    if (!this.#answer || this.#succeed) return undefined;
    if (this.#ended?.ok === false) throw this.#ended.result;
    return this.#outcome();
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
      this.reject({ reason: 'queue-timeout', error }, now);
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
    if (!this.#succeed) {
      if (!this.#answer || outcome !== 'success') this.#ended = { ok, result };
    } else if (ok) this.#succeed(result);
    else this.#reject?.(result);
    callEvents.settled(this, outcome, failure, ok, now);
  }
}
