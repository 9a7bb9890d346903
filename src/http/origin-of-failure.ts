import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** The answer to a request for which something was thrown that does not carry it. */
export interface AnswerOrigin {
  readonly config: InternalAxiosRequestConfig;
  readonly response: AxiosResponse;
}

const origins: WeakMap<object, unknown> = new WeakMap();

/** Notes for which failure or answer of a request an error was thrown, unless the error carries the request itself. */
export function noteOrigin(error: unknown, origin: unknown): void {
  if (typeof error === 'object' && error !== null && !('config' in error)) origins.set(error, origin);
}

/** The failure or {@link AnswerOrigin} that an error was thrown for; otherwise the error itself. */
export function originOf(error: unknown): unknown {
  const isObject = typeof error === 'object' && error !== null;
  return (isObject ? origins.get(error) : undefined) ?? error;
}
