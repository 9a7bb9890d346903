import { markAssumedWait } from '../errors/assumed-wait.js';
import type { Catalogue, WEEXErrorClass } from '../errors/catalogue.js';
import { defaultCatalogue, v2Catalogue } from '../errors/catalogues.js';
import { WEEXError } from '../errors/weex-error.js';
import type { ExecutionStatus } from '../errors/weex-error-kind.js';
import { WEEXRateLimitError, type WEEXRateLimitErrorDetails } from '../errors/weex-rate-limit-error.js';
import { isUnread, shortenText } from './answer-body.js';
import { type AnswerHeaders, readAnswerHeaders } from './answer-headers.js';
import { classify, type Verdict } from './classify.js';
import { failureMessage, oneLine } from './failure-message.js';
import type { FailureParts } from './failure-parts.js';
import { decidingStatuses } from './http-statuses.js';
import { isLegacyPath } from './read-only-requests.js';
import { readUsage, tightestUsage, usageName } from './read-usage.js';
import { redactText, redactValue } from '../errors/redact.js';
import type { Refusal } from './refusal.js';
import { bodyRequestId, sentRequestId } from './request-id.js';
import { limitSeconds, parseRetryAfter } from './retry-after.js';
import { scrubCause } from './scrub-cause.js';

/** When a request was sent, on its config, so that its duration is known when it fails. */
export const sentAt: unique symbol = Symbol('weex-resilience.sentAt');

/** Ids are shown and logged: one that is longer than any real one is cut. */
const maxIdLength = 200;

const maxCodeLength = 100;

interface Details extends WEEXRateLimitErrorDetails {
  reason?: string | undefined;
  service?: string | undefined;
}

/** Creates the error: its class comes from the table, everything else from the parts. */
export function buildError(parts: FailureParts): WEEXError {
  const { request, refusal, status, cause } = parts;
  const { secrets } = request;
  const verdict = verdictOf(parts);
  const headers = readAnswerHeaders(parts.headers);
  const data = shortenText(redactValue(parts.body, secrets));
  const code = redactCode(refusal.code, secrets) ?? status ?? parts.code;
  const limits = limitsOf(verdict, parts.headers, headers);
  const details: Details = {
    code,
    data,
    requestId: requestIdOf(parts, headers),
    context: contextOf(parts),
    executionStatus: executionStatusOf(parts, verdict),
    cause: cause === undefined ? undefined : scrubCause(cause, secrets, data),
    reason: verdict.reason,
    service: verdict.service,
    retryAfter: limits.retryAfter,
    limitType: limits.limitType,
    requestCount: limits.requestCount,
    requestLimit: limits.requestLimit,
  };
  const message = failureMessage(parts, verdict, code);
  const error = construct(verdict.type, message, details);
  if (limits.isAssumed) markAssumedWait(error);
  return error;
}

function construct(type: WEEXErrorClass, message: string, details: Details): WEEXError {
  try {
    // The classes for a program's own errors have required fields that no answer contains.
    return new type(message, details as ConstructorParameters<WEEXErrorClass>[1]);
  } catch {
    // A user's class that does not accept (message, details) must not hide the failure.
    return new WEEXError(message, details);
  }
}

function verdictOf({ request, status, refusal, transport }: FailureParts): Verdict {
  const { method, path } = request;
  const facts = { method, path, catalogue: catalogueOf(request), status, refusal, transport };
  const verdict = classify(facts);
  const { items } = refusal;
  if (!items || verdict.executionStatus === 'unknown') return verdict;
  // If one item may have been executed, the batch may have been.
  const unknown = items.some((item) => classify({ ...facts, refusal: item }).executionStatus === 'unknown');
  return unknown ? { ...verdict, executionStatus: 'unknown' } : verdict;
}

function catalogueOf({ path, context }: FailureParts['request']): Catalogue {
  return context.catalogue ?? (path !== undefined && isLegacyPath(path) ? v2Catalogue : defaultCatalogue);
}

/** To close what is closed already does nothing, so for this write the counters of a limit are proof enough. */
const closesOnly = /\/closePositions$/;

