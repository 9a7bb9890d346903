import type { IPolicy } from 'cockatiel';
import { followUnseenWrites } from '../core/context/unseen-writes.js';
import { checkOrderSafety } from './check-order-safety.js';
import { type GuardedCall, GuardedOrder } from './guarded-order.js';
import type { MethodMemory } from './order-attempts.js';
import { looksUpAll, type OrderSafety } from './order-safety.js';
import { patienceSource } from './patience-source.js';

/** Executes a call under a policy so that it never takes effect twice. */
export type OrderGuard<This, Args extends unknown[], Result> = (
  policy: IPolicy,
  call: GuardedCall<This, Args, Result>,
) => Promise<Result>;

/**
 * Creates the guard of a method from its order safety, once per method.
 *
 * The guard works with any policy. A policy of this library asks the guard for the outcome of an attempt, and
 * resends by itself. Any other policy, which may repeat regardless of the outcome, is blocked while an attempt is
 * in doubt.
 *
 * With `idempotent: true` (a cancel) a request with an unknown outcome is sent again without a lookup, but if a
 * repeated send is refused, usually with "order does not exist", the order is looked up.
 *
 * @throws TypeError if a value of `safety` is not allowed, with all faults at once.
 */
export function createOrderGuard<This, Args extends unknown[], Result>(
  given: OrderSafety<This, Args, Result>,
): OrderGuard<This, Args, Result> {
  const safety = checkOrderSafety(given);
  const patience = patienceSource(safety);
  const memory: MethodMemory = { places: new Set(), looksUpAll: looksUpAll in safety };
  return async (policy, call) => {
    followUnseenWrites();
    return new GuardedOrder(safety, patience(call), policy, call, memory).run();
  };
}
