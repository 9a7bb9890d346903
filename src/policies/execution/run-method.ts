import type { CallContext } from '../../core/context/call-context.js';
import { isPromiseLike } from '../../core/is-promise-like.js';
import { spreadable } from '../../core/context/spreadable.js';
import { isAccompanied, runAccompanied } from '../../observability/companions.js';
import type { Attempt } from './attempt.js';
import type { Execution } from './execution.js';
import { attemptFailed, attemptSucceeded } from './settle-attempt.js';
import { throughInner } from './through-inner.js';

type Work = (context: CallContext) => unknown;

/** Calls the method for an attempt and settles the attempt once. Returns the derived promise if it returned one. */
export function runMethod(execution: Execution, attempt: Attempt, work: Work): Promise<unknown> | undefined {
  let result: unknown;
  try {
    result =
      isAccompanied() || execution.policy.inner
        ? runWithin(execution, attempt, work)
        : runAlone(execution, attempt, work);
    if (isPromiseLike(result)) {
      // Unlike a promise, a thenable may fulfil with another thenable.
      return Promise.resolve(result).then(
        (value) => attemptSucceeded(execution, attempt, value),
        (error: unknown) => attemptFailed(execution, attempt, error),
      );
    }
  } catch (error) {
    attemptFailed(execution, attempt, error);
    return undefined;
  }
  attemptSucceeded(execution, attempt, result);
  return undefined;
}

/** Calls the method within its companions and the inner policy, if any. */
function runWithin(execution: Execution, attempt: Attempt, work: Work): unknown {
  const { inner } = execution.policy;
  return runAccompanied(attempt.callId ?? 0, 'attempt', () =>
    inner ? throughInner(inner, attempt, work, attempt.mayRepeat) : runAlone(execution, attempt, work),
  );
}

function runAlone({ options }: Execution, attempt: Attempt, work: Work): unknown {
  // A function that declares no parameter gets the plain attempt.
  return work(options.takesBare || work.length === 0 ? attempt : spreadable(attempt));
}
