import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** The answer to a request for which code of the caller threw. */
export interface AnswerOrigin {
  readonly config: InternalAxiosRequestConfig;
  readonly response: AxiosResponse;
}

/**
 * What code of the caller threw, with the failure or {@link AnswerOrigin} that it was thrown for: the same error may
 * be thrown for many requests. It never leaves the steps of this package.
 */
export class TracedFailure {
  readonly thrown: unknown;
  readonly origin: unknown;

  constructor(thrown: unknown, origin: unknown) {
    this.thrown = thrown;
    this.origin = origin;
  }
}

/** What is thrown instead of an error: the error itself if it carries its request. */
export function traced(error: unknown, origin: unknown): Error {
  const carriesRequest = typeof error === 'object' && error !== null && 'config' in error;
  return (carriesRequest ? error : new TracedFailure(error, origin)) as unknown as Error;
}

/** What was thrown, and what for; of any other failure both are the failure itself. */
export function readTrace(failure: unknown): Pick<TracedFailure, 'thrown' | 'origin'> {
  return failure instanceof TracedFailure ? failure : { thrown: failure, origin: failure };
}
