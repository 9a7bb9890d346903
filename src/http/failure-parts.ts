import type { AxiosError } from 'axios';
import { parseBody } from './answer-body.js';
import type { FailureParts } from './build-error.js';
import type { FailureContext } from './failure-context.js';
import { describeFailure } from './refusal.js';
import { requestFacts } from './request-facts.js';
import { findTransportFailure, lostAnswer, transportCode } from './transport-failures.js';

/** Everything that a thrown value tells, be it an axios error or anything else. */
export function failureParts(value: unknown, context: FailureContext): FailureParts {
  return isFailedRequest(value) ? failedRequestParts(value, context) : thrownParts(value, context);
}

function failedRequestParts(error: AxiosError, context: FailureContext): FailureParts {
  const { response } = error;
  const request = requestFacts(error.config ?? response?.config, context);
  const status = response?.status;
  const body = parseBody(response?.data);
  // A good status without its body is an answer that was lost on the way.
  const lost = !response || (body === undefined && (status === undefined || status < 300));
  const transport = lost ? (findTransportFailure(error) ?? lostAnswer) : undefined;
  return {
    ...request,
    body,
    status,
    headers: response?.headers,
    refusal: describeFailure(body),
    transport,
    code: lost ? transportCode(error) : undefined,
    detail: lost ? error.message : undefined,
    redirected: wasRedirected(response?.request ?? error.request),
    cause: error,
  };
}

function thrownParts(value: unknown, context: FailureContext): FailureParts {
  const isError = value instanceof Error;
  return {
    ...requestFacts(undefined, context),
    body: isError ? undefined : value,
    status: undefined,
    headers: undefined,
    refusal: isError ? { level: 'answer' } : describeFailure(value),
    transport: isError ? findTransportFailure(value) : undefined,
    code: isError ? transportCode(value) : undefined,
    detail: isError ? value.message : describeThrown(value),
    cause: value,
  };
}

function isFailedRequest(value: unknown): value is AxiosError {
  if (!(value instanceof Error) && (value as { isAxiosError?: unknown } | null)?.isAxiosError !== true)
    return false;
  const { isAxiosError, response } = value as Partial<AxiosError>;
  return isAxiosError === true || typeof response?.status === 'number';
}

function describeThrown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text was thrown' : value;
  if (typeof value === 'object' && value !== null) {
    const { message } = value as { message?: unknown };
    return typeof message === 'string' ? message : 'an object without a message was thrown';
  }
  return `${String(value)} was thrown`;
}

/** A redirect comes after the first server has answered: what it did is not known. */
function wasRedirected(request: unknown): boolean {
  const { _redirectable, _redirectCount } = (request ?? {}) as {
    _redirectable?: { _redirectCount?: number };
    _redirectCount?: number;
  };
  return (_redirectable?._redirectCount ?? _redirectCount ?? 0) > 0;
}
