import type { LookedUpCall } from './lookup.js';
import type { OrderSafety } from './order-safety.js';

/** Fields that must be equal if both the order and the answer have them. */
const texts = ['symbol', 'side', 'positionSide'] as const;
const quantities = ['quantity', 'origQty'] as const;
const triggers = ['triggerPrice'] as const;

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

/**
 * Describes in which field an order that was found differs from what was ordered; `undefined` if in none. A field
 * that only one of the two has is ignored.
 */
export function mismatchOf(found: unknown, ordered: unknown): string | undefined {
  if (!isFields(found) || !isFields(ordered)) return undefined;
  for (const name of texts) {
    const [told, asked] = [found[name], ordered[name]];
    if (typeof told !== 'string' || typeof asked !== 'string') continue;
    if (told.toUpperCase() !== asked.toUpperCase()) return differs(name, told, asked);
  }
  for (const names of [quantities, triggers]) {
    const [told, asked] = [amountOf(found, names), amountOf(ordered, names)];
    if (told !== undefined && asked !== undefined && told !== asked) return differs(names[0], told, asked);
  }
  return undefined;
}

function differs(name: string, told: unknown, asked: unknown): string {
  return `${name} is ${JSON.stringify(told)}, but ${JSON.stringify(asked)} was ordered`;
}

function amountOf(fields: Readonly<Record<string, unknown>>, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = fields[name];
    const amount =
      typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : 0;
    if (amount > 0) return amount;
  }
  return undefined;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