function executionStatusOf(
  { request, redirected, body, status, refusal, headers }: FailureParts,
  verdict: Verdict,
): ExecutionStatus | undefined {
  if (request.write !== true) return undefined;
  // The body may contain a code that contradicts the status.
  const isUntold = isUnread(body) && !decidingStatuses.has(status ?? 0);
  if (redirected || isUntold) return 'unknown';
  // Anything on the way can produce a status, and a body for it, after the order was executed.
  const isAnswer = status !== undefined || (typeof body === 'object' && body !== null);
  const isCounted = status === 429 && closesOnly.test(request.path ?? '') && readUsage(headers).length > 0;
  const isWordless = isAnswer && !isCounted && !isOwnWord(refusal, catalogueOf(request), status);
  return isWordless ? 'unknown' : verdict.executionStatus;
}

/** Whether the exchange itself wrote an answer: it contains one of its codes, or a flag on an order. */
function isOwnWord(
  { code, level, items, message = '' }: Refusal,
  catalogue: Catalogue,
  status: number | undefined,
): boolean {
  // An undocumented code may come from a limiter on the way, or mean the opposite.
  const isLimiter = (status === 429 || status === 418) && !saysTooMany.test(message);
  const isDocumented = code !== undefined && catalogue.get(code) !== undefined;
  if (code !== undefined && !isDocumented && (isLimiter || saysUnknown.test(message))) return false;
  if (level === 'order' || items) return true;
  if (code === undefined) return false;
  // Proxies repeat the status, or have codes of up to four digits; those of the exchange are negative or longer.
  const number = Number(code);
  return number < 0 || number >= 10_000 || (!isStatus(number) && isDocumented);
}

const saysTooMany = /too many|limit|frequen/i;
const saysUnknown =
  /\b(?:status|outcome|result|execution)\b.{0,20}\bunknown|\bunknown\b.{0,20}\b(?:status|outcome|result)|time[d -]{0,2}out|disconnect|overload|internal|abnormal|unavailable|\bbusy\b|try again/i;

function isStatus(code: number): boolean {
  return code >= 100 && code < 600;
}

function limitsOf(
  verdict: Verdict,
  headers: object | undefined,
  { retryAfter, date }: AnswerHeaders,
): Pick<WEEXRateLimitErrorDetails, 'retryAfter' | 'limitType' | 'requestCount' | 'requestLimit'> & {
  readonly isAssumed?: boolean;
} {
  const told = parseRetryAfter(retryAfter, date);
  if (verdict.type !== WEEXRateLimitError && !(verdict.type.prototype instanceof WEEXRateLimitError)) {
    return { retryAfter: told };
  }
  const usages = readUsage(headers);
  const usage = tightestUsage(usages);
  const { used, remaining } = usage ?? {};
  return {
    retryAfter: told ?? limitSeconds(usages),
    isAssumed: told === undefined,
    limitType: usage ? usageName(usage) : verdict.limitType,
    requestCount: used,
    requestLimit: used === undefined || remaining === undefined ? undefined : used + remaining,
  };
}

function contextOf({ request, status }: FailureParts): Record<string, unknown> {
  const { method, path, config, secrets, context } = request;
  const facts: Record<string, unknown> = {};
  if (method !== undefined) facts['method'] = method;
  if (path !== undefined) facts['path'] = redactText(path, secrets);
  if (status !== undefined) facts['status'] = status;
  const startedAt = (config as { [sentAt]?: number } | undefined)?.[sentAt];
  if (startedAt !== undefined) facts['durationMs'] = Math.round(performance.now() - startedAt);
  for (const name of Object.keys(context)) {
    if (name === 'isRead' || name === 'headers' || name === 'catalogue') continue;
    const value = context[name];
    if (value !== undefined && !(name in facts)) facts[name] = redactValue(value, secrets);
  }
  return facts;
}

function requestIdOf({ request, body }: FailureParts, { requestId }: AnswerHeaders): string | undefined {
  const id = requestId ?? bodyRequestId(body) ?? sentRequestId(request.config?.headers);
  return id === undefined ? undefined : redactText(id, request.secrets).slice(0, maxIdLength);
}

function redactCode(
  code: number | string | undefined,
  secrets: readonly string[],
): number | string | undefined {
  return typeof code === 'string' ? oneLine(redactText(code, secrets), maxCodeLength) : code;
}
