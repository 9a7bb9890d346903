import type { ExecuteOptions } from '../policies/resilience-policy.js';
import type { LookedUpCall } from './lookup.js';
import { mintedIds, mintsInRepeatable } from './mint-client-order-id.js';
import type { OrderSafety } from './order-safety.js';

/** The client order id of a call; `undefined` if it has none. */
export function idOfCall<This, Args extends unknown[], Result>(
  { clientOrderId }: OrderSafety<This, Args, Result>,
  { args, options, self }: LookedUpCall<This, Args> & { readonly options?: ExecuteOptions | undefined },
): string | undefined {
  const minted = mintedIds();
  const told: unknown = clientOrderId.apply(self, args);
  if (options?.idempotent && mintedIds() > minted) throw mintsInRepeatable(options.operation);
  // In JavaScript the id may be a number.
  if (isNothing(told)) return undefined;
  if (typeof told === 'object')
    throw new TypeError(
      `Cannot call ${options?.operation ?? 'a guarded method'}: clientOrderId returned an object, perhaps a promise. ` +
        'It must return the id synchronously, as a string',
    );
  return String(told);
}

function isNothing(id: unknown): boolean {
  return id === undefined || id === null || id === '';
}
