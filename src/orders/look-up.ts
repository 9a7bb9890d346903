import type { IPolicy } from 'cockatiel';
import { type CallContext, currentCallContext, runWithCallContext } from '../context/call-context.js';
import type { ExecuteOptions, ResiliencePolicy } from '../policies/resilience-policy.js';
import type { OrderSafety } from './order-safety.js';

/** Tells a policy of this library from another cockatiel policy. */
export function isResiliencePolicy(policy: IPolicy): policy is ResiliencePolicy {
  return 'executeOutcome' in policy;
}

/** Makes the look-up of one order: it asks once, under the policy for look-ups, ahead of everything that waits. */
export function createLookUp<This, Args extends unknown[], Result>(
  safety: Pick<OrderSafety<This, Args, Result>, 'find'>,
  policy: IPolicy | undefined,
  { args, self }: { readonly self: This; readonly args: Args },
  id: string,
): (signal: AbortSignal) => Promise<Result | undefined | null> {
  const facts = { operation: 'orderSafety.find', clientOrderId: id } as const;
  const find = (context: CallContext) => inContext(context, () => safety.find.apply(self, [id, ...args]));
  const findUnlimited = async ({ signal }: { readonly signal: AbortSignal }) =>
    find({ ...facts, ...unlimited, signal });
  return (signal) => {
    if (!policy) return findUnlimited({ signal });
    if (!isResiliencePolicy(policy)) return policy.execute(findUnlimited, signal);
    const options: ExecuteOptions = { ...facts, signal, priority: 'critical', effect: 'read' };
    return policy.execute(find, options);
  };
}

const unlimited = { attempt: 0, deadline: undefined, remainingMs: undefined } as const;

// The surrounding context is that of the failed attempt: its signal may have aborted, and would end every look-up.
function inContext<Result>(context: CallContext, fn: () => Result): Result {
  return currentCallContext() ? runWithCallContext(context, fn) : fn();
}
