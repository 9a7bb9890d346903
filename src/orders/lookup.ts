import type { IPolicy } from 'cockatiel';
import { type CallContext, currentCallContext, runWithCallContext } from '../core/context/call-context.js';
import type { Clock } from '../core/time/clock.js';
import { createPolicy } from '../policies/create-policy.js';
import { isResiliencePolicy } from '../policies/is-policy.js';
import type { ExecuteOptions, ResiliencePolicy } from '../policies/resilience-policy.js';
import type { OrderSafety } from './order-safety.js';

const defaultPolicies: WeakMap<Clock, ResiliencePolicy> = new WeakMap();

/** The default policy of lookups: a lookup that hangs must not use up the time for the next one. */
export function defaultLookupPolicy(clock: Clock): ResiliencePolicy {
  let policy = defaultPolicies.get(clock);
  if (!policy) {
    policy = createPolicy({ name: 'orderLookup', attemptTimeoutMs: 2_000, effect: 'read', clock });
    defaultPolicies.set(clock, policy);
  }
  return policy;
}

/** The call whose order is looked up. */
export interface LookedUpCall<This, Args extends unknown[]> {
  readonly self: This;
  readonly args: Args;
  /** Whether its method runs in an async context, so that its lookups do too. */
  readonly ambient?: boolean | undefined;
}

/** Creates the lookup of one order: each run asks once, under the policy for lookups, ahead of all waiting calls. */
export function createLookup<This, Args extends unknown[], Result>(
  safety: Pick<OrderSafety<This, Args, Result>, 'find'>,
  policy: IPolicy,
  { ambient = false, args, self }: LookedUpCall<This, Args>,
  id: string,
): (signal: AbortSignal) => Promise<Result | undefined | null> {
  const facts = { operation: 'orderSafety.find', clientOrderId: id } as const;
  const find = (context: CallContext) =>
    inContext(context, ambient, () => safety.find.apply(self, [id, ...args]));
  const findUnlimited = async ({ signal }: { readonly signal: AbortSignal }) =>
    find({ ...facts, ...unlimited, signal });
  return (signal) => {
    if (!isResiliencePolicy(policy)) return policy.execute(findUnlimited, signal);
    const options: ExecuteOptions = { ...facts, signal, priority: 'critical', effect: 'read' };
    return policy.execute(find, options);
  };
}

const unlimited = { attempt: 0, deadline: undefined, remainingMs: undefined } as const;

// The surrounding context is that of the failed attempt: its signal may have aborted and would end every lookup.
function inContext<Result>(context: CallContext, ambient: boolean, fn: () => Result): Result {
  return ambient || currentCallContext() ? runWithCallContext(context, fn) : fn();
}
