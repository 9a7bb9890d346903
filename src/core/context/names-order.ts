/** The fields in which orders and answers of WEEX carry a client order id. */
export const clientIdFields = [
  'clientOrderId',
  'newClientOrderId',
  'origClientOrderId',
  'clientOid',
  'client_oid',
] as const;

/** The fields that identify an order. */
const idFields = ['orderId', 'order_id', 'id', ...clientIdFields, 'algoId', 'clientAlgoId'] as const;

/** Whether a value cannot be an order id. */
export function isNoId(value: unknown): boolean {
  return value === null || value === undefined || value === '' || String(value) === '0';
}

/** Whether an answer to an order says which order it is about: the exchange's does, one made up by a proxy doesn't. */
export function namesOrder(answer: unknown, depth = 3): boolean {
  // An id has a digit; "OK" is not an id.
  if (typeof answer !== 'object')
    return typeof answer !== 'boolean' && !isNoId(answer) && /\d/.test(String(answer));
  if (answer === null || depth === 0) return false;
  const fields = answer as Readonly<Record<string, unknown>>;
  if (idFields.some((name) => !isNoId(fields[name]))) return true;
  const inner = Array.isArray(answer) ? answer : Object.values(fields).filter(isObject);
  return namesOrder(fields['data'], depth - 1) || inner.some((item) => namesOrder(item, depth - 1));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
