import { STATUS_CODES } from 'node:http';
import { redactText } from '../errors/redact.js';
import type { WEEXError } from '../errors/weex-error.js';
import type { ExecutionStatus, WEEXErrorKind } from '../errors/weex-error-kind.js';

/** What a failure tells the application's own callers, as RFC 9457 has it. */
export interface ProblemDetails {
  /** Names the kind of problem: `urn:weex-resilience:` and the kind; `about:blank` where that is nobody's business. */
  readonly type: string;
  /** The name of the HTTP status. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  readonly detail: string;
  readonly code?: number | string | undefined;
  /** Whether something was executed, where a request that changes something failed. */
  readonly executionStatus?: ExecutionStatus | undefined;
  readonly clientOrderId?: string | undefined;
  /** When to come back, in milliseconds; the header `Retry-After` says it in whole seconds. */
  readonly retryAfterMs?: number | undefined;
}

interface Answer {
  readonly status: number;
  /** The words for the outside; without them the error's own message, which is about what the caller sent. */
  readonly detail?: string;
  /** When to come back where the error does not say. */
  readonly retryAfterMs?: number;
  /** Nothing of the error itself goes out. */
  readonly isPrivate?: true;
}

const unavailable = 'The exchange is not available';

/** The answer to each kind. The waits: the ban that WEEX documents, and the default time of an open circuit. */
export const problemAnswers: Readonly<Record<WEEXErrorKind, Answer>> = {
  unknown: { status: 502, detail: 'The exchange gave an answer that is not understood' },
  authentication: { status: 502, detail: 'The request cannot be served', isPrivate: true },
  'rate-limit': { status: 429, detail: 'Too many requests to the exchange', retryAfterMs: 10_000 },
  system: { status: 503, detail: unavailable, retryAfterMs: 5_000 },
  network: { status: 502, detail: 'The exchange cannot be reached' },
  timeout: { status: 504, detail: 'The exchange did not answer in time' },
  'circuit-open': { status: 503, detail: unavailable, retryAfterMs: 5_000 },
  'bulkhead-full': { status: 503, detail: 'Too many requests at the same time', retryAfterMs: 1_000 },
  request: { status: 422 },
  order: { status: 422 },
  'outcome-unknown': { status: 409 },
  'trading-strategy': { status: 422 },
  'risk-management': { status: 422 },
  portfolio: { status: 422 },
};

/** Describes an error for the outside, with the status that is given in place of the usual one. */
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
