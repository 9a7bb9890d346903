import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** The answer while handling which the caller's code threw. */
export interface AnswerOrigin {
  readonly config: InternalAxiosRequestConfig;
  readonly response: AxiosResponse;
}

/**
 * What the caller's code threw, with the failure or {@link AnswerOrigin} for which it was thrown: the same error object
 * may be thrown for many requests. It is never visible outside this package.
 */
export class TracedFailure {
  readonly thrown: unknown;
  readonly origin: unknown;

  constructor(thrown: unknown, origin: unknown) {
    this.thrown = thrown;
    this.origin = origin;
  }
}

/** Returns what to throw instead of an error: an error of axios carries its request itself. */
export function traced(error: unknown, origin: unknown): Error {
  const { isAxiosError } = (error ?? {}) as { readonly isAxiosError?: unknown };
  return (isAxiosError === true ? error : new TracedFailure(error, origin)) as Error;
}

/** Returns what was thrown and for what; for any other failure, both are the failure itself. */
export function readTrace(failure: unknown): Pick<TracedFailure, 'thrown' | 'origin'> {
  return failure instanceof TracedFailure ? failure : { thrown: failure, origin: failure };
}
