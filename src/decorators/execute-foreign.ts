import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../context/call-context.js';
import { endAttempts, ForeignAttempt } from '../policies/execution/foreign-attempt.js';
import { RepeatCheck } from '../policies/execution/repeat-check.js';
import type { ExecuteOptions } from '../policies/resilience-policy.js';
import { joinSignal, leaveSignal } from '../policies/execution/abort-listeners.js';

/**
 * Calls a function under a policy that is not of this library. Such a policy does not know what was sent, so that its
 * retry would send an order again that may stand already; and cockatiel's waits on after an abort and then makes one
 * more attempt. Both end the call here.
 */
export function executeForeign(
  policy: IPolicy,
  fn: (context: CallContext) => unknown,
  options: ExecuteOptions,
): Promise<unknown> {
  const { signal, effect, idempotent, operation } = options;
  const repeats = new RepeatCheck(operation, effect === 'read' || idempotent === true);
  const attempts: ForeignAttempt[] = [];
  const settled = policy.execute(async (foreign) => {
    if (signal?.aborted) throw signal.reason;
    const context = new ForeignAttempt(foreign, attempts.length, options);
    attempts.push(context);
    return repeats.run(context, () => context.run(() => fn(context)));
  }, signal);
  const released = signal ? releasedBy(signal, settled) : settled;
  return released.finally(() => endAttempts(attempts));
}

function releasedBy(signal: AbortSignal, settled: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (): void => leaveSignal(signal, release);
    const release = {
      handleEvent: () => {
        end();
        reject(signal.reason as Error);
      },
    };
    if (signal.aborted) release.handleEvent();
    else joinSignal(signal, release);
    settled.then(resolve, reject).then(end, end);
  });
}
