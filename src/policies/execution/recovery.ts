import type { CallRefused } from '../../observability/events.js';
import type { Admissible, Rejection } from '../admission/admissible.js';
import type { Attempt, AttemptOwner } from './attempt.js';
import { callEvents } from '../events/call-events.js';
import { decidingError } from '../rules/deciding-error.js';
import type { TimerPurpose } from './execution-timer.js';
import { findStandIn } from '../fallback/find-stand-in.js';
import { isInDoubt, needsProof, saysNotExecuted } from '../rules/in-doubt.js';
import { Lookup } from './lookup.js';
import { mayResend, nextStep, wouldRetry } from '../retry/next-step.js';
import type { CompiledPolicy } from './compiled-policy.js';
import type { ExecuteOptions, Resolution } from '../options/execute-options.js';
import { RetryState } from '../retry/retry-state.js';
import { runGuarded } from '../fallback/run-guarded.js';

/** What an execution is doing; in each state at most one timer runs. */
export type ExecutionState =
  | 'new'
  | 'waiting'
  | 'running'
  | 'backoff'
  | 'recovering'
  | 'resolving'
  | 'fallback'
  | 'over';

/** The part of an execution that its recovery uses. */
export interface Recoverable extends Admissible, AttemptOwner {
  readonly policy: CompiledPolicy;
  readonly options: ExecuteOptions;
  readonly attempts: number;
  readonly callId: number;
  readonly deadlineAt: number;
  readonly isOver: boolean;
  readonly within: Admissible['within'];
  state: ExecutionState;
  arm(at: number, purpose: TimerPurpose, now: number): void;
  /** Requests admission for another attempt. */
  enter(now: number): void;
  /** Ends the execution: `result` goes to the caller, `failure` to the listeners. */
  end(ok: boolean, result: unknown, now: number, outcome: 'success' | 'failure', failure?: unknown): void;
}

/** Decides what follows the failures of one execution. Created on the first failure. */
export class Recovery {
  readonly #execution: Recoverable;
  readonly #retries: RetryState;
  #lookup: Lookup | undefined;
  #hasResynchronized = false;
  /** Whether an attempt may have been executed and this has not been disproved. */
  isInDoubt = false;
  /** The last failure. */
  lastError: unknown = undefined;

  constructor(execution: Recoverable) {
    this.#execution = execution;
    this.#retries = new RetryState(execution.policy);
  }

