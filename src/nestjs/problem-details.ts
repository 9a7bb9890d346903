import { STATUS_CODES } from 'node:http';
import { redactText } from '../errors/redact.js';
import type { WEEXError } from '../errors/weex-error.js';
import type { ExecutionStatus, WEEXErrorKind } from '../errors/weex-error-kind.js';

/** What the application's own callers are told about a failure, in the format of RFC 9457. */
export interface ProblemDetails {
  /** `urn:weex-resilience:` and the kind of error; `about:blank` if the kind must not be disclosed. */
  readonly type: string;
  /** The name of the HTTP status. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  readonly detail: string;
  readonly code?: number | string | undefined;
  /** Whether anything was executed, for a failed request that changes something. */
  readonly executionStatus?: ExecutionStatus | undefined;
  readonly clientOrderId?: string | undefined;
  /** How long to wait before trying again, in milliseconds; the header `Retry-After` has it in whole seconds. */
  readonly retryAfterMs?: number | undefined;
}

interface Answer {
  readonly status: number;
  /** The public text. Default: the error's own message, which is about what the caller sent. */
  readonly detail?: string;
  /** How long to wait if the error does not say, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Nothing of the error itself is disclosed. */
  readonly isPrivate?: true;
}

const unavailable = 'The exchange is not available';

/** The answer to each kind. The waits: the ban that WEEX documents, and the default open time of a circuit. */
export const problemAnswers: Readonly<Record<WEEXErrorKind, Answer>> = {
  unknown: { status: 502, detail: 'The exchange returned an answer that was not understood' },
  authentication: { status: 502, detail: 'The request cannot be served', isPrivate: true },
  'rate-limit': { status: 429, detail: 'Too many requests to the exchange', retryAfterMs: 10_000 },
  system: { status: 503, detail: unavailable, retryAfterMs: 5_000 },
  network: { status: 502, detail: 'The exchange cannot be reached' },
  timeout: { status: 504, detail: 'The exchange did not answer in time' },
  'circuit-open': { status: 503, detail: unavailable, retryAfterMs: 5_000 },
  'bulkhead-full': { status: 503, detail: 'Too many concurrent requests', retryAfterMs: 1_000 },
  request: { status: 422 },
  order: { status: 422 },
  'outcome-unknown': { status: 409 },
  'trading-strategy': { status: 422 },
  'risk-management': { status: 422 },
  portfolio: { status: 422 },
};

/** Describes an error for the application's callers; `ownStatus` replaces the usual status. */
export function problemDetails(error: WEEXError, ownStatus?: number): ProblemDetails {
  const { kind, code, executionStatus } = error;
  const answer = problemAnswers[kind] ?? problemAnswers.unknown;
  const status = ownStatus ?? answer.status;
  const title = STATUS_CODES[status] ?? 'Error';
  const detail = answer.detail ?? redactText(error.message, []);
  if (answer.isPrivate) return { type: 'about:blank', title, status, detail };
  const { clientOrderId } = error as { readonly clientOrderId?: unknown };
  const retryAfterMs = error.retryAfterMs ?? answer.retryAfterMs;
  return {
    type: `urn:weex-resilience:${kind}`,
    title,
    status,
    detail,
    ...(code !== undefined && { code }),
    ...(executionStatus && { executionStatus }),
    ...(typeof clientOrderId === 'string' && { clientOrderId }),
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }),
  };
}
