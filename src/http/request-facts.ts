import type { AxiosRequestConfig, InternalAxiosRequestConfig } from 'axios';
import type { FailureContext } from './failure-context.js';
import { isReadRequest, methodOf, pathOf } from './read-only-requests.js';
import { requestSecrets } from './request-secrets.js';

/** The part of a failure that is about its request. */
export interface RequestFacts {
  readonly config: InternalAxiosRequestConfig | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** Whether the request can change something; `undefined` if that is not known. */
  readonly write: boolean | undefined;
  readonly secrets: readonly string[];
  readonly context: FailureContext;
}

/** What is known about a request: the caller's statements take precedence over its config. */
export function requestFacts(
  config: InternalAxiosRequestConfig | undefined,
  context: FailureContext,
): RequestFacts {
  return {
    config,
    method: context.method?.toUpperCase() ?? (config && methodOf(config)),
    path: context.path ?? (config && pathOf(config)),
    write: isWrite(config, context),
    secrets: config ? requestSecrets(config) : [],
    context,
  };
}

/** Whether a request can change something; `undefined` if that is not known. */
export function isWrite(
  config: AxiosRequestConfig | undefined,
  { isRead, method, path }: FailureContext,
): boolean | undefined {
  if (isRead !== undefined) return !isRead;
  if (method !== undefined) return !isReadRequest({ method, url: path ?? '' });
  return config && !isReadRequest(config);
}
