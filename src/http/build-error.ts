import type { InternalAxiosRequestConfig } from 'axios';
import { defaultCatalogue, v2Catalogue } from '../errors/catalogues.js';
import { WEEXError, type WEEXErrorDetails } from '../errors/weex-error.js';
import { WEEXRateLimitError } from '../errors/weex-rate-limit-error.js';
import { redactText, redactValue } from '../errors/redact.js';
import { classify, type Verdict } from './classify.js';
import { readUsage, tightestUsage, usageName } from './read-usage.js';
import { isLegacyPath } from './read-only-requests.js';
import type { Refusal } from './refusal.js';
import { answeredRequestId, requestIdHeader } from './request-id.js';
import { readHeader } from './headers.js';
import { limitSeconds, readRetryAfter } from './retry-after.js';
import { scrubCause } from './scrub-cause.js';
import type { FailureContext } from './failure-context.js';
import type { TransportFailure } from './transport-failures.js';

/** Everything that is known of one failure. */
export interface FailureParts {
  readonly config: InternalAxiosRequestConfig | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** Whether the request can change something; `undefined` where nobody knows. */
  readonly write: boolean | undefined;
  readonly secrets: readonly string[];
  readonly context: FailureContext;
  readonly body: unknown;
  readonly status: number | undefined;
  readonly headers: object | undefined;
  readonly refusal: Refusal;
  readonly transport?: TransportFailure | undefined;
  /** The code of a failure without an answer. */
  readonly code?: string | undefined;
  /** The words of a failure without an answer. */
  readonly detail?: string | undefined;
  /** The answer came from another place than the request went to. */
  readonly redirected?: boolean;
  readonly cause?: unknown;
}

/** When a request was sent, on its config, so that its duration is known when it fails. */
export const sentAt: unique symbol = Symbol('weex-resilience.sentAt');

/** No text of a failure is longer than this in a message. */
const maxTextLength = 300;

/** Makes the error: its class by the one table, everything else computed from the parts. */
export function buildError(parts: FailureParts): WEEXError {
  const { secrets, refusal, status, headers } = parts;
  const verdict = verdictOf(parts);
  const body = redactValue(parts.body, secrets);
  const details = {
    code: redactCode(refusal.code, secrets) ?? status ?? parts.code,
    data: body,
    requestId: requestIdOf(parts),
    context: contextOf(parts),
    executionStatus: executionStatusOf(parts, verdict),
    cause: parts.cause === undefined ? undefined : scrubCause(parts.cause, secrets, body),
    reason: verdict.reason,
    service: verdict.service,
    ...limitsOf(verdict, headers),
  } satisfies WEEXErrorDetails & Record<string, unknown>;
  const message = messageOf(parts, verdict, details.code);
  try {
    return new verdict.type(message, details);
  } catch {
    // A class of the user that does not take (message, details) must not hide the failure.
    return new WEEXError(message, details);
  }
}

function verdictOf(parts: FailureParts): Verdict {
  const { method, path, status, refusal, transport, context } = parts;
  const catalogue =
    context.catalogue ?? (path !== undefined && isLegacyPath(path) ? v2Catalogue : defaultCatalogue);
  const facts = { method, path, catalogue, status, refusal, transport };
  const verdict = classify(facts);
  const { items } = refusal;
  if (!items || verdict.executionStatus === 'unknown') return verdict;
  // One item that may have been executed makes the batch one that may have been.
  const unknown = items.some((item) => classify({ ...facts, refusal: item }).executionStatus === 'unknown');
  return unknown ? { ...verdict, executionStatus: 'unknown' } : verdict;
}

function executionStatusOf(
  { write, redirected }: FailureParts,
  verdict: Verdict,
): Verdict['executionStatus'] | undefined {
  if (write !== true) return undefined;
  return redirected ? 'unknown' : verdict.executionStatus;
}

function limitsOf(
  verdict: Verdict,
  headers: object | undefined,
): Record<string, number | string | undefined> {
  const retryAfter = readRetryAfter(headers);
  if (verdict.type !== WEEXRateLimitError && !(verdict.type.prototype instanceof WEEXRateLimitError)) {
    return { retryAfter };
  }
  const usages = readUsage(headers);
  const usage = tightestUsage(usages);
  const { used, remaining } = usage ?? {};
  return {
    retryAfter: retryAfter ?? limitSeconds(usages),
    limitType: usage ? usageName(usage) : verdict.limitType,
    requestCount: used,
    requestLimit: used === undefined || remaining === undefined ? undefined : used + remaining,
  };
}

function contextOf(parts: FailureParts): Record<string, unknown> {
  const { method, path, status, config, secrets } = parts;
  const { isRead: _isRead, headers: _headers, catalogue: _catalogue, ...given } = parts.context;
  const startedAt = (config as { [sentAt]?: number } | undefined)?.[sentAt];
  const known = {
    method,
    path,
    status,
    durationMs: startedAt === undefined ? undefined : Math.round(performance.now() - startedAt),
    ...given,
  };
  const facts = Object.entries(known).filter(([, value]) => value !== undefined);
  return redactValue(Object.fromEntries(facts), secrets) as Record<string, unknown>;
}

function requestIdOf({ headers, body, config, secrets }: FailureParts): string | undefined {
  const id = answeredRequestId(headers, body) ?? readHeader(config?.headers, requestIdHeader.toLowerCase());
  return id === undefined ? undefined : redactText(id, secrets);
}

function messageOf(parts: FailureParts, verdict: Verdict, code: number | string | undefined): string {
  const { context, method, path, refusal, status, detail, secrets } = parts;
  const what = context.operation ?? (method && path ? `${method} ${path}` : 'WEEX call');
  const said = refusal.message ?? detail;
  const words =
    said === undefined || said === verdict.meaning ? verdict.meaning : `${verdict.meaning}: ${said}`;
  const numbers = [
    code === undefined || code === status ? [] : [`code ${code}`],
    status === undefined ? [] : [`HTTP ${status}`],
  ].flat();
  const tail = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`;
  return `${oneLine(redactText(`${what} failed: ${words.slice(0, 4_000)}`, secrets))}${tail}`;
}

/** A text of somebody else must not start a new line in a log. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > maxTextLength ? `${line.slice(0, maxTextLength)}…` : line;
}

function redactCode(
  code: number | string | undefined,
  secrets: readonly string[],
): number | string | undefined {
  return typeof code === 'string' ? redactText(code.slice(0, 100), secrets) : code;
}
