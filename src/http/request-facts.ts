import type { InternalAxiosRequestConfig } from 'axios';
import type { FailureContext } from './failure-context.js';
import { isReadRequest, methodOf, pathOf } from './read-only-requests.js';
import { requestSecrets } from './request-secrets.js';

/** The part of a failure that is about its request. */
export interface RequestFacts {
  readonly config: InternalAxiosRequestConfig | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** Whether the request can change something; `undefined` where nobody knows. */
  readonly write: boolean | undefined;
  readonly secrets: readonly string[];
  readonly context: FailureContext;
}

/** What is known of a request, from the caller's word before its config. */
export function requestFacts(
  config: InternalAxiosRequestConfig | undefined,
  context: FailureContext,
): RequestFacts {
  const method = context.method?.toUpperCase() ?? (config ? methodOf(config) : undefined);
  const path = context.path ?? (config ? pathOf(config) : undefined);
  const read =
    context.isRead ?? (method === undefined ? undefined : isReadRequest({ method, url: path ?? '' }));
  const write = read === undefined ? undefined : !read;
  return { config, method, path, write, secrets: config ? requestSecrets(config) : [], context };
}
