import { AsyncLocalStorage } from 'node:async_hooks';
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { WEEXError } from '../errors/weex-error.js';
import { isPromiseLike } from '../core/is-promise-like.js';
import { keepBody } from './raw-body.js';
import { methodOf, pathOf } from './read-only-requests.js';
import { readTrace, traced } from './traced-failure.js';

interface Handler {
  fulfilled?: ((value: unknown) => unknown) | null;
  rejected?: ((error: unknown) => unknown) | null;
}

/** What an interceptor has done with a refused answer. */
interface Handling {
  /** The request that was refused. */
  readonly target: string;
  hasRepeated: boolean;
}

// An async context slows down every promise on Node 20 and 22, so it is used only while a refused answer is handled.
const handlings = new AsyncLocalStorage<Handling>();
let open = 0;

/** Notes that the interceptor that is currently running, if any, sends a request. */
export function noteSending(config: InternalAxiosRequestConfig): void {
  const handling = open > 0 ? handlings.getStore() : undefined;
  if (handling) handling.hasRepeated ||= targetOf(config) === handling.target;
}

function targetOf(config: InternalAxiosRequestConfig): string {
  return `${methodOf(config)} ${pathOf(config)}`;
}

/**
 * Wraps the response interceptors that were added earlier: one that unwraps a refused answer hides the refusal, and one
 * that throws its own error hides the request.
 *
 * If an interceptor sends the request again, its own result counts.
 *
 * @param refusalOf The failure that an answer reports.
 * @param raise Throws that failure.
 * @returns A function that restores the interceptors.
 */
export function followEarlier(
  response: AxiosInstance['interceptors']['response'],
  refusalOf: (answer: AxiosResponse) => WEEXError | undefined,
  raise: (failure: WEEXError, answer: AxiosResponse) => never,
): () => void {
  const { handlers = [] } = response as { handlers?: readonly (Handler | null)[] };
  const passOn = (fulfilled: (value: unknown) => unknown, answer: unknown): unknown => {
    if (!isAnswer(answer)) return following(undefined, () => fulfilled(answer));
    keepBody(answer);
    const run = (): unknown =>
      following({ config: answer.config, response: answer }, () => fulfilled(answer));
    const failure = refusalOf(answer);
    if (failure === undefined) return run();
    return handle(run, targetOf(answer.config), (value, { hasRepeated }) => {
      // An answer with the same config still has the received body, which is judged at the end.
      const isJudgedLater = isAnswer(value) && value.config === answer.config;
      return hasRepeated || isJudgedLater ? value : raise(failure, answer);
    });
  };
  const undo = handlers.map((handler) => (handler ? follow(handler, passOn) : undefined));
  return () => {
    for (const restore of undo) restore?.();
  };
}

function follow(
  handler: Handler,
  passOn: (fulfilled: (value: unknown) => unknown, answer: unknown) => unknown,
): () => void {
  const { fulfilled, rejected } = handler;
  const onFulfilled = fulfilled && ((answer: unknown): unknown => passOn(fulfilled, answer));
  const onRejected =
    rejected &&
    ((failure: unknown): unknown => {
      const { origin, thrown } = readTrace(failure);
      return following(origin, () => rejected(thrown));
    });
  if (onFulfilled) handler.fulfilled = onFulfilled;
  if (onRejected) handler.rejected = onRejected;
  return () => {
    if (handler.fulfilled === onFulfilled) handler.fulfilled = fulfilled ?? null;
    if (handler.rejected === onRejected) handler.rejected = rejected ?? null;
  };
}

/** Runs an interceptor and attaches to what it throws the request for which it was thrown. */
function following(origin: unknown, run: () => unknown): unknown {
  const rethrow = (error: unknown): never => {
    throw error === origin || origin === undefined ? (error as Error) : traced(error, origin);
  };
  try {
    const value = run();
    return isPromiseLike(value) ? value.then(undefined, rethrow) : value;
  } catch (error) {
    return rethrow(error);
  }
}

/** Runs an interceptor on a refused answer, and passes on what it returned and whether it sent anything. */
function handle(
  run: () => unknown,
  target: string,
  then: (value: unknown, handling: Handling) => unknown,
): unknown {
  const handling: Handling = { target, hasRepeated: false };
  open += 1;
  const close = (): void => {
    open -= 1;
    if (open === 0) handlings.disable();
  };
  let value: unknown;
  try {
    value = handlings.run(handling, run);
  } catch (error) {
    close();
    throw error;
  }
  if (!isPromiseLike(value)) {
    close();
    return then(value, handling);
  }
  return Promise.resolve(value)
    .finally(close)
    .then((settled) => then(settled, handling));
}

/** Whether a value looks like a response of axios. */
export function isAnswer(value: unknown): value is AxiosResponse {
  return typeof value === 'object' && value !== null && 'config' in value && 'status' in value;
}
