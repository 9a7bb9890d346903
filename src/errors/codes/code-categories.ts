import { WEEXAuthenticationError } from '../weex-authentication-error.js';
import { WEEXError } from '../weex-error.js';
import type { ExecutionStatus } from '../weex-error-kind.js';
import { WEEXOrderError } from '../weex-order-error.js';
import { WEEXRateLimitError } from '../weex-rate-limit-error.js';
import { WEEXRequestError } from '../weex-request-error.js';
import { WEEXSystemError } from '../weex-system-error.js';

/**
 * What a family of failures has in common: the class, and the execution status of a request that can change
 * something.
 */
export interface CodeCategory {
  readonly type: typeof WEEXError;
  readonly reason?: string;
  /** What became of a write with this answer. */
  readonly executionStatus: ExecutionStatus;
  /** Whether the same request, sent again later, can succeed. */
  readonly retry: boolean;
}

/** A name for each category; the tables refer to it. */
export type CodeCategoryName =
  | 'credentials'
  | 'permission'
  | 'clock'
  | 'account'
  | 'rate-limit'
  | 'system'
  | 'unknown'
  | 'request'
  | 'insufficient-balance'
  | 'not-found'
  | 'limit'
  | 'refused';

const refusal = { executionStatus: 'not-executed', retry: false } as const;

/**
 * A refusal is `not-executed`. An internal failure is not a refusal: the exchange may have failed after it placed the
 * order, so a write with that answer is `unknown`.
 */
export const codeCategories: Readonly<Record<CodeCategoryName, CodeCategory>> = {
  credentials: { type: WEEXAuthenticationError, reason: 'credentials', ...refusal },
  permission: { type: WEEXAuthenticationError, reason: 'permission', ...refusal },
  clock: { type: WEEXAuthenticationError, reason: 'clock', ...refusal },
  account: { type: WEEXAuthenticationError, reason: 'account', ...refusal },
  'rate-limit': { type: WEEXRateLimitError, executionStatus: 'not-executed', retry: true },
  system: { type: WEEXSystemError, executionStatus: 'unknown', retry: true },
  unknown: { type: WEEXError, executionStatus: 'unknown', retry: false },
  request: { type: WEEXRequestError, ...refusal },
  'insufficient-balance': { type: WEEXOrderError, reason: 'insufficient-balance', ...refusal },
  'not-found': { type: WEEXOrderError, reason: 'not-found', ...refusal },
  limit: { type: WEEXOrderError, reason: 'limit', ...refusal },
  refused: { type: WEEXOrderError, reason: 'refused', ...refusal },
};
