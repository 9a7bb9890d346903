import { type ExecutionStatus, isWEEXError, type WEEXErrorKind } from '../errors/index.js';
import { redactText } from '../errors/redact.js';

/** What logs and statistics keep of an error: short strings and numbers, no reference to the error itself. */
export interface ErrorFacts {
  /** The name of its class, for example `'WEEXRateLimitError'`. */
  readonly type: string;
  readonly message: string;
  /** For a `WEEXError`. */
  readonly kind?: WEEXErrorKind;
  /** The code of the exchange, or of Node (`'ECONNRESET'`). */
  readonly code?: number | string;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
  readonly executionStatus?: ExecutionStatus;
  readonly clientOrderId?: string;
}

const longestMessage = 300;
const longestName = 100;

/** The facts about an error that may be published. Never throws, whatever the value does. */
export function factsOf(error: unknown): ErrorFacts {
  try {
    return read(error);
  } catch {
    return { type: typeof error, message: 'An error that cannot be read' };
  }
}

/**
 * The operation in an error's `context`, or its method and path as recorded by the interceptor. It never throws
 * either.
 */
export function operationOf(error: unknown): string | undefined {
  try {
    if (!isWEEXError(error)) return undefined;
    const { operation, method, path } = error.context;
    if (typeof operation === 'string') return operation;
    if (typeof path !== 'string') return undefined;
    return typeof method === 'string' ? `${method} ${path}` : path;
  } catch {
    return undefined;
  }
}

/** @internal A text without the values of keys, signatures, passphrases and tokens, cut to a length for a log line. */
export function tellable(text: string): string {
  return without(text, longestMessage);
}

function without(text: string, limit: number): string {
  // Cut first: the rest of a text of megabytes is not examined.
  return shorten(redactText(text.slice(0, 4 * longestMessage), []), limit);
}

function read(error: unknown): ErrorFacts {
  if (typeof error !== 'object' || error === null)
    return { type: typeof error, message: tellable(String(error)) };
  const { message, code } = error as { message?: unknown; code?: unknown };
  const facts: { -readonly [Field in keyof ErrorFacts]: ErrorFacts[Field] } = {
    type: without(classNameOf(error), longestName),
    message: typeof message === 'string' ? tellable(message) : '',
  };
  if (typeof code === 'number') facts.code = code;
  else if (typeof code === 'string') facts.code = without(code, longestName);
  if (!isWEEXError(error)) return facts;
  const { kind, requestId, retryAfterMs, executionStatus } = error;
  const { clientOrderId } = error as { clientOrderId?: unknown };
  facts.kind = kind;
  if (requestId !== undefined) facts.requestId = shorten(String(requestId));
  if (retryAfterMs !== undefined) facts.retryAfterMs = retryAfterMs;
  if (executionStatus !== undefined) facts.executionStatus = executionStatus;
  if (typeof clientOrderId === 'string') facts.clientOrderId = shorten(clientOrderId);
  return facts;
}

/** The name assigned to the class, otherwise the class's own name: a minifier changes only the latter. */
function classNameOf(error: object): string {
  const prototype = Object.getPrototypeOf(error) as object | null;
  const named = Object.hasOwn(error, 'name') || (prototype !== null && Object.hasOwn(prototype, 'name'));
  const { name, constructor } = error as { name?: unknown; constructor?: { name?: unknown } };
  const chosen = named ? name : constructor?.name;
  return typeof chosen === 'string' && chosen !== '' ? chosen : 'Object';
}

/** @internal A text of at most `limit` characters. */
export function shorten(text: string, limit: number = longestName): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
