import type { LookedUpCall } from './lookup.js';
import { mismatchOf } from './mismatch-of.js';
import type { OrderSafety } from './order-safety.js';

/** Describes how an order that was found differs from what a call ordered; `undefined` if it does not. */
export function mismatchOfCall<This, Args extends unknown[], Result>(
  safety: OrderSafety<This, Args, Result>,
  { args, self }: LookedUpCall<This, Args>,
  found: Result,
): string | undefined {
  if (!safety.matches) return mismatchOf(found, args[0]);
  const isOrdered: unknown = safety.matches.apply(self, [found, ...args]);
  if (typeof isOrdered === 'object')
    return 'matches returned an object, perhaps a promise: it must answer synchronously';
  return isOrdered ? undefined : 'matches says that it is not what was ordered';
}
