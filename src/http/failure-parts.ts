import type { AxiosError } from 'axios';
import { closeStream, parseBody } from './answer-body.js';
import type { FailureContext } from './failure-context.js';
import { decidingStatuses } from './http-statuses.js';
import { bodyOf } from './raw-body.js';
import { describeFailure, type Refusal } from './refusal.js';
import { type RequestFacts, requestFacts } from './request-facts.js';
import {
  findTransportFailure,
  lostAnswer,
  transportCode,
  type TransportFailure,
} from './transport-failures.js';

/** Everything that is known about one failure. */
export interface FailureParts {
  readonly request: RequestFacts;
  readonly body: unknown;
  readonly status: number | undefined;
  readonly headers: object | undefined;
  readonly refusal: Refusal;
  readonly transport: TransportFailure | undefined;
  /** The code of a failure without an answer. */
  readonly code: string | undefined;
  /** The text of a failure without an answer. */
  readonly detail: string | undefined;
  /** Whether the answer came from another place than the request was sent to. */
  readonly redirected: boolean;
  readonly cause: unknown;
}

/** The failure that a whole answer, or a bare body, reports. */
export function answerParts(
  request: RequestFacts,
  refusal: Refusal,
  body: unknown,
  status: number | undefined,
  headers: object | undefined,
  sent?: unknown,
): FailureParts {
  return {
    request,
    body,
    status,
    headers,
    refusal,
    transport: undefined,
    code: undefined,
    detail: undefined,
    redirected: sent !== undefined && wasRedirected(sent, refusal, status),
    cause: undefined,
  };
}

/** Everything that a thrown value reveals, whether an axios error or anything else. */
export function failureParts(value: unknown, context: FailureContext): FailureParts {
  return isFailedRequest(value) ? failedRequestParts(value, context) : thrownParts(value, context);
}

function failedRequestParts(error: AxiosError, context: FailureContext): FailureParts {
  const { response } = error;
  const status = response?.status;
  closeStream(response?.data);
  const body = response && parseBody(bodyOf(response));
  const refusal = describeFailure(body);
  const lost = !response || isCutShort(error, body, status);
  return {
    request: requestFacts(error.config ?? response?.config, context),
    body,
    status,
    headers: response?.headers,
    refusal,
    transport: lost ? (findTransportFailure(error) ?? lostAnswer) : undefined,
    code: lost ? transportCode(error) : undefined,
    detail: lost ? error.message : undefined,
    redirected: response ? wasRedirected(response.request, refusal, status) : wasRedirected(error.request),
    cause: error,
  };
}

/**
 * Whether an answer was cut short: a good status without its body was lost on the way, and so was a refusal that
 * was not read to its end.
 */
function isCutShort({ code }: AxiosError, body: unknown, status: number | undefined): boolean {
  if (body !== undefined) return false;
  if (status === undefined || status < 300) return true;
  // axios sets ERR_BAD_REQUEST for every answer of this range that it has read; a test adapter sets no code.
  return (
    status >= 400 &&
    status < 500 &&
    !decidingStatuses.has(status) &&
    code !== undefined &&
    code !== 'ERR_BAD_REQUEST'
  );
}

function thrownParts(value: unknown, context: FailureContext): FailureParts {
  const isError = value instanceof Error;
  return {
    request: requestFacts(configOf(value), context),
    body: isError ? undefined : value,
    status: undefined,
    headers: undefined,
    refusal: isError ? { level: 'answer' } : describeFailure(value),
    transport: isError ? findTransportFailure(value) : undefined,
    code: isError ? transportCode(value) : undefined,
    detail: isError ? value.message : describeThrown(value),
    redirected: false,
    cause: value,
  };
}

function isFailedRequest(value: unknown): value is AxiosError {
  if (typeof value !== 'object' || value === null) return false;
  const { isAxiosError, response } = value as Partial<AxiosError>;
  return isAxiosError === true || (value instanceof Error && typeof response?.status === 'number');
}

/** A value derived from an axios error may still carry its request. */
function configOf(value: unknown): AxiosError['config'] {
  const { config } = (typeof value === 'object' && value !== null ? value : {}) as { config?: unknown };
  return typeof config === 'object' && config !== null ? (config as AxiosError['config']) : undefined;
}

function describeThrown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text was thrown' : value;
  if (typeof value === 'object' && value !== null) {
    const { message } = value as { message?: unknown };
    return typeof message === 'string' ? message : 'an object without a message was thrown';
  }
  return `${String(value)} was thrown`;
}

/**
 * Whether a redirect was followed: it comes after the first server has answered, so the outcome there is not known.
 * fetch follows redirects silently, and then only a code or status of the exchange shows whose answer it is.
 */
function wasRedirected(request: unknown, answer?: Refusal, status?: number): boolean {
  const { _redirectable, _redirectCount, redirect } = (request ?? {}) as {
    _redirectable?: { _redirectCount?: number };
    _redirectCount?: number;
    redirect?: unknown;
  };
  const nameless = answer?.code === undefined && !decidingStatuses.has(status ?? 0);
  if (redirect === 'follow' && answer && nameless) return true;
  return (_redirectable?._redirectCount ?? _redirectCount ?? 0) > 0;
}
