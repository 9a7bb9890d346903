import type { AnyWEEXError } from './any-weex-error.js';
import { identify } from './identify.js';
import { jsonSafe } from './json-safe.js';
import type { ExecutionStatus, WEEXErrorKind } from './weex-error-kind.js';

/** Details of a failure besides its message; all are optional. */
export interface WEEXErrorDetails {
  /** The code of the exchange. A numeric string becomes a number, any other string is kept. */
  readonly code?: number | string | undefined;
  /** The answer as it came, for debugging. */
  readonly data?: unknown;
  /** The id under which the request can be traced. */
  readonly requestId?: string | undefined;
  /** Facts about the operation: method, path without query, attempt, duration and the like. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds to wait before the next try. Anything but a finite number of at least 0 is dropped. */
  readonly retryAfter?: number | undefined;
  /**
   * Whether a request that can change something took effect; absent for reads, except those that a policy rejected,
   * and if nothing is known.
   */
  readonly executionStatus?: ExecutionStatus | undefined;
  /** The error from which this one was created. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for('weex-resilience.WEEXError');

/**
 * The base class of every exception of this library: catch it to catch all of them, and read `kind`, `code` and
 * `executionStatus` to distinguish them.
 *
 * A caller's own abort is never a `WEEXError`: that promise rejects with `signal.reason`.
 *
 * @example
 * ```ts
 * import { WEEXError } from 'weex-resilience';
 *
 * const error = new WEEXError('Too many requests', { code: '40029', retryAfter: 10 });
 * console.log(error.code, error.retryAfterMs); // 40029 10000
 * ```
 */
export class WEEXError extends Error {
  declare readonly name: string;
  declare readonly kind: WEEXErrorKind;
  declare readonly cause: unknown;
  readonly code: number | string | undefined;
  readonly data: unknown;
  readonly requestId: string | undefined;
  readonly timestamp: Date = new Date();
  readonly context: Readonly<Record<string, unknown>>;
  declare readonly retryAfter?: number;
  declare readonly retryAfterMs?: number;
  declare readonly executionStatus?: ExecutionStatus;

  static {
    identify(this, 'WEEXError', 'unknown');
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  constructor(message?: string, details: WEEXErrorDetails = {}) {
    const code = normalizeCode(details.code);
    super(
      message ?? (code === undefined ? 'WEEX call failed' : `WEEX call failed with code ${code}`),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.data = details.data;
    this.requestId = details.requestId;
    this.context = details.context ?? {};
    const { retryAfter } = details;
    if (typeof retryAfter === 'number' && retryAfter >= 0 && Number.isFinite(retryAfter)) {
      assign(this, 'retryAfter', retryAfter);
      assign(this, 'retryAfterMs', Math.ceil(retryAfter * 1000));
    }
    if (details.executionStatus) assign(this, 'executionStatus', details.executionStatus);
  }

  /** The error as plain data, for logs and transport: every field, the cause by name and message, no stack. Whatever
   * `data` and `context` hold, `JSON.stringify` takes it. */
  toJSON(): Record<string, unknown> {
    return errorToJSON(this, 0);
  }
}

/** @internal Sets an optional field only if there is a value, so that no field is `undefined`. */
export function assign<Target extends object, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key] | undefined,
): void {
  // Plain assignment: defining a property costs ten times as much.
  if (value !== undefined) (target as { -readonly [Name in keyof Target]: Target[Name] })[key] = value;
}

/**
 * Returns whether a value is a `WEEXError` of any class. Unlike `instanceof`, it also recognises errors made by
 * another copy of this package or in another realm. `kind` then narrows to the class and its fields.
 *
 * @example
 * ```ts
 * import { isWEEXError, WEEXRateLimitError } from 'weex-resilience';
 *
 * const caught: unknown = new WEEXRateLimitError();
 * if (isWEEXError(caught)) console.log(caught.kind);
 * ```
 */
export function isWEEXError(value: unknown): value is AnyWEEXError {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return (value as { [brand]?: unknown })[brand] === true;
  } catch {
    // A revoked proxy, or a getter that throws: not one of our errors.
    return false;
  }
}

/** @internal A numeric string becomes a number; any other string stays. */
export function normalizeCode<Code extends number | string | undefined>(code: Code): Code | number {
  return typeof code === 'string' && /^-?\d{1,15}$/.test(code) ? Number(code) : code;
}

/** A chain of causes may be circular. */
const maxCauses = 8;

function errorToJSON(error: WEEXError, depth: number): Record<string, unknown> {
  const { name, kind, message, timestamp, cause } = error;
  const { cause: _cause, ...own } = error;
  const fields = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, jsonSafe(value)]));
  return {
    name,
    kind,
    message,
    ...fields,
    timestamp: timestamp.toISOString(),
    ...(cause === undefined ? {} : { cause: causeToJSON(cause, depth + 1) }),
  };
}

function causeToJSON(cause: unknown, depth: number): unknown {
  if (isWEEXError(cause) && depth < maxCauses) return errorToJSON(cause, depth);
  if (!(cause instanceof Error)) return typeof cause === 'object' ? undefined : String(cause);
  const { name, message, code } = cause as Error & { code?: unknown };
  return { name, message, ...(code === undefined ? {} : { code: jsonSafe(code) }) };
}
