import { runAccompanied } from '../../observability/companions.js';
import { Attempt } from './attempt.js';
import { callEvents } from '../events/call-events.js';
import { ownErrors } from '../rules/own-errors.js';
import type { Recoverable } from './recovery.js';
import type { ExecuteOptions, Resolution } from '../options/execute-options.js';
import { runGuarded } from '../fallback/run-guarded.js';

type ResolveUnknown = NonNullable<ExecuteOptions['resolveUnknown']>;

/** The search for what became of an attempt that may have been executed. */
export class Lookup {
  readonly #execution: Recoverable;
  readonly #resolveUnknown: ResolveUnknown;
  /** What the search is given for a context. */
  readonly #attempt: Attempt;
  readonly #error: unknown;
  readonly #startedAt: number;
  /** When it runs out of time. */
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

  /** The search for an attempt that ended with `error`, or `undefined` where there is no time for one. */
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

  /** Searches, and gives back what is found unless it was stopped before. */
  run(done: (resolution: Resolution) => void): void {
    const execution = this.#execution;
    const context = this.#attempt;
    const error = this.#error;
    callEvents.reconcileStarted(execution, context, error, this.#startedAt);
    // A listener may have aborted it.
    if (this.#isOver) return;
    const finish = (resolution: Resolution): void => {
      if (!this.#isOver) done(resolution);
    };
    runGuarded(
      () => runAccompanied(execution.callId, 'lookup', () => this.#resolveUnknown(error, context)),
      // Whatever is not one of the three answers is no proof of anything.
      (answer) =>
        finish(isResolution(answer) ? answer : ownErrors.noProof(execution, 'got another answer', error)),
      (cause) => finish(ownErrors.noProof(execution, 'could not be looked up', cause)),
    );
  }

  /** It is over: by itself, or for a `reason`, which aborts what it does. */
  stop(resolution: Resolution, reason: unknown, now: number): void {
    this.#isOver = true;
    const context = this.#attempt;
    callEvents.reconcileSettled(this.#execution, context, resolution, this.#startedAt, now);
    if (reason !== undefined) context.abort(reason);
  }
}

/** Whether an answer is one of the three that mean something. */
function isResolution(value: unknown): value is Resolution {
  const outcome = (value as { outcome?: unknown } | null | undefined)?.outcome;
  return outcome === 'found' || outcome === 'absent' || outcome === 'unknown';
}
