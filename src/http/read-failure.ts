import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { abortReason } from './abort-reason.js';

/** What a failure says about its request. */
export interface ReadFailure {
  readonly config?: InternalAxiosRequestConfig | undefined;
  readonly response?: AxiosResponse | undefined;
  readonly abort?: { readonly reason: unknown } | undefined;
}

/** Reads a failure. Anything can be thrown, including values that throw when they are read. */
export function readFailure(failure: unknown): ReadFailure {
  try {
    const { config, response } = (failure ?? {}) as ReadFailure;
    return {
      config: typeof config === 'object' ? config : undefined,
      response: typeof response === 'object' ? response : undefined,
      abort: abortReason(failure),
    };
  } catch {
    return {};
  }
}
