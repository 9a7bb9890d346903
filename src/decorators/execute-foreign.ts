import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../context/call-context.js';
import { isWEEXError } from '../errors/index.js';
import type { ExecuteOptions } from '../policies/resilience-policy.js';
import { joinSignal, leaveSignal } from '../policies/abort-listeners.js';

/**
 * Calls a function under a policy that is not of this library. Such a policy knows no execution status, so that its
 * retry would send an order again that may stand already; and cockatiel's waits on after an abort and then makes one
 * more attempt. Both end the call here.
 */
export function executeForeign(
  policy: IPolicy,
  fn: (context: CallContext) => unknown,
  options: ExecuteOptions,
): Promise<unknown> {
  const { signal, effect, idempotent } = options;
  const mayRepeat = effect === 'read' || idempotent === true;
  let attempts = 0;
  let uncertain: { readonly error: unknown } | undefined;
  const settled = policy.execute(async (foreign) => {
    if (signal?.aborted) throw signal.reason;
    if (uncertain) throw uncertain.error;
    try {
      return await fn(callContext(foreign, attempts++, options.operation));
    } catch (error) {
      if (!mayRepeat && isWEEXError(error) && error.executionStatus === 'unknown') uncertain = { error };
      throw error;
    }
  }, signal);
  return signal ? releasedBy(signal, settled) : settled;
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

function callContext(
  foreign: IDefaultPolicyContext,
  attempt: number,
  operation: string | undefined,
): CallContext {
  return {
    operation,
    attempt,
    get signal() {
      return foreign.signal;
    },
    deadline: undefined,
    remainingMs: undefined,
    clientOrderId: undefined,
  };
}