  /** Handles a failed attempt. `coolDownMs`: the length of the cool-down that its error started, if any. */
  attemptFailed(attempt: Attempt, error: unknown, coolDownMs: number | undefined, now: number): void {
    const execution = this.#execution;
    // A listener may have aborted the execution.
    if (execution.isOver) return;
    this.lastError = error;
    const { policy, options, mayRepeat } = execution;
    const deciding = decidingError(execution, attempt, error);
    const rule = policy.rules.find(deciding);
    const isRetried = (): boolean => wouldRetry(deciding, rule, this.#retries);
    // A repeatable call needs no proof, but the error that ends it must not say that nothing was executed.
    const inDoubt = mayRepeat
      ? isInDoubt(error, attempt.sent, options.clientOrderId)
      : needsProof(error, attempt.sent, options, isRetried);
    if (inDoubt || !saysNotExecuted(error)) this.isInDoubt = true;
    const step = nextStep(deciding, rule, this.#facts(undefined, inDoubt && !mayRepeat));
    if (step === 'resolve') this.#lookUp(attempt, error, now);
    else if (step === 'resynchronize') this.#resynchronize(error, now);
    else if (step === 'retry') this.#retry(error, deciding, coolDownMs, now);
    else this.fail(error, now);
  }

  /** Handles a rejection by admission. */
  rejected({ reason, error }: Rejection, now: number): void {
    const rule = this.#execution.policy.rules.find(error);
    if (nextStep(error, rule, this.#facts(reason, false)) === 'retry') {
      this.#retry(error, error, undefined, now);
    } else this.fail(error, now);
  }

  #facts(rejection: CallRefused['reason'] | undefined, inDoubt: boolean): Parameters<typeof nextStep>[2] {
    const { retry, retries } = this.#retries;
    return {
      retry,
      retries,
      rejection,
      inDoubt,
      canLookUp: Boolean(this.#execution.options.resolveUnknown),
      hasResynchronized: this.#hasResynchronized,
    };
  }

  #retry(error: unknown, deciding: unknown, coolDownMs: number | undefined, now: number): void {
    const execution = this.#execution;
    const rule = execution.policy.rules.find(deciding);
    const decision = this.#retries.schedule(deciding, rule, coolDownMs, execution.deadlineAt - now, now);
    if (decision.again) this.#again(error, decision.delayMs, decision.reason, now);
    else {
      if (decision.budgetExhausted) callEvents.budgetExhausted(execution, error, now);
      this.fail(error, now);
    }
  }

  #again(
    error: unknown,
    delayMs: number,
    reason: 'backoff' | 'retry-after' | 'proven-absent',
    now: number,
  ): void {
    const execution = this.#execution;
    callEvents.retryScheduled(execution, error, delayMs, reason, now);
    if (execution.isOver) return;
    execution.state = 'backoff';
    if (delayMs > 0) execution.arm(now + delayMs, 'retry', now);
    else {
      soon(() => {
        if (execution.state === 'backoff') execution.enter(execution.policy.clock.now());
      });
    }
  }

  /** Reads the exchange's clock after a refused timestamp, then makes one attempt that does not count as a retry. */
  #resynchronize(error: unknown, now: number): void {
    const execution = this.#execution;
    const { resynchronizeClock, clock } = execution.policy;
    this.#hasResynchronized = true;
    execution.state = 'recovering';
    execution.arm(execution.deadlineAt, 'deadline', now);
    const resume = (next: () => void): void => {
      if (execution.state !== 'recovering') return;
      execution.disarm();
      next();
    };
    runGuarded(
      () => resynchronizeClock?.(error),
      () => resume(() => this.#again(error, 0, 'backoff', clock.now())),
      () => resume(() => this.fail(error, clock.now())),
    );
  }

  #lookUp(attempt: Attempt, error: unknown, now: number): void {
    const execution = this.#execution;
    const lookup = Lookup.begin(execution, attempt, error, now);
    if (!lookup) {
      this.fail(Lookup.tooLate(execution, error), now);
      return;
    }
    this.#lookup = lookup;
    execution.state = 'resolving';
    execution.arm(lookup.until, 'resolve', now);
    lookup.run((resolution) => {
      const later = execution.policy.clock.now();
      execution.disarm();
      this.stopLookup(resolution, undefined, later);
      this.#apply(resolution, error, later);
    });
  }

  /** Ends the lookup, because it has a result or because the execution is over. */
  stopLookup(resolution: Resolution, reason: unknown, now: number): void {
    const lookup = this.#lookup;
    this.#lookup = undefined;
    lookup?.stop(resolution, reason, now);
  }

  lookUpTimedOut(now: number): void {
    const error = Lookup.timedOut(this.#execution, this.lastError);
    this.stopLookup({ outcome: 'unknown', error }, error, now);
    this.fail(error, now);
  }

  #apply(resolution: Resolution, error: unknown, now: number): void {
    const execution = this.#execution;
    if (execution.isOver) return;
    if (resolution.outcome === 'found') execution.end(true, resolution.value, now, 'success');
    else if (resolution.outcome === 'unknown') this.fail(resolution.error, now);
    else {
      this.isInDoubt = false;
      if (now < execution.deadlineAt && mayResend(this.#retries)) {
        this.#retries.retries += 1;
        this.#again(error, 0, 'proven-absent', now);
      } else this.fail(resolution.error, now);
    }
  }

  /** Ends the execution with an error, or with the value of a fallback. */
  fail(error: unknown, now: number): void {
    const execution = this.#execution;
    const { policy } = execution;
    if (execution.isOver) return;
    this.lastError = error;
    execution.disarm();
    const standIn = findStandIn(execution, error, now);
    if (!standIn) {
      execution.end(false, error, now, 'failure');
      return;
    }
    execution.state = 'fallback';
    callEvents.fallbackUsed(execution, error, now);
    // A listener may have aborted the execution.
    if (execution.isOver) return;
    // The fallback runs outside the deadline, which may be what failed, so it has its own time limit.
    if (policy.deadlineMs !== undefined) execution.arm(now + policy.deadlineMs, 'fallback', now);
    standIn((ok, result) => {
      if (execution.state === 'fallback') execution.end(ok, result, policy.clock.now(), 'failure', error);
    });
  }
}

/** Not queueMicrotask, because fake timers, including those of Jest, replace it. */
function soon(fn: () => void): void {
  void Promise.resolve().then(fn);
}
