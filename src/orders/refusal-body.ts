const successCodes: ReadonlySet<unknown> = new Set(['0', '00000', '200', '']);

/** A body of the exchange that says no more than why not: a code that is no success, and a text. */
export function isRefusalBody(value: object): boolean {
  const { code } = value as { readonly code?: unknown };
  return isCoded(value) && !successCodes.has(String(code)) && !('orderId' in value);
}

/** A body that says that all is well and not what: a code and a text, without an order. */
export function isEmptySuccess(value: object): boolean {
  const { code } = value as { readonly code?: unknown };
  return isCoded(value) && successCodes.has(String(code)) && !('data' in value);
}

function isCoded(value: object): boolean {
  const { code, message, msg } = value as Readonly<Record<string, unknown>>;
  return (typeof code === 'number' || typeof code === 'string') && typeof (msg ?? message) === 'string';
}
