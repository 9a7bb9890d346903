/** Under which names the answers of WEEX carry an id of an order. */
const clientIdFields = ['clientOrderId', 'newClientOrderId', 'origClientOrderId', 'clientOid', 'client_oid'];
const orderIdFields = ['orderId', 'order_id'];

/**
 * Tells whether a value is an order that says of itself that it goes by another id. An order without any id, and
 * anything that is no order, says nothing.
 */
export function carriesOtherId(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const idsOf = (names: readonly string[]): string[] =>
    names.flatMap((name) => {
      const field = fields[name];
      return typeof field === 'string' || typeof field === 'number' ? [String(field)] : [];
    });
  const clientIds = idsOf(clientIdFields);
  return clientIds.length > 0 && ![...clientIds, ...idsOf(orderIdFields)].includes(id);
}
