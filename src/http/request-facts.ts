import type { InternalAxiosRequestConfig } from 'axios';
import type { FailureParts } from './build-error.js';
import type { FailureContext } from './failure-context.js';
import { isReadRequest, methodOf, pathOf } from './read-only-requests.js';
import { requestSecrets } from './request-secrets.js';

/** The part of a failure that is about its request. */
export type RequestFacts = Pick<FailureParts, 'config' | 'method' | 'path' | 'write' | 'secrets' | 'context'>;

/** What is known of a request, from the caller's word before its config. */
export function requestFacts(
  config: InternalAxiosRequestConfig | undefined,
  context: FailureContext,
): RequestFacts {
  const method = context.method?.toUpperCase() ?? (config ? methodOf(config) : undefined);
  const path = context.path ?? (config ? pathOf(config) : undefined);
  const read =
    context.isRead ?? (method === undefined ? undefined : isReadRequest({ method, url: path ?? '' }));
  return {
    config,
    method,
    path,
    write: read === undefined ? undefined : !read,
    secrets: config ? requestSecrets(config) : [],
    context,
  };
}
