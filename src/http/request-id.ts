import { randomBytes } from 'node:crypto';
import { readHeader } from './headers.js';

/** The header in which the interceptor sends an id of its own. */
export const requestIdHeader = 'X-Request-Id';

/** Where exchanges, gateways and proxies put the id of a request, the most exact first. */
const idHeaders = [
  'x-request-id',
  'request-id',
  'x-trace-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-amz-cf-id',
  'eagleeye-traceid',
  'cf-ray',
  'traceparent',
] as const;

const idFields = ['requestId', 'request_id', 'traceId', 'trace_id'] as const;

let prefix: string | undefined;
let count = 0;

/** An id that no other request of this or another process has. */
export function makeRequestId(): string {
  prefix ??= randomBytes(6).toString('hex');
  count += 1;
  return `${prefix}-${count.toString(36)}`;
}

/** The id that an answer carries, in a header or in its body, or `undefined`. */
export function answeredRequestId(headers: unknown, body: unknown): string | undefined {
  for (const name of idHeaders) {
    const value = readHeader(headers, name);
    if (value) return value.slice(0, 200);
  }
  if (typeof body !== 'object' || body === null) return undefined;
  for (const name of idFields) {
    const value = (body as Record<string, unknown>)[name];
    if (typeof value === 'string' && value !== '') return value.slice(0, 200);
  }
  return undefined;
}
