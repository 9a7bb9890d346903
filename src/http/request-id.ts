import { requestIdPrefix } from '../core/context/request-id-prefix.js';

/** The header in which the interceptor sends its own id. */
export const requestIdHeader = 'X-Request-Id';

const idFields = ['requestId', 'request_id', 'traceId', 'trace_id'] as const;

let count = 0;

/** An id that no other request of this or another process has. */
export function makeRequestId(): string {
  count += 1;
  return `${requestIdPrefix()}${count}`;
}

/** The id with which a request was sent, whatever the case of its header. */
export function sentRequestId(headers: object | undefined): string | undefined {
  const { get } = (headers ?? {}) as { get?: unknown };
  const id: unknown =
    typeof get === 'function'
      ? get.call(headers, requestIdHeader)
      : (headers as Record<string, unknown> | undefined)?.[requestIdHeader];
  return typeof id === 'string' ? id : undefined;
}

/** The id in the body of an answer, or `undefined`. */
export function bodyRequestId(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  for (const name of idFields) {
    const value = (body as Record<string, unknown>)[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
