import type { AxiosResponse } from 'axios';
import { isWEEXError, WEEXError } from '../errors/weex-error.js';
import { bodyText, closeStream, parseBody } from './answer-body.js';
import { answerRefusal } from './answer-refusal.js';
import { buildError } from './build-error.js';
import type { FailureContext } from './failure-context.js';
import { answerParts, failureParts } from './failure-parts.js';
import { bodyOf } from './raw-body.js';
import { describeFailure, findRefusal, type Refusal } from './refusal.js';
import { isWrite, requestFacts } from './request-facts.js';

/**
 * Creates a `WEEXError` from anything: a body or WebSocket frame (as object, text or bytes), an axios error or
 * response, or anything that was thrown. A `WEEXError` is returned unchanged. This function never throws.
 *
 * Returns `undefined` for a body or frame that reports no failure. Secrets are removed from everything that an
 * axios error carries. Without a `method`, in the context or in the axios error, `executionStatus` stays
 * `undefined`.
 *
 * @example
 * ```ts
 * import { toWeexError } from 'weex-resilience';
 *
 * const error = toWeexError({ code: '40001', msg: 'invalid key' }, { method: 'POST', path: '/api/v3/order' });
 * console.log(error?.kind, error?.executionStatus); // authentication not-executed
 * ```
 */
export function toWeexError(failure: Error, context?: FailureContext): WEEXError;
export function toWeexError(anything: unknown, context?: FailureContext): WEEXError | undefined;
export function toWeexError(anything: unknown, context: FailureContext = {}): WEEXError | undefined {
  if (isWEEXError(anything)) return anything;
  const error = safely(context, () => {
    if (anything instanceof Error) return buildError(failureParts(anything, context));
    if (isResponse(anything)) {
      const refusal = answerRefusal(anything, isWrite(anything.config, context) !== false);
      return refusal && wholeAnswerError(anything, refusal, context);
    }
    const text = bodyText(anything);
    const body = text === undefined ? anything : parseBody(text);
    const isBody = typeof body === 'object' && body !== null && !isThrown(body);
    return isBody ? bodyError(body, context) : buildError(failureParts(anything, context));
  });
  // The stack starts at the caller: our own frames cost more than they reveal.
  if (error) Error.captureStackTrace(error, toWeexError);
  return error;
}

/** @internal Creates the error, without a stack, for a thrown value: a failure whatever it looks like. */
export function thrownError(value: unknown, context: FailureContext): WEEXError {
  return safely(context, () => buildError(failureParts(value, context)));
}

/** @internal Creates the error, without a stack, for a whole answer that is known to be a failure. */
export function responseError(
  response: AxiosResponse,
  refusal: Refusal,
  context: FailureContext,
  cause?: unknown,
): WEEXError {
  return safely(context, () => wholeAnswerError(response, refusal, context, cause));
}

/** Runs `make`; a getter or a proxy in a value may throw when it is read, which must not hide the failure. */
function safely<Result extends WEEXError | undefined>(
  context: FailureContext,
  make: () => Result,
): Result | WEEXError {
  const { stackTraceLimit } = Error;
  try {
    // Capturing a stack costs as much as everything else, and this one would contain only our own frames.
    Reflect.set(Error, 'stackTraceLimit', 0);
    return make();
  } catch {
    return new WEEXError('WEEX call failed: the failure cannot be read', {
      executionStatus: context.isRead === false ? 'unknown' : undefined,
    });
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

function wholeAnswerError(
  response: AxiosResponse<unknown>,
  refusal: Refusal,
  context: FailureContext,
  cause?: unknown,
): WEEXError {
  const { data, status, headers, config } = response;
  const sent: unknown = response.request;
  closeStream(data);
  const facts = requestFacts(config, context);
  const parts = answerParts(facts, refusal, parseBody(bodyOf(response)), status, headers, sent);
  return buildError(cause === undefined ? parts : { ...parts, cause });
}

function bodyError(body: object, context: FailureContext): WEEXError | undefined {
  const request = requestFacts(undefined, context);
  const { status, headers } = context;
  const failed = status !== undefined && status >= 400;
  const refusal = failed ? describeFailure(body) : findRefusal(body, request.write !== false);
  return refusal && buildError(answerParts(request, refusal, body, status, headers));
}

function isResponse(value: unknown): value is AxiosResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as { status?: unknown; headers?: unknown };
  return typeof status === 'number' && typeof headers === 'object' && headers !== null;
}

/** Whether an object was thrown: an axios error without its prototype, an empty object, or just a message. */
function isThrown(body: object): boolean {
  if ((body as { isAxiosError?: unknown }).isAxiosError === true) return true;
  const names = Object.keys(body);
  return (
    names.length === 0 || (names.length <= 3 && typeof (body as { message?: unknown }).message === 'string')
  );
}
