import { isWEEXError } from '../errors/index.js';

/**
 * Tells whether a request that failed like this may have been executed. An error that nobody turned into a
 * `WEEXError` does when it, or its cause, looks like a lost connection or a time-out as `fetch` and Node report them.
 */
export function leavesOutcomeOpen(error: unknown): boolean {
  if (isWEEXError(error)) return error.executionStatus === 'unknown';
  return error instanceof Error && (isTransportFailure(error) || isTransportFailure(error.cause));
}

function isTransportFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name } = error as Error & { code?: unknown };
  const byCode = typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code);
  return byCode || name === 'AbortError' || name === 'TimeoutError';
}
