import type { AxiosResponse } from 'axios';
import { isWEEXError, WEEXError } from '../errors/weex-error.js';
import { bodyText, parseBody } from './answer-body.js';
import { answerRefusal } from './answer-refusal.js';
import { buildError, type FailureParts } from './build-error.js';
import type { FailureContext } from './failure-context.js';
import { failureParts } from './failure-parts.js';
import { describeFailure, findRefusal, type Refusal } from './refusal.js';
import { requestFacts } from './request-facts.js';

/**
 * Makes a `WEEXError` of anything: a body or WebSocket frame (as object, text or bytes), an axios error or
 * response, or whatever was thrown. A `WEEXError` comes back as it is. It never throws.
 *
 * A body or frame that tells of no failure gives `undefined`. What an axios error carries is searched for secrets,
 * and they are taken out of it. Without a `method`, in the context or in the axios error, `executionStatus` stays
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
  return safely(context, () => {
    if (isWEEXError(anything)) return anything;
    if (anything instanceof Error) return buildError(failureParts(anything, context));
    if (isResponse(anything)) {
      const refusal = answerRefusal(anything, context.isRead !== true);
      return refusal && buildError(responseParts(anything, refusal, context));
    }
    const text = bodyText(anything);
    const body = text === undefined ? anything : parseBody(text);
    const isBody = typeof body === 'object' && body !== null && !isThrown(body);
    return isBody ? bodyError(body, context) : buildError(failureParts(anything, context));
  });
}

/** @internal The error for a value that somebody threw: it is a failure whatever it looks like. */
export function thrownError(value: unknown, context: FailureContext): WEEXError {
  return safely(context, () => (isWEEXError(value) ? value : buildError(failureParts(value, context))));
}

/** @internal The error for a whole answer that was found to be a failure. */
export function responseError(response: AxiosResponse, refusal: Refusal, context: FailureContext): WEEXError {
  return safely(context, () => buildError(responseParts(response, refusal, context)));
}

function responseParts(response: AxiosResponse, refusal: Refusal, context: FailureContext): FailureParts {
  const { status, headers, config } = response;
  const body = parseBody(response.data);
  return { ...requestFacts(config, context), body, status, headers, refusal };
}

function bodyError(body: object, context: FailureContext): WEEXError | undefined {
  const request = requestFacts(undefined, context);
  const { status, headers } = context;
  const failed = status !== undefined && status >= 400;
  const refusal = failed ? describeFailure(body) : findRefusal(body, request.write !== false);
  return refusal && buildError({ ...request, body, status, headers, refusal });
}

/** Something in a value may throw when it is read: a getter, a proxy. That must not hide the failure. */
function safely<Result>(context: FailureContext, make: () => Result): Result | WEEXError {
  try {
    return make();
  } catch {
    return new WEEXError('WEEX call failed: the failure cannot be read', {
      executionStatus: context.isRead === false ? 'unknown' : undefined,
    });
  }
}

function isResponse(value: unknown): value is AxiosResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as { status?: unknown; headers?: unknown };
  return typeof status === 'number' && typeof headers === 'object' && headers !== null;
}

/** An axios error that lost its prototype, an empty object, or one that only carries a message: somebody threw it. */
function isThrown(body: object): boolean {
  if ((body as { isAxiosError?: unknown }).isAxiosError === true) return true;
  const names = Object.keys(body);
  return (
    names.length === 0 || (names.length <= 3 && typeof (body as { message?: unknown }).message === 'string')
  );
}
