import { inspect } from 'node:util';
import { WEEXRequestError } from '../errors/index.js';

/** Parameters before they are serialised; `undefined` ones are left out. */
export type RequestParams = Readonly<Record<string, unknown>>;

/** Ids beyond this are 18-digit numbers that a JavaScript number cannot hold. */
const idNames = /^(orderId|positionId|isolatedPositionId)$/;
const clientIdNames = /^(newClientOrderId|origClientOrderId|clientAlgoId)$/;
/** Quantities, prices and leverages: the exchange does not read numbers as JavaScript does. */
const decimalNames = /(quantity|price|amount|leverage|qty)$/i;
const timeNames = /^(startTime|endTime)$/;
const decimalPattern = /^-?\d+(\.\d+)?$/;
const clientIdPattern = /^[A-Za-z0-9._:/-]{1,36}$/;

/**
 * Returns the parameters as they are sent: numbers as decimal strings, `undefined` left out, the same inside lists
 * and objects.
 *
 * Only values that would do harm are rejected here; the exchange decides about the rest. Rejected are ids that lost
 * digits, quantities and prices that are not decimals, client order ids that the exchange would cut or refuse,
 * invalid times, and values that would be sent as something else.
 *
 * @throws WEEXRequestError that lists every fault.
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
  if (Array.isArray(value) && !isScalarName(name)) {
    return value.map((item, index) => convert(name, `${path}[${index}]`, item, faults));
  }
  if (isPlainObject(value) && !isScalarName(name)) return convertObject(value, `${path}.`, faults);
  const fault = findFault(name, value);
  if (fault !== undefined) faults.push(`${path} ${fault}, received ${show(value)}`);
  return typeof value === 'number' ? String(value) : value;
}

function findFault(name: string, value: unknown): string | undefined {
  if (value === null) return 'must be left out if it has no value';
  if (idNames.test(name) && !isExactId(value))
    return 'must be a string, because numbers beyond 2^53 lose digits';
  if (clientIdNames.test(name) && !isClientOrderId(value)) {
    return 'must be 1 to 36 letters, digits or . : / _ -';
  }
  if (typeof value === 'number' && !decimalPattern.test(String(value))) {
    return 'must be a string or a number that prints without an exponent';
  }
  if (decimalNames.test(name) && !isDecimal(value)) return "must be a decimal such as '0.001'";
  if (timeNames.test(name) && !/^\d+$/.test(String(value))) return 'must be milliseconds since 1970';
  // Anything else would be sent as something else, or not at all.
  return ['string', 'number', 'boolean'].includes(typeof value)
    ? undefined
    : 'must be a string, a number, true or false';
}

function isScalarName(name: string): boolean {
  return [idNames, clientIdNames, decimalNames, timeNames].some((names) => names.test(name));
}

function isPlainObject(value: unknown): value is RequestParams {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isDecimal(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && decimalPattern.test(String(value));
}

function show(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : inspect(value, { depth: 0 });
}

/** Whether a value is a quantity or a price of more than 0, as the exchange reads it. */
export function isAmount(value: unknown): boolean {
  return isDecimal(value) && Number(value) > 0;
}

/** Whether the exchange accepts a value as a client order id, on either market. */
export function isClientOrderId(value: unknown): value is string {
  return typeof value === 'string' && clientIdPattern.test(value);
}

function isExactId(value: unknown): boolean {
  return typeof value === 'number'
    ? Number.isSafeInteger(value)
    : typeof value === 'string' && value.trim() !== '';
}
