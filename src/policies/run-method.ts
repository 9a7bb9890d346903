import type { CallContext } from '../context/call-context.js';
import { spreadable } from '../context/spreadable.js';
import { isAccompanied, runAccompanied } from '../observability/companions.js';
import type { Attempt } from './attempt.js';
import { throughInner } from './through-inner.js';

type Work = (context: CallContext) => unknown;

/** Calls the method for an attempt: through the inner policy, where there is one, and within whoever goes along. */
export function runMethod(attempt: Attempt, work: Work): unknown {
  return isAccompanied()
    ? runAccompanied(attempt.callId ?? 0, 'attempt', () => runAlone(attempt, work))
    : runAlone(attempt, work);
}

function runAlone(attempt: Attempt, work: Work): unknown {
  const { inner } = attempt.plan;
  if (inner) return throughInner(inner, attempt, work, attempt.mayRepeat);
  // A function that takes no context gets the bare one.
  return work(work.length === 0 ? attempt : spreadable(attempt));
}
