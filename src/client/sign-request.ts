import { createHmac } from 'node:crypto';

/** What a WEEX signature covers. */
export interface SignableRequest {
  /** Milliseconds since 1970, the value of the `ACCESS-TIMESTAMP` header. */
  readonly timestamp: number | string;
  /** The HTTP verb, in any case. */
  readonly method: string;
  /** The path as sent, with its trailing slash if there is one. */
  readonly path: string;
  /** The query string exactly as sent, without `?`. Default: none. */
  readonly query?: string | undefined;
  /** The body text exactly as sent. Default: none. */
  readonly body?: string | undefined;
}

/**
 * Signs a request as every private WEEX endpoint requires: HMAC-SHA256 of timestamp, verb, path, query and body, in
 * Base64. The query and the body must be exactly the characters that are sent.
 *
 * A signature is valid for 30 seconds around the server's time, so a retry needs a new one.
 *
 * @example
 * ```ts
 * import { signRequest } from 'weex-resilience/client';
 *
 * const timestamp = Date.now();
 * const signature = signRequest('my-secret', { timestamp, method: 'GET', path: '/api/v3/account/' });
 * ```
 *
 * Source: weex.com API documentation, V3, "Signature".
 */
export function signRequest(secretKey: string, request: SignableRequest): string {
  const { timestamp, method, path, query = '', body = '' } = request;
  const text = `${timestamp}${method.toUpperCase()}${path}${query === '' ? '' : `?${query}`}${body}`;
  return createHmac('sha256', secretKey).update(text).digest('base64');
}
