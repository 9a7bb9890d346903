import { type CallContext, callContextOf, currentCallContext } from '../context/call-context.js';
import { isWEEXError } from '../errors/index.js';
import { beginAccompanied, isAccompanied, runAccompanied } from '../observability/companions.js';
import type { CallHeld, CallRefused } from '../observability/events.js';
import { asOne, hold, isWhole, release, whenWhole } from '../observability/outbox.js';
import { joinSignal, leaveSignal } from './abort-listeners.js';
import type { Applicant } from './applicant.js';
import { Attempt, type AttemptOwner } from './attempt.js';
import { callEvents, type EventSource } from './call-events.js';
import type { CallState, TimerMeans } from './call-state.js';
import type { Circuit } from './circuit.js';
import type { GatePass, GateWaiter } from './cool-down.js';
import { isInProbe, isInTrial, joinCallsAround } from './calls-around.js';
import { decidingError } from './deciding-error.js';
import { needsProof } from './in-doubt.js';
import { isPromiseLike } from './is-promise-like.js';
import { isResolution } from './is-resolution.js';
import { ownErrors, type Subject } from './own-errors.js';
import type { Plan } from './plan.js';
import { findStandIn } from './find-stand-in.js';
import { rankOf } from './priorities.js';
import type { ExecuteOptions, Resolution } from './resilience-policy.js';
import { tellCircuit, tellGate } from './report-failure.js';
import { Retrying } from './retrying.js';
import type { Holder } from './slots.js';
import { runGuarded } from './run-guarded.js';
import { runMethod } from './run-method.js';
import type { Links } from './wait-queue.js';

/** A call that waits for the circuit looks again after this, by class: the urgent ones are the first in the queue. */
const circuitLookMs = [20, 100, 200] as const;

/**
 * One call on its way through the pipeline: circuit and queue and gate, the attempt, what its failure leads to, and
 * round again. It is one object with one timer, so that a call that succeeds costs little.
 */
export class Call implements Applicant, GateWaiter, AttemptOwner, EventSource, Subject {
  readonly plan: Plan;
  readonly options: ExecuteOptions;
  readonly rank: number;
  readonly cost: number;
  waitingSince = 0;
  links: Links | undefined = undefined;
  deadlineAt: number = Infinity;
  startedAt = 0;
  attempts = 0;
  callId = 0;
  heldFor: CallHeld['reason'] | undefined = undefined;
  lastError: unknown = undefined;
  readonly #work: (context: CallContext) => unknown;
  readonly #succeed: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #circuit: Circuit | undefined;
  #state: CallState = 'new';
  #attempt: Attempt | undefined;
  #resolver: Attempt | undefined;
  #retrying: Retrying | undefined;
  #timer: unknown;
  #timerMeans: TimerMeans = 'deadline';
  exposed = false;
  host: Holder | undefined;
  readonly within: CallContext | undefined;

  constructor(
    plan: Plan,
    work: (context: CallContext) => unknown,
    options: ExecuteOptions,
    succeed: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.plan = plan;
    this.options = options;
    this.rank = options.priority === undefined ? rankOf.normal : rankOf[options.priority];
    this.cost = options.cost ?? plan.cost;
    this.#work = work;
    this.#succeed = succeed;
    this.#reject = reject;
    this.#circuit = plan.breaker?.of(options.key);
    const { outer, signal } = options;
    this.within = outer ?? (signal && callContextOf(signal)) ?? currentCallContext();
  }

