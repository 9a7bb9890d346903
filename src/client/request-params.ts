import { WEEXRequestError } from '../errors/index.js';

/** Parameters before they are written out; `undefined` means left out. */
export type RequestParams = Readonly<Record<string, unknown>>;

/** Ids beyond this are 18-digit numbers that a JavaScript number cannot hold. */
const idNames = /^(orderId|positionId|isolatedPositionId)$/;
const clientIdNames = /^(newClientOrderId|origClientOrderId|clientAlgoId)$/;
const clientIdPattern = /^[A-Za-z0-9._:/-]{1,36}$/;

/**
 * The parameters as they go over the wire: numbers as decimal strings, `undefined` left out, lists and objects
 * likewise inside.
 *
 * Only what would do harm is refused here, the rest is for the exchange to decide: ids that lost digits, numbers
 * that print with an exponent, client order ids that the exchange would cut or refuse.
 *
 * @throws WEEXRequestError that names every fault.
 */
export function toWire(operation: string, params: RequestParams): Record<string, unknown> {
  const faults: string[] = [];
  const wire = convertObject(params, '', faults);
  if (faults.length > 0) {
    throw new WEEXRequestError(`Cannot call ${operation}: ${faults.join('; ')}`, {
      context: { operation },
      executionStatus: 'not-executed',
    });
  }
  return wire;
}

function convertObject(params: RequestParams, prefix: string, faults: string[]): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) wire[name] = convert(name, `${prefix}${name}`, value, faults);
  }
  return wire;
}

function convert(name: string, path: string, value: unknown, faults: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => convert(name, `${path}[${index}]`, item, faults));
  }
  if (typeof value === 'object' && value !== null) {
    return convertObject(value as RequestParams, `${path}.`, faults);
  }
  const fault = findFault(name, value);
  if (fault !== undefined) faults.push(`${path} ${fault}, received ${String(value)}`);
  return typeof value === 'number' ? String(value) : value;
}

function findFault(name: string, value: unknown): string | undefined {
  if (idNames.test(name) && !isExactId(value))
    return 'must be a string, because numbers beyond 2^53 lose digits';
  if (clientIdNames.test(name) && !isClientOrderId(value)) {
    return 'must be 1 to 36 letters, digits or . : / _ -';
  }
  if (typeof value === 'number' && !/^-?\d+(\.\d+)?$/.test(String(value))) {
    return 'must be a string or a number that prints without an exponent';
  }
  return undefined;
}

/** Whether the exchange takes a value as a client order id, on either market. */
export function isClientOrderId(value: unknown): value is string {
  return typeof value === 'string' && clientIdPattern.test(value);
}

function isExactId(value: unknown): boolean {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && value !== '';
}
