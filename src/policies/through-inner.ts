import type { CallContext } from '../context/call-context.js';
import { type Attempt, InnerAttempt, spreadable } from './attempt.js';
import type { AnyPolicy } from './policy-options.js';
import { RepeatCheck } from './repeat-check.js';

/** Runs an attempt under an inner policy, which repeats only what nobody doubts. */
export function throughInner(
  inner: AnyPolicy,
  attempt: Attempt,
  work: (context: CallContext) => unknown,
  mayRepeat: boolean,
): PromiseLike<unknown> {
  const repeats = new RepeatCheck(attempt.operation, mayRepeat);
  return inner.execute(
    ({ signal }) => repeats.run(attempt, () => work(spreadable(new InnerAttempt(attempt, signal), work))),
    attempt.signal,
  );
}
