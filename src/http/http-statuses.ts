import type { CodeCategoryName } from '../errors/codes/code-categories.js';
import type { ExecutionStatus } from '../errors/weex-error-kind.js';

/** What an HTTP status means if the body says nothing. */
export interface HttpStatusRow {
  readonly category: CodeCategoryName;
  readonly meaning: string;
  /** If it differs from the category's. */
  readonly executionStatus?: ExecutionStatus;
}

/** Statuses that take precedence over the body. */
export const decidingStatuses: ReadonlyMap<number, HttpStatusRow> = new Map([
  [418, { category: 'rate-limit', meaning: 'The exchange banned this address for a while' }],
  [429, { category: 'rate-limit', meaning: 'Too many requests' }],
  [521, { category: 'permission', meaning: 'The address of the caller is not allowed' }],
]);

/** Statuses with their own meaning; the others are classified by their range. */
const httpStatuses: ReadonlyMap<number, HttpStatusRow> = new Map<number, HttpStatusRow>([
  [401, { category: 'credentials', meaning: 'The API key is not accepted' }],
  [403, { category: 'permission', meaning: 'Access is refused' }],
  [404, { category: 'request', meaning: 'The path does not exist' }],
  [405, { category: 'request', meaning: 'The method is not allowed on this path' }],
  [407, { category: 'credentials', meaning: 'The proxy requires credentials' }],
  // A gateway may answer this about a request that it has passed on.
  [408, { category: 'system', meaning: 'The request took too long', executionStatus: 'unknown' }],
  [425, { category: 'system', meaning: 'The request came too early', executionStatus: 'not-executed' }],
  [451, { category: 'permission', meaning: 'Access is refused at this location for legal reasons' }],
  [499, { category: 'system', meaning: 'The gateway closed the request', executionStatus: 'unknown' }],
  [502, { category: 'system', meaning: 'The gateway got no valid answer' }],
  [503, { category: 'system', meaning: 'The service is unavailable' }],
  [504, { category: 'system', meaning: 'The gateway waited too long for an answer' }],
]);

/** The row of a status; every number has one. */
export function httpStatusRow(status: number): HttpStatusRow {
  return (
    decidingStatuses.get(status) ??
    httpStatuses.get(status) ??
    (status >= 400 && status < 500
      ? { category: 'request', meaning: 'The request is refused' }
      : status >= 500 && status < 600
        ? { category: 'system', meaning: 'The exchange failed' }
        : status >= 300 && status < 400
          ? { category: 'request', meaning: 'The answer is a redirect', executionStatus: 'unknown' }
          : { category: 'system', meaning: 'The answer is not readable' })
  );
}
