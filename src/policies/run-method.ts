import type { CallContext } from '../context/call-context.js';
import { isAccompanied, runAccompanied } from '../observability/companions.js';
import { type Attempt, spreadable } from './attempt.js';
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
  return inner ? throughInner(inner, attempt, work, attempt.mayRepeat) : work(spreadable(attempt, work));
}
