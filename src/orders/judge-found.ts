import { clientIdFields } from '../core/context/names-order.js';
import { carriesOtherId, isId } from './carries-other-id.js';
import { isRefusalBody } from './refusal-body.js';

/** What a lookup returned: the order, nothing, or something that proves neither. */
export type Found =
  | { readonly is: 'order' }
  | { readonly is: 'nothing' }
  | { readonly is: 'no-proof'; readonly why: string };

/** The fields that identify an order. */
const idFields = [...clientIdFields, 'orderId', 'order_id', 'id'] as const;

/**
 * Evaluates what a lookup returned: only an order that can be this one counts as found. If the call has its own
 * `matches`, that decides about every object except an empty one, a refusal and a whole response.
 */
export function judgeFound(value: unknown, id: string, isJudgedElsewhere = false): Found {
  if (value === undefined || value === null) return { is: 'nothing' };
  if (isJudgedElsewhere && typeof value === 'object' && !isNoOrder(value)) return { is: 'order' };
  if (Array.isArray(value)) return judgeList(value, id);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    const isProof =
      typeof value === 'string' ? value !== '' && !/^\s*[<{[]/.test(value) : String(value) === id;
    return isProof ? { is: 'order' } : noProof('neither an order nor undefined');
  }
  if (typeof value !== 'object') return noProof(`${String(value)}, neither an order nor undefined`);
  if (isRefusalBody(value) || isFailure(value)) return noProof('a refusal: throw it');
  if (carriesOtherId(value, id)) return noProof('another order');
  if (isResponse(value)) return noProof('a whole response: return its data');
  const fields = value as Readonly<Record<string, unknown>>;
  if (idFields.some((name) => isNamed(fields[name]))) return { is: 'order' };
  return noProof('an object without an order id');
}

/** Whether a value cannot be an order, even with a `matches`. */
function isNoOrder(value: object): boolean {
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return (isPlain && Object.keys(value).length === 0) || isRefusalBody(value) || isResponse(value);
}

function isResponse(value: object): boolean {
  return 'config' in value && 'headers' in value && 'data' in value;
}

/** Whether a value reports a failure, by a flag or an HTTP status. */
function isFailure(value: object): boolean {
  const { result, status, success } = value as Readonly<Record<string, unknown>>;
  return (
    success === false || result === false || (typeof status === 'number' && status >= 400 && status < 600)
  );
}

function judgeList(list: readonly unknown[], id: string): Found {
  if (isEmptyList(list)) return noProof('a list, neither an order nor undefined');
  const others = list.filter((item) => carriesOtherId(item, id)).length;
  return others === list.length ? noProof('a list of other orders') : { is: 'order' };
}

function isEmptyList(value: object): boolean {
  return Array.isArray(value) && value.length === 0;
}

function noProof(why: string): Found {
  return { is: 'no-proof', why };
}

function isNamed(value: unknown): boolean {
  return isId(value) && value !== '' && String(value) !== '0';
}
