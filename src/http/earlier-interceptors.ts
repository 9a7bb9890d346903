import type { AxiosInstance, AxiosResponse } from 'axios';
import { noteOrigin, originOf } from './origin-of-failure.js';
import { keepBody } from './raw-body.js';

interface Handler {
  fulfilled?: ((value: unknown) => unknown) | null;
  rejected?: ((error: unknown) => unknown) | null;
}

/** What an attached interceptor does about those before it. */
export interface EarlierInterceptors {
  /** Throws the failure that an answer reports. */
  readonly check: (response: AxiosResponse) => void;
  /** How many requests were sent so far. */
  readonly sent: () => number;
}

/**
 * Follows the response interceptors that were added before: one that unwraps a refused answer leaves nothing to
 * recognise the refusal by, and one that throws an error of its own leaves nothing of the request.
 *
 * An interceptor that sends another request, to repeat the first, decides itself what became of it.
 *
 * @returns A function that leaves them as they were.
 */
export function followEarlier(
  response: AxiosInstance['interceptors']['response'],
  followed: EarlierInterceptors,
): () => void {
  const { handlers = [] } = response as { handlers?: readonly (Handler | null)[] };
  const undo = handlers.map((handler: Handler | null) => (handler ? follow(handler, followed) : undefined));
  return () => {
    for (const restore of undo) restore?.();
  };
}

function follow(handler: Handler, { check, sent }: EarlierInterceptors): () => void {
  const { fulfilled, rejected } = handler;
  const checked = (answer: unknown, value: unknown, sentBefore: number): unknown => {
    if (isAnswer(answer) && !isAnswer(value) && sent() === sentBefore) check(answer);
    return value;
  };
  const onFulfilled =
    fulfilled &&
    ((answer: unknown): unknown => {
      const before = sent();
      if (isAnswer(answer)) keepBody(answer);
      const origin = isAnswer(answer) ? { config: answer.config, response: answer } : answer;
      const value = following(origin, () => fulfilled(answer));
      return isThenable(value)
        ? value.then((settled) => checked(answer, settled, before))
        : checked(answer, value, before);
    });
  const onRejected =
    rejected && ((failure: unknown): unknown => following(originOf(failure), () => rejected(failure)));
  if (onFulfilled) handler.fulfilled = onFulfilled;
  if (onRejected) handler.rejected = onRejected;
  return () => {
    if (handler.fulfilled === onFulfilled) handler.fulfilled = fulfilled ?? null;
    if (handler.rejected === onRejected) handler.rejected = rejected ?? null;
  };
}

/** Runs a handler and notes of what it throws which request it was for. */
function following(origin: unknown, run: () => unknown): unknown {
  const noted = (error: unknown): never => {
    // What is not an object cannot be recognised again.
    const thrown = (typeof error === 'object' && error !== null ? error : new Error(String(error))) as Error;
    if (thrown !== origin) noteOrigin(thrown, origin);
    throw thrown;
  };
  try {
    const value = run();
    return isThenable(value) ? value.then(undefined, noted) : value;
  } catch (error) {
    return noted(error);
  }
}

/** Whether a value is an answer as axios makes it. */
export function isAnswer(value: unknown): value is AxiosResponse {
  return typeof value === 'object' && value !== null && 'config' in value && 'status' in value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
