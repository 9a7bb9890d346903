import type { Outgoing } from './network.js';

/** An order as requested. */
export interface WantedOrder {
  readonly clientOrderId: string | undefined;
  /** Everything that makes two orders equal: all fields except those that differ in every request. */
  readonly terms: string;
}

type Fields = Readonly<Record<string, unknown>>;

const ownFields: ReadonlySet<string> = new Set(['newClientOrderId', 'timestamp', 'recvWindow']);
const idField = /(?:origClientOrderId|clientOrderId)=([^&]+)/g;

/** The orders that a request places; none if it does something else. */
export function ordersIn(operation: string, body: string): readonly WantedOrder[] {
  if (operation !== 'placeOrder' && operation !== 'placeOrders') return [];
  const fields = fieldsOf(body);
  if (operation === 'placeOrder') return [orderOf(fields)];
  const { batchOrders, orderList = batchOrders, ...shared } = fields;
  return Array.isArray(orderList) ? orderList.map((one) => orderOf({ ...shared, ...(one as Fields) })) : [];
}

/** The client order ids that a request queries or cancels. */
export function idsAskedFor({ body, target }: Outgoing): readonly string[] {
  const inQuery = [...target.matchAll(idField)].map(([, id]) => decodeURIComponent(id ?? ''));
  const { origClientOrderIdList, origClientOrderIds = origClientOrderIdList } = fieldsOf(body);
  return Array.isArray(origClientOrderIds) ? [...inQuery, ...origClientOrderIds.map(String)] : inQuery;
}

function orderOf(fields: Fields): WantedOrder {
  const { newClientOrderId } = fields;
  const terms = Object.entries(fields)
    .filter(([name]) => !ownFields.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return {
    clientOrderId: typeof newClientOrderId === 'string' ? newClientOrderId : undefined,
    terms: terms.toSorted().join('&'),
  };
}

function fieldsOf(body: string): Fields {
  try {
    const value: unknown = body === '' ? {} : JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}
