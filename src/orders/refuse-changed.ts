import { WEEXRequestError } from '../errors/index.js';
import { idOfCall } from './id-of-call.js';
import type { LookedUpCall } from './lookup.js';
import type { OrderSafety } from './order-safety.js';

/**
 * Prevents an attempt from sending the next order instead of its own: plain arguments are copied when the call is
 * made, but a class instance may have been reused for another order since.
 *
 * @throws WEEXRequestError if the arguments now have another client order id.
 */
export function refuseChanged<This, Args extends unknown[], Result>(
  safety: OrderSafety<This, Args, Result>,
  call: LookedUpCall<This, Args>,
  id: string | undefined,
): void {
  if (id === undefined || !call.args.some(holdsInstance)) return;
  const now = idOfCall(safety, call);
  // An id that differs each time it is read was never in the arguments.
  if (now === id || now === undefined || now !== idOfCall(safety, call)) return;
  throw new WEEXRequestError(
    `Cannot send order ${id}: its arguments now belong to order ${now}. Use a separate object for every order`,
    { executionStatus: 'not-executed' },
  );
}

function holdsInstance(value: unknown): boolean {
  return isInstance(value) || (isObject(value) && Object.values(value).some(isInstance));
}

function isInstance(value: unknown): boolean {
  if (!isObject(value) || Array.isArray(value) || value instanceof AbortSignal) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