  get isOver(): boolean {
    return this.#state === 'over';
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
        this.#end(false, signal.reason, now, 'aborted');
        return;
      }
      joinSignal(signal, this);
    }
    if (plan.retry) plan.retry.budget?.recordCall(now);
    this.#enter(now);
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    if (this.#state === 'over') return;
    const now = this.plan.clock.now();
    const reason: unknown = this.options.signal?.reason;
    hold();
    try {
      this.#leaveWait(now);
      this.#stopLookUp({ outcome: 'unknown', error: reason }, reason, now);
      const attempt = this.#attempt;
      this.#attempt = undefined;
      if (attempt) {
        if (attempt.ticket) this.#circuit?.neutral(attempt.ticket);
        if (attempt.pass) this.plan.gate?.settle(attempt.pass, 'nothing', now);
        callEvents.attemptSettled(this, attempt, 'aborted', reason, now);
        this.#abandon(attempt, reason, now);
      }
      this.#end(false, reason, now, 'aborted');
    } finally {
      release();
    }
  }

  #enter(now: number): void {
    const { admission, gate } = this.plan;
    if (now >= this.deadlineAt) {
      this.#runOut(now);
      return;
    }
    // Asked first: it lets out calls that wait, and these may change the circuit.
    const hasRoom = this.#hasRoom(now);
    if (this.#isRefusedByCircuit(now)) return;
    admission?.noteDemand(this.rank, this.cost, now);
    if (!hasRoom) this.#queue(now);
    else if (!gate || gate.isOpen) this.start(undefined, now);
    else {
      hold();
      try {
        const pass = isInProbe(this.within, gate) ? 'open' : gate.tryPass(now, this.rank);
        if (pass === undefined) this.#waitAtGate(now);
        else this.start(pass === 'open' ? undefined : pass, now);
      } finally {
        release();
      }
    }
  }

  #hasRoom(now: number): boolean {
    const { admission } = this.plan;
    if (!admission) return true;
    this.host = this.within && joinCallsAround(this.within, this.plan, now);
    return admission.hasRoom(this, now);
  }

  /** Whether the circuit keeps it from going on, or it is over already: a listener may have aborted it. */
  #isRefusedByCircuit(now: number): boolean {
    if (this.#state === 'over') return true;
    const waitMs = this.#circuit?.refusedForMs(now) ?? 0;
    if (waitMs === 0 || isInTrial(this.within, this.#circuit)) return false;
    if (this.plan.waitsForCircuit && now + waitMs < this.deadlineAt) {
      this.#state = 'backoff';
      callEvents.held(this, 'circuit-open', waitMs, now);
      // A trial may close it sooner than it frees its place.
      const lookMs = circuitLookMs[this.rank as 0 | 1 | 2];
      this.#arm(now + (waitMs <= lookMs ? waitMs + this.rank : lookMs), 'retry', now);
    } else this.#refuse('circuit-open', ownErrors.circuitOpen(this, waitMs), now);
    return true;
  }

  #queue(now: number): void {
    const { admission } = this.plan;
    if (!admission) return;
    this.#state = 'queued';
    const patienceEnds = now + (admission.maxWaitMs ?? Infinity);
    if (patienceEnds < this.deadlineAt) this.#arm(patienceEnds, 'queue', now);
    else this.#arm(this.deadlineAt, 'deadline', now);
    hold();
    try {
      const outcome = admission.enqueue(this, now);
      if (outcome === 'full') {
        const error = ownErrors.bulkheadFull(this, 'has no slot and no place in the queue');
        this.#refuse('bulkhead-full', error, now);
      } else {
        callEvents.queued(this, now);
        if (outcome instanceof Call) outcome.#evict(now);
        admission.wake(now);
      }
    } finally {
      release();
    }
  }

  /** A call of a higher class took its place in the queue. */
  #evict(now: number): void {
    callEvents.dequeued(this, 'refused', now);
    const error = ownErrors.bulkheadFull(this, 'gave its place in the queue to a more urgent call');
    this.#refuse('bulkhead-full', error, now);
  }

  #waitAtGate(now: number): void {
    const { gate } = this.plan;
    if (!gate) return;
    const closedForMs = gate.closedForMs(now);
    if (now + closedForMs >= this.deadlineAt) {
      this.#refuse('cool-down', ownErrors.coolingDown(this, closedForMs, gate.error), now);
      return;
    }
    this.#state = 'gated';
    callEvents.held(this, 'cool-down', closedForMs, now);
    this.#arm(this.deadlineAt, 'deadline', now);
    gate.wait(this, now);
  }

  /** The gate lets it through. */
  pass(pass: GatePass, now: number): boolean {
    const { gate } = this.plan;
    this.#disarm();
    if (now >= this.deadlineAt) {
      gate?.settle(pass, 'nothing', now);
      this.#runOut(now);
      return false;
    }
    const hasRoom = this.#hasRoom(now);
    const isRefused = this.#isRefusedByCircuit(now);
    if (hasRoom && !isRefused) {
      this.start(pass, now);
      return true;
    }
    gate?.settle(pass, 'nothing', now);
    if (!isRefused) this.#queue(now);
    return false;
  }

  /** It may leave the queue, if the circuit is closed at that moment. */
  mayStart(now: number): boolean {
    this.#disarm();
    callEvents.dequeued(this, 'admitted', now);
    if (now < this.deadlineAt || this.#state === 'over') return !this.#isRefusedByCircuit(now);
    this.#runOut(now);
    return false;
  }

  start(pass: GatePass | undefined, now: number): void {
    const { plan } = this;
    const attemptEnds = plan.attemptTimeoutMs === undefined ? Infinity : now + plan.attemptTimeoutMs;
    const endsAt = Math.min(attemptEnds, this.deadlineAt);
    const attempt = new Attempt(this, this.attempts, now, endsAt);
    hold();
    try {
      this.attempts += 1;
      this.heldFor = undefined;
      attempt.pass = pass;
      attempt.ticket = this.#circuit?.acquire(now);
      if (plan.admission) {
        attempt.host = this.host;
        plan.admission.take(attempt);
        attempt.holds = true;
      }
      this.#attempt = attempt;
      this.#state = 'running';
      this.#arm(endsAt, attemptEnds <= this.deadlineAt ? 'attempt' : 'deadline', now);
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
      this.#release(attempt);
      return;
    }
    let result: unknown;
    try {
      result = runMethod(attempt, this.#work);
      if (isPromiseLike(result)) {
        // A thenable may fulfil with another one, as no promise does.
        Promise.resolve(result).then(
          (value) => this.#attemptSucceeded(attempt, value),
          (error: unknown) => this.#attemptFailed(attempt, error),
        );
        return;
      }
    } catch (error) {
      this.#attemptFailed(attempt, error);
      return;
    }
    this.#attemptSucceeded(attempt, result);
  }

  #attemptSucceeded(attempt: Attempt, value: unknown): void {
    const { plan } = this;
    const isCurrent = this.#attempt === attempt;
    // Reading the clock is a good part of what a call costs.
    const needsTime =
      plan.stale !== undefined || this.#circuit?.needsTime === true || callEvents.wantSettled();
    const now = needsTime ? plan.clock.now() : this.startedAt;
    hold();
    try {
      if (isCurrent) {
        this.#attempt = undefined;
        this.#disarm();
        if (attempt.ticket) this.#circuit?.success(attempt.ticket, now, now - attempt.startedAt);
        if (attempt.pass) plan.gate?.settle(attempt.pass, 'answered', plan.clock.now());
        if (plan.gate?.isWatching) plan.gate.answered(attempt.startedAt, plan.clock.now());
        callEvents.attemptSettled(this, attempt, 'success', undefined, now);
      }
      // Circuit and gate know before anybody takes the place.
      this.#release(attempt);
      if (isCurrent || this.#takesLate(value)) {
        if (!this.options.resolveUnknown && !attempt.sent) plan.stale?.keep(this.options, value, now);
        this.#end(true, value, now, 'success');
      }
    } finally {
      release();
    }
  }

  /** A late success is a proof: while nothing newer runs it is the answer. */
  #takesLate(value: unknown): boolean {
    if (this.#attempt || this.#state === 'over' || this.#state === 'fallback') return false;
    const now = this.plan.clock.now();
    this.#leaveWait(now);
    this.#stopLookUp({ outcome: 'found', value }, new Error('The answer came after all'), now);
    return true;
  }

  #attemptFailed(attempt: Attempt, error: unknown): void {
    const now = this.plan.clock.now();
    const isCurrent = this.#attempt === attempt;
    hold();
    try {
      if (isCurrent) {
        this.#attempt = undefined;
        this.#disarm();
      }
      const closedForMs = this.#report(attempt, error, isCurrent, now);
      this.#release(attempt);
      if (isCurrent) this.#judge(attempt, error, closedForMs, now);
    } finally {
      release();
    }
  }

  #timedOut(attempt: Attempt, scope: 'attempt' | 'deadline', now: number): void {
    const error = ownErrors.timedOut(this, scope, this.mayRepeat ? undefined : 'unknown');
    this.#attempt = undefined;
    const closedForMs = this.#report(attempt, error, true, now);
    this.#abandon(attempt, error, now);
    this.#judge(attempt, error, closedForMs, now);
  }

  #release(attempt: Attempt): void {
    attempt.isSettled = true;
    if (!attempt.holds) return;
    attempt.holds = false;
    this.plan.admission?.release(attempt);
  }

  /** The caller goes on without this attempt; its slot stays taken until its work is over. */
  #abandon(attempt: Attempt, reason: unknown, now: number): void {
    if (attempt.holds) this.plan.admission?.abandon(attempt, now);
    attempt.abort(reason);
  }

  #arm(at: number, means: TimerMeans, now: number): void {
    if (at === Infinity) return;
    this.#timerMeans = means;
    const waitMs = Math.min(Math.max(0, Math.ceil(at - now)), 2 ** 31 - 1);
    const purpose = means === 'retry' ? 'wait' : undefined;
    this.#timer = this.plan.clock.setTimeout(() => asOne(() => this.#onTimer()), waitMs, purpose);
  }

  #disarm(): void {
    if (this.#timer === undefined) return;
    this.plan.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onTimer(): void {
    this.#timer = undefined;
    const now = this.plan.clock.now();
    const means = this.#timerMeans;
    if (means === 'retry') this.#enter(now);
    else if (means === 'queue') {
      this.#leaveWait(now);
      this.#refuse('queue-time-out', ownErrors.bulkheadFull(this, 'had no slot within maxWaitMs'), now);
    } else if (means === 'resolve') {
      const error = ownErrors.outcomeUnknown(this, 'was not established in time', this.lastError);
      this.#stopLookUp({ outcome: 'unknown', error }, error, now);
      this.#fail(error, now);
    } else if (means === 'fallback') this.#end(false, this.lastError, now, 'failure');
    else if (this.#attempt) this.#timedOut(this.#attempt, means, now);
    else {
      this.#leaveWait(now);
      this.#runOut(now);
    }
  }

  /** The deadline came while nothing ran. */
  #runOut(now: number): void {
    const status = this.exposed || this.mayRepeat ? undefined : 'not-executed';
    this.#refuse('deadline', ownErrors.timedOut(this, 'deadline', status), now);
  }

  /** Takes the call out of whatever it waits in. */
  #leaveWait(now: number): void {
    this.#disarm();
    const { admission } = this.plan;
    if (this.#state === 'queued' && admission?.leave(this)) {
      // Before anybody behind it is let out, in the events too.
      callEvents.dequeued(this, this.options.signal?.aborted ? 'aborted' : 'refused', now);
      admission.drain(now);
    }
    if (this.#state === 'gated') this.plan.gate?.leave(this);
  }

  get #retries(): Retrying {
    return (this.#retrying ??= new Retrying(this.plan));
  }

  /** Tells circuit and gate, before anybody takes the place. A late answer still says how long to stay away. */
  #report(attempt: Attempt, error: unknown, isCurrent: boolean, now: number): number | undefined {
    const deciding = decidingError(this, attempt, error);
    const rule = this.plan.rules.find(deciding);
    if (isCurrent) tellCircuit(this.#circuit, this.plan, attempt, deciding, rule, now);
    const closedForMs = tellGate(this.plan, attempt, deciding, rule, now);
    if (isCurrent) callEvents.attemptSettled(this, attempt, 'failure', error, now);
    return closedForMs;
  }

  #judge(attempt: Attempt, error: unknown, closedForMs: number | undefined, now: number): void {
    // A listener may have aborted it.
    if (this.#state === 'over') return;
    this.lastError = error;
    const deciding = decidingError(this, attempt, error);
    const rule = this.plan.rules.find(deciding);
    const wouldRetry = (): boolean => this.#retries.wouldRetry(deciding, rule);
    if (!this.mayRepeat && needsProof(error, attempt.sent, this.options, wouldRetry)) {
      this.exposed = true;
      if (this.options.resolveUnknown) this.#resolve(attempt, error, now);
      else this.#fail(error, now);
      return;
    }
    if (!isWEEXError(error) || error.executionStatus !== 'not-executed') this.exposed = true;
    if (this.#retries.takeClockAttempt(deciding, rule)) this.#resynchronize(error, now);
    else this.#retryOrFail(error, deciding, closedForMs, now);
  }

  #retryOrFail(error: unknown, deciding: unknown, closedForMs: number | undefined, now: number): void {
    const rule = this.plan.rules.find(deciding);
    const decision = this.#retries.decide(deciding, rule, closedForMs, this.deadlineAt - now, now);
    if (decision.again) this.#again(error, decision.delayMs, decision.reason, now);
    else {
      if (decision.budgetExhausted) callEvents.budgetExhausted(this, error, now);
      this.#fail(error, now);
    }
  }

  get mayRepeat(): boolean {
    const { effect = this.plan.effect, idempotent } = this.options;
    return effect === 'read' || idempotent === true;
  }

  #again(
    error: unknown,
    delayMs: number,
    reason: 'backoff' | 'retry-after' | 'proven-absent',
    now: number,
  ): void {
    callEvents.retryScheduled(this, error, delayMs, reason, now);
    if (this.#state === 'over') return;
    this.#state = 'backoff';
    if (delayMs > 0) this.#arm(now + delayMs, 'retry', now);
    else queueMicrotask(() => this.#state === 'backoff' && this.#enter(this.plan.clock.now()));
  }

  /** The exchange refused the timestamp: one attempt that is no retry, after a look at the exchange's clock. */
  #resynchronize(error: unknown, now: number): void {
    const { resynchronizeClock, clock } = this.plan;
    this.#state = 'recovering';
    this.#arm(this.deadlineAt, 'deadline', now);
    const resume = (next: () => void): void => {
      if (this.#state !== 'recovering') return;
      this.#disarm();
      next();
    };
    runGuarded(
      () => resynchronizeClock?.(error),
      () => resume(() => this.#again(error, 0, 'backoff', clock.now())),
      () => resume(() => this.#fail(error, clock.now())),
    );
  }

  #resolve(attempt: Attempt, error: unknown, now: number): void {
    const { resolveUnknown, resolveDeadlineMs = 0 } = this.options;
    const { clock } = this.plan;
    const until = Math.max(this.deadlineAt, now) + resolveDeadlineMs;
    if (!resolveUnknown || until <= now) {
      this.#fail(ownErrors.outcomeUnknown(this, 'could not be looked up before the deadline', error), now);
      return;
    }
    const resolver = new Attempt(this, attempt.attempt, now, until);
    this.#resolver = resolver;
    this.#state = 'resolving';
    this.#arm(until, 'resolve', now);
    callEvents.reconcileStarted(this, resolver, error, now);
    const finish = (resolution: Resolution): void => {
      if (this.#resolver !== resolver) return;
      const later = clock.now();
      this.#disarm();
      this.#stopLookUp(resolution, undefined, later);
      this.#apply(resolution, error, later);
    };
    if (this.#resolver !== resolver) return;
    runGuarded(
      () => runAccompanied(this.callId, 'lookup', () => resolveUnknown(error, resolver)),
      // Whatever is not one of the three answers is no proof of anything.
      (answer) =>
        finish(isResolution(answer) ? answer : ownErrors.noProof(this, 'got another answer', error)),
      (cause) => finish(ownErrors.noProof(this, 'could not be looked up', cause)),
    );
  }

  /** The search for the outcome is over, by itself or because the call is. */
  #stopLookUp(resolution: Resolution, reason: unknown, now: number): void {
    const resolver = this.#resolver;
    if (!resolver) return;
    this.#resolver = undefined;
    callEvents.reconcileSettled(this, resolver, resolution, resolver.startedAt, now);
    if (reason !== undefined) resolver.abort(reason);
  }

  #apply(resolution: Resolution, error: unknown, now: number): void {
    if (this.#state === 'over') return;
    if (resolution.outcome === 'found') this.#end(true, resolution.value, now, 'success');
    else if (resolution.outcome === 'unknown') this.#fail(resolution.error, now);
    else {
      this.exposed = false;
      if (now < this.deadlineAt && this.#retries.takeResend()) this.#again(error, 0, 'proven-absent', now);
      else this.#fail(resolution.error, now);
    }
  }

  #refuse(reason: CallRefused['reason'], error: unknown, now: number): void {
    callEvents.refused(this, reason, error, now);
    this.#disarm();
    if (reason === 'deadline' || reason === 'cool-down') this.#fail(error, now);
    else this.#retryOrFail(error, error, undefined, now);
  }

  #fail(error: unknown, now: number): void {
    const { plan } = this;
    if (this.#state === 'over') return;
    this.lastError = error;
    this.#disarm();
    const standIn = findStandIn(this, error, now);
    if (!standIn) {
      this.#end(false, error, now, 'failure');
      return;
    }
    this.#state = 'fallback';
    callEvents.fallbackUsed(this, error, now);
    // A listener may have aborted it.
    if (this.isOver) return;
    // It stands outside of the deadline, which may be the very failure that it answers: so it has a time of its own.
    if (plan.deadlineMs !== undefined) this.#arm(now + plan.deadlineMs, 'fallback', now);
    const end = (ok: boolean, result: unknown): void => {
      if (this.#state === 'fallback') this.#end(ok, result, plan.clock.now(), 'failure', error);
    };
    standIn(end);
  }

  #end(
    ok: boolean,
    result: unknown,
    now: number,
    outcome: 'success' | 'failure' | 'aborted',
    failure = result,
  ): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#disarm();
    if (this.options.signal) leaveSignal(this.options.signal, this);
    if (ok) this.#succeed(result);
    else this.#reject(result);
    callEvents.settled(this, outcome, failure, now);
    const { listens } = this.plan;
    if (outcome === 'aborted' || listens[outcome].size === 0) return;
    const durationMs = this.plan.clock.now() - this.startedAt;
    whenWhole(() => this.plan.settled(failure, outcome === 'failure', durationMs, ok));
  }
}
