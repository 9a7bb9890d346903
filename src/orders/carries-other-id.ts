import { clientIdFields } from '../core/context/names-order.js';

const orderIdFields = ['orderId', 'order_id'];

/**
 * Returns whether a value is an order with a different id. An order without an id, and anything that is not an order,
 * does not count.
 */
export function carriesOtherId(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  let isNamed = false;
  for (const name of clientIdFields) {
    const field = fields[name];
    if (!isId(field)) continue;
    if (String(field) === id) return false;
    isNamed = true;
  }
  return isNamed && !orderIdFields.some((name) => isId(fields[name]) && String(fields[name]) === id);
}

/** Text, a number, or what a JSON parser returns for an integer too large for a number. */
export function isId(field: unknown): field is string | number | bigint {
  if (typeof field === 'string' || typeof field === 'number' || typeof field === 'bigint') return true;
  return typeof field === 'object' && field !== null && /^\d+$/.test(textOf(field));
}

function textOf(field: object): string {
  try {
    return String(field);
  } catch {
    return '';
  }
}
