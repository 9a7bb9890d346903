import { inspect } from 'node:util';
import { WEEXRequestError } from '../errors/index.js';
import { isAmount, isClientOrderId } from './request-params.js';

/** Finds what is wrong with the arguments of a method: one sentence per fault. */
export type ArgumentCheck = (args: readonly unknown[], self?: object) => string[];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Refuses a call whose arguments have faults, before anything is sent.
 *
 * @throws WEEXRequestError that lists every fault.
 */
export function refuseFaults(operation: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new WEEXRequestError(`Cannot call ${operation}: ${faults.join('; ')}`, {
    context: { operation },
    executionStatus: 'not-executed',
  });
}

/** The first argument is a symbol. */
export const symbolFirst: ArgumentCheck = ([symbol]) =>
  isText(symbol) ? [] : [`symbol must be a string such as 'BTCUSDT', received ${show(symbol)}`];

/**
 * The first argument is a symbol, or nothing, or the options. An empty symbol, or an object with other fields, was
 * meant to restrict the call, which would otherwise apply to all symbols.
 */
export const symbolOrNothing: ArgumentCheck = ([first]) => {
  if (first === undefined || isText(first)) return [];
  if (isFields(first)) {
    const others = Object.keys(first).filter((name) => name !== 'signal');
    if (others.length === 0) return [];
    return [
      `the first argument must be a symbol or { signal }, received an object with ${others.join(', ')}`,
    ];
  }
  return [`symbol must be a string such as 'BTCUSDT', or be left out, received ${show(first)}`];
};

/** The first argument is an order. */
export const orderFirst: ArgumentCheck = ([order]) => orderFaults(order, 'order');

/** The first argument is a list of at most `most` orders, without duplicate ids. */
export const ordersFirst =
  (most: number): ArgumentCheck =>
  ([orders]) => {
    if (!Array.isArray(orders)) return [`orders must be a list, received ${show(orders)}`];
    if (orders.length > most) return [`orders must have at most ${most} items, received ${orders.length}`];
    const faults = orders.flatMap((order, index) => orderFaults(order, `orders[${index}]`));
    const ids = orders.filter(isFields).flatMap(({ newClientOrderId: id }) => (isText(id) ? [id] : []));
    const doubles = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
    return [...faults, ...[...doubles].map((id) => `two orders have the newClientOrderId ${show(id)}`)];
  };

/** The first argument identifies an order. */
export const referenceFirst: ArgumentCheck = ([reference]) => {
  if (!isFields(reference)) {
    return [
      `the order must be { symbol, orderId } or { symbol, clientOrderId }, received ${show(reference)}`,
    ];
  }
  const { orderId, clientOrderId } = reference;
  if (orderId === undefined) {
    return clientOrderId === undefined
      ? ['orderId or clientOrderId is missing']
      : clientOrderIdFaults(clientOrderId);
  }
  return clientOrderId === undefined ? [] : ['give either orderId or clientOrderId, not both'];
};

/** The arguments are a client order id and a symbol. */
export const idAndSymbol: ArgumentCheck = ([id, symbol]) => [
  ...clientOrderIdFaults(id),
  ...symbolFirst([symbol]),
];

/** The first argument is a query with a symbol. */
export const queryFirst: ArgumentCheck = ([query]) =>
  isFields(query) ? symbolFirst([query['symbol']]) : [`the query must be an object, received ${show(query)}`];

/** The first argument is a query, or nothing. */
export const queryOrNothing: ArgumentCheck = ([query]) =>
  query === undefined || isFields(query)
    ? symbolFaults(query?.['symbol'])
    : [`the query must be an object, received ${show(query)}`];

function symbolFaults(symbol: unknown): string[] {
  return symbol === undefined ? [] : symbolFirst([symbol]);
}

/** The options, if given, must be an object whose `signal` is an `AbortSignal`. */
export function checkOptions(args: readonly unknown[], parameters: number): string[] {
  const given = args.length < parameters && isFields(args[0]) ? args[0] : args[parameters - 1];
  if (given === undefined || given === null) return [];
  if (!isFields(given)) return [`the options must be an object such as { signal }, received ${show(given)}`];
  const { signal } = given;
  const isSignal = signal === undefined || signal === null || (isFields(signal) && 'aborted' in signal);
  return isSignal ? [] : [`signal must be an AbortSignal, received ${show(signal)}`];
}

function orderFaults(order: unknown, name: string): string[] {
  if (!isFields(order)) return [`${name} must be an object, received ${show(order)}`];
  const faults = symbolFirst([order['symbol']]).map((fault) => `${name}.${fault}`);
  // An id that is not sent protects nothing.
  if ('clientOrderId' in order) {
    faults.push(`${name}.clientOrderId is not a field of a new order; use newClientOrderId`);
  }
  // With a trigger of 0 the order would be placed without its stop.
  for (const trigger of ['tpTriggerPrice', 'slTriggerPrice']) {
    const price = order[trigger];
    if (price !== undefined && !isAmount(price))
      faults.push(`${name}.${trigger} must be more than 0, received ${show(price)}`);
  }
  const { newClientOrderId: id } = order;
  if (typeof id === 'object' && id !== null) {
    faults.push(`${name}.newClientOrderId must be a string, received ${show(id)}`);
  }
  return faults;
}

function clientOrderIdFaults(id: unknown): string[] {
  return isClientOrderId(id)
    ? []
    : [`clientOrderId must be 1 to 36 letters, digits or . : / _ -, received ${show(id)}`];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });
}
