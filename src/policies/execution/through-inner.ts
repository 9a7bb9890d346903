import type { CallContext } from '../../core/context/call-context.js';
import { spreadable } from '../../core/context/spreadable.js';
import type { Attempt } from './attempt.js';
import { InnerAttempt } from './inner-attempt.js';
import type { AnyPolicy } from '../options/policy-options.js';
import { RepeatCheck } from '../foreign/repeat-check.js';

/** Runs an attempt under an inner policy, which may repeat only what is not in doubt. */
export function throughInner(
  inner: AnyPolicy,
  attempt: Attempt,
  work: (context: CallContext) => unknown,
  mayRepeat: boolean,
): PromiseLike<unknown> {
  const repeats = new RepeatCheck(attempt.operation, mayRepeat);
  return inner.execute(({ signal }) => {
    const context = new InnerAttempt(attempt, signal);
    return repeats.run(attempt, () => work(work.length === 0 ? context : spreadable(context)));
  }, attempt.signal);
}
