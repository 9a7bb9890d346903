import { isSuccessCode } from '../errors/codes/success-codes.js';

/** Whether a body of the exchange contains only a refusal: a code that is not a success, and a text. */
export function isRefusalBody(value: object): boolean {
  const code = codeOf(value);
  return code !== undefined && !isSuccessCode(code) && !('orderId' in value);
}

/** A body that reports success without saying of what: a code and a text, without an order. */
export function isEmptySuccess(value: object): boolean {
  const code = codeOf(value);
  return code !== undefined && isSuccessCode(code) && !('data' in value);
}

/** The code of a body that also has a text. */
function codeOf(value: object): string | number | undefined {
  const { code, message, msg } = value as Readonly<Record<string, unknown>>;
  const isCode = typeof code === 'number' || (typeof code === 'string' && code !== '');
  return isCode && typeof (msg ?? message) === 'string' ? code : undefined;
}
