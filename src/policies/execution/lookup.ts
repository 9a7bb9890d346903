import { runAccompanied } from '../../observability/companions.js';
import { Attempt } from './attempt.js';
import { callEvents } from '../events/call-events.js';
import { ownErrors } from '../rules/own-errors.js';
import type { Recoverable } from './recovery.js';
import type { ExecuteOptions, Resolution } from '../options/execute-options.js';
import { runGuarded } from '../fallback/run-guarded.js';

type ResolveUnknown = NonNullable<ExecuteOptions['resolveUnknown']>;

/** Finds out what happened to an attempt that may have been executed. */
export class Lookup {
  readonly #execution: Recoverable;
  readonly #resolveUnknown: ResolveUnknown;
  /** The context passed to `resolveUnknown`. */
  readonly #attempt: Attempt;
  readonly #error: unknown;
  readonly #startedAt: number;
  /** When its time runs out. */
  readonly until: number;
  #isOver = false;

  private constructor(
    execution: Recoverable,
    resolveUnknown: ResolveUnknown,
    attempt: Attempt,
    error: unknown,
    startedAt: number,
    until: number,
  ) {
    this.#execution = execution;
    this.#resolveUnknown = resolveUnknown;
    this.#attempt = attempt;
    this.#error = error;
    this.#startedAt = startedAt;
    this.until = until;
  }

  /** Creates the lookup of an attempt that ended with `error`, or returns `undefined` if no time is left for it. */
  static begin(
    execution: Recoverable,
    { attempt }: Attempt,
    error: unknown,
    now: number,
  ): Lookup | undefined {
    const { resolveUnknown, resolveDeadlineMs = 0 } = execution.options;
    const until = Math.max(execution.deadlineAt, now) + resolveDeadlineMs;
    if (!resolveUnknown || until <= now) return undefined;
    const context = new Attempt(execution, attempt, now, until, undefined);
    return new Lookup(execution, resolveUnknown, context, error, now, until);
  }

  static tooLate(execution: Recoverable, error: unknown): Error {
    return ownErrors.outcomeUnknown(execution, 'could not be looked up before the deadline', error);
  }

  static timedOut(execution: Recoverable, error: unknown): Error {
    return ownErrors.outcomeUnknown(execution, 'was not established in time', error);
  }

  /** Runs the lookup and reports its result, unless it has been stopped. */
  run(done: (resolution: Resolution) => void): void {
    const execution = this.#execution;
    const context = this.#attempt;
    const error = this.#error;
    callEvents.reconcileStarted(execution, context, error, this.#startedAt);
    // A listener may have aborted the execution.
    if (this.#isOver) return;
    const finish = (resolution: Resolution): void => {
      if (!this.#isOver) done(resolution);
    };
    runGuarded(
      () => runAccompanied(execution.callId, 'lookup', () => this.#resolveUnknown(error, context)),
      // Anything but the three known answers proves nothing.
      (answer) =>
        finish(isResolution(answer) ? answer : ownErrors.noProof(execution, 'got another answer', error)),
      (cause) => finish(ownErrors.noProof(execution, 'could not be looked up', cause)),
    );
  }

  /** Ends the lookup; a `reason` also aborts what is still running. */
  stop(resolution: Resolution, reason: unknown, now: number): void {
    this.#isOver = true;
    const context = this.#attempt;
    callEvents.reconcileSettled(this.#execution, context, resolution, this.#startedAt, now);
    if (reason !== undefined) context.abort(reason);
  }
}

/** Whether an answer is one of the three known outcomes. */
function isResolution(value: unknown): value is Resolution {
  const outcome = (value as { outcome?: unknown } | null | undefined)?.outcome;
  return outcome === 'found' || outcome === 'absent' || outcome === 'unknown';
}
