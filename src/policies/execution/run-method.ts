import type { CallContext } from '../../core/context/call-context.js';
import { spreadable } from '../../core/context/spreadable.js';
import { isAccompanied, runAccompanied } from '../../observability/companions.js';
import type { Attempt } from './attempt.js';
import { throughInner } from './through-inner.js';

type Work = (context: CallContext) => unknown;

/** Whoever wants to know what became of an attempt. */
export interface AttemptListener {
  attemptSucceeded(attempt: Attempt, value: unknown): unknown;
  attemptFailed(attempt: Attempt, error: unknown): unknown;
}

/**
 * Calls the method for an attempt and tells how it ends, once. Where the method returned a promise, what the listener
 * makes of it comes back.
 */
export function runMethod(
  attempt: Attempt,
  work: Work,
  listener: AttemptListener,
): Promise<unknown> | undefined {
  let result: unknown;
  try {
    result = isAccompanied()
      ? runAccompanied(attempt.callId ?? 0, 'attempt', () => runAlone(attempt, work))
      : runAlone(attempt, work);
    if (isPromiseLike(result)) {
      // A thenable may fulfil with another one, as no promise does.
      return Promise.resolve(result).then(
        (value) => listener.attemptSucceeded(attempt, value),
        (error: unknown) => listener.attemptFailed(attempt, error),
      );
    }
  } catch (error) {
    listener.attemptFailed(attempt, error);
    return undefined;
  }
  listener.attemptSucceeded(attempt, result);
  return undefined;
}

/** Calls it within the inner policy, where there is one. */
function runAlone(attempt: Attempt, work: Work): unknown {
  const { inner } = attempt.policy;
  if (inner) return throughInner(inner, attempt, work, attempt.mayRepeat);
  // A function that takes no context gets the bare one.
  return work(work.length === 0 ? attempt : spreadable(attempt));
}

/** Whether there is something to wait for. */
function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
