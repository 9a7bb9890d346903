import { isWEEXError, type WEEXError, type WEEXErrorKind } from '../errors/index.js';

/** Kinds that say that something broke on the way or behind it, and so nothing about what was executed. */
const brokenKinds: ReadonlySet<WEEXErrorKind> = new Set(['system', 'network', 'timeout']);

/**
 * Tells whether an order that failed like this may have been executed. Nothing but a refusal, or a request known to
 * be a read, rules that out: an error that was made by hand, or by `toWeexError` without a method, does not say what
 * was sent, and one that nobody turned into a `WEEXError` may be a lost connection as `fetch` and Node report it.
 */
export function leavesOutcomeOpen(error: unknown): boolean {
  if (isWEEXError(error)) return error.executionStatus === 'unknown' || isSilent(error);
  return error instanceof Error && (isTransportFailure(error) || isTransportFailure(error.cause));
}

function isSilent({ context, executionStatus, kind }: WEEXError): boolean {
  return executionStatus === undefined && brokenKinds.has(kind) && context['method'] === undefined;
}

function isTransportFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name } = error as Error & { code?: unknown };
  const byCode = typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code);
  return byCode || name === 'AbortError' || name === 'TimeoutError';
}
