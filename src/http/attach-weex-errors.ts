import { performance } from 'node:perf_hooks';
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import {
  type CallContext,
  callContextOf,
  contextOfWrite,
  currentCallContext,
} from '../core/context/call-context.js';
import { processWide } from '../core/process-wide.js';
import { setExecutionStatus } from '../errors/set-execution-status.js';
import { isWEEXError, type WEEXError } from '../errors/weex-error.js';
import { channels } from '../observability/channels.js';
import type { ErrorClassified } from '../observability/events.js';
import { sentAt } from './build-error.js';
import type { FailureContext } from './failure-context.js';
import { followEarlier, isAnswer, noteSending } from './earlier-interceptors.js';
import { createLastStep } from './last-step.js';
import { type AnswerOrigin, readTrace } from './traced-failure.js';
import { giveOwnConnection } from './own-connection.js';
import { isSettledBy, settleAnswer, settleUnsent, settleWrite, watchWrite } from './watch-write.js';
import { keepLosslessIds } from './lossless-ids.js';
import { isReadRequest, methodOf, pathOf } from './read-only-requests.js';
import { keepRawBody, keepRawBodyLate } from './raw-body.js';
import { readFailure } from './read-failure.js';
import { readUsage } from './read-usage.js';
import { makeRequestId, requestIdHeader } from './request-id.js';
import { answerRefusal } from './answer-refusal.js';
import { findRefusal, type Refusal } from './refusal.js';
import { responseError, thrownError } from './to-weex-error.js';
import { checkWeexErrorsOptions, type WeexErrorsOptions } from './weex-errors-options.js';

interface Attachment {
  /** The options of every attached caller; those of the last one apply. */
  readonly options: WeexErrorsOptions[];
  eject(): void;
}

/**
 * Process-wide, so that two copies of the package on one instance do not mistake each other's step for a
 * repetition.
 */
const attachments = processWide('axios-attachments', (): WeakMap<object, Attachment> => new WeakMap());

/**
 * The required parts of an axios instance. axios has its types twice, for `import` and for `require()`, and the two
 * `AxiosInstance` types are incompatible: this type accepts both.
 */
export interface AttachableAxios {
  readonly interceptors: { readonly request: Interceptors; readonly response: Interceptors };
}

interface Interceptors {
  use(...handlers: never[]): number;
  eject(id: number): void;
}

/**
 * Turns every failure of an axios instance into a `WEEXError`: HTTP errors, refusals under HTTP 200, lost
 * connections and timeouts, and errors that earlier interceptors throw. A success is passed on unchanged. A batch
 * of orders fails only if every order was refused; see {@link batchOutcomes} for partly refused batches.
 *
 * It applies to requests that start after it is attached. A caller's own abort is not a failure of WEEX: the promise
 * rejects with `signal.reason`. Interceptors added after this one receive `WEEXError`s. Inside a policy's
 * call, a request without a signal gets the signal of the attempt, and its `timeout` ends with the attempt.
 *
 * A failed answer whose body is a stream is classified by its status alone, and the stream is closed.
 *
 * The `AxiosError` is `error.cause`, without keys, signatures, passphrases and query. Each request gets an
 * `X-Request-Id`, unless it has one; it becomes `error.requestId` if the answer has no other.
 *
 * Attaching again to the same instance replaces the options until the returned function is called.
 *
 * @returns A function that detaches what this call attached.
 * @throws {TypeError} if the first argument is not an axios instance, and for options that are unknown or have the
 * wrong type.
 * @example
 * ```ts
 * import axios from 'axios';
 * import { attachWeexErrors, isWEEXError } from 'weex-resilience';
 *
 * const http = axios.create({ baseURL: 'https://api-spot.weex.com', timeout: 5_000 });
 * const detach = attachWeexErrors(http, { losslessIds: true });
 * try {
 *   await http.get('/api/v3/market/depth', { params: { symbol: 'BTCUSDT' } });
 * } catch (error) {
 *   if (isWEEXError(error)) console.log(error.kind, error.code);
 * }
 * detach();
 * ```
 */
export function attachWeexErrors(attachable: AttachableAxios, options: WeexErrorsOptions = {}): () => void {
  const own = checkWeexErrorsOptions(attachable, options);
  const instance = attachable as AxiosInstance;
  const attached = attachments.get();
  const stack = attached.get(instance.interceptors)?.options ?? [];
  stack.push(own);
  attached.get(instance.interceptors)?.eject();
  attached.set(instance.interceptors, install(instance, stack));
  return () => {
    const index = stack.indexOf(own);
    if (index === -1) return;
    stack.splice(index, 1);
    if (stack.length > 0) return;
    attached.get(instance.interceptors)?.eject();
    attached.delete(instance.interceptors);
  };
}

function install(instance: AxiosInstance, stack: WeexErrorsOptions[]): Attachment {
  const { request, response } = instance.interceptors;
  const current = (): WeexErrorsOptions => stack[stack.length - 1] ?? {};
  const prepareLast = createLastStep((config, isLeaving) => {
    noteSending(config);
    prepare(config, current(), isLeaving);
    // Request interceptors that were added before run after this one.
    if (!isLeaving && handlersOf(request).findIndex((handler) => handler !== null) < requestId)
      keepRawBodyLate(config);
  });
  const unfollow = followEarlier(
    response,
    (answer) => failureOf(answer, current()),
    (error, answer) => {
      settleAnswer(answer, error);
      return raise(error, current(), () => false);
    },
  );
  // Synchronous, so that axios adds no turn of the event loop to a request.
  const requestId = request.use(prepareLast, null, { synchronous: true });
  const isLast = (): boolean =>
    handlersOf(response).findLast((handler) => handler !== null)?.rejected === refused;
  const judged = (answer: AxiosResponse): AxiosResponse => judge(answer, current(), isLast);
  const refused = (failure: unknown): never => refuse(failure, current(), isLast);
  const responseId = response.use(judged, refused);
  return {
    options: stack,
    eject: () => {
      unfollow();
      request.eject(requestId);
      response.eject(responseId);
    },
  };
}

type Handlers = readonly ({ readonly rejected?: unknown } | null)[];

function handlersOf(interceptors: object): Handlers {
  return (interceptors as { handlers?: Handlers }).handlers ?? [];
}

function prepare(config: InternalAxiosRequestConfig, options: WeexErrorsOptions, isLeaving: boolean): void {
  (config as { [sentAt]?: number })[sentAt] = performance.now();
  if (!config.headers.has(requestIdHeader)) config.headers[requestIdHeader] = makeRequestId();
  keepRawBody(config);
  if (options.losslessIds) keepLosslessIds(config);
  const reads = readOnly(config, options);
  const ambient = reads ? currentCallContext() : contextOfWrite();
  if (!reads) giveOwnConnection(config);
  const bound = config.signal ? callContextOf(config.signal) : undefined;
  const context = reads
    ? (ambient ?? bound)
    : watchWrite(config, (answer) => failureOf(answer, options), isLeaving, [ambient, bound]);
  if (context) joinCall(config, context, context !== bound);
}

function joinCall(config: InternalAxiosRequestConfig, context: CallContext, ambient: boolean): void {
  // Reading the signal creates it, so it is only read if it is sent.
  if (ambient && !config.signal) config.signal = context.signal;
  const { remainingMs } = context;
  if (remainingMs !== undefined) {
    // axios treats a timeout of 0 as no timeout.
    const left = Math.max(1, Math.ceil(remainingMs));
    config.timeout = config.timeout ? Math.min(config.timeout, left) : left;
  }
}

function judge(response: AxiosResponse, options: WeexErrorsOptions, isLast: () => boolean): AxiosResponse {
  // An interceptor before this one may have unwrapped the answer.
  if (!isAnswer(response)) {
    const failure = findRefusal(response, false);
    if (failure) raise(thrownError(response, contextOf(undefined, options)), options, isLast);
    return response;
  }
  const call = callOf(response.config);
  publishUsage(response, call, options);
  if (isSettledBy(response)) return response;
  const error = failureOf(response, options);
  settleAnswer(response, error);
  if (error) raise(error, options, isLast);
  call?.observeAnswer?.();
  return response;
}

function failureOf(response: AxiosResponse, options: WeexErrorsOptions): WEEXError | undefined {
  const refusal = safeRefusal(response, options);
  return refusal && responseError(response, refusal, contextOf(response.config, options));
}

/** A body may throw when it is read: then the answer does not count as a success. */
function safeRefusal(response: AxiosResponse, options: WeexErrorsOptions): Refusal | undefined {
  try {
    return answerRefusal(response, !readOnly(response.config, options));
  } catch {
    return { level: 'answer' };
  }
}

function refuse(failure: unknown, options: WeexErrorsOptions, isLast: () => boolean): never {
  const { origin, thrown } = readTrace(failure);
  for (const known of [thrown, origin]) if (isWEEXError(known)) throw known;
  const { config, response, abort } = readFailure(origin);
  if (response) publishUsage(response, callOf(response.config), options);
  const isUnsent = settleUnsent(config);
  if (abort) throw abort.reason as Error;
  const error =
    origin === thrown || origin instanceof Error
      ? thrownError(origin, contextOf(config, options))
      : errorBehind(origin as AnswerOrigin, thrown, options);
  if (isUnsent && error.executionStatus === 'unknown') setExecutionStatus(error, 'not-executed');
  settleWrite(config, error);
  raise(error, options, isLast);
}

/** Returns the error for what was thrown for an answer: the answer's refusal or, if it succeeded, what was thrown. */
function errorBehind(
  { config, response }: AnswerOrigin,
  thrown: unknown,
  options: WeexErrorsOptions,
): WEEXError {
  const context = contextOf(config, options);
  const refusal = safeRefusal(response, options);
  if (refusal) return responseError(response, refusal, context, thrown);
  settleAnswer(response, undefined);
  return thrownError(thrown, { ...context, method: methodOf(config), path: pathOf(config) });
}

/** Publishes the error and throws it. */
function raise(error: WEEXError, { registry }: WeexErrorsOptions, isLast: () => boolean): never {
  const isHeard = channels.errorClassified.hasSubscribers;
  // Capturing a stack is a large part of a failure's cost, and axios adds the caller's after the last interceptor.
  if (isHeard || !isLast()) Error.captureStackTrace(error, raise);
  if (isHeard) {
    const { method, path, status, durationMs, operation, attempt } =
      error.context as Partial<ErrorClassified>;
    const at = error.timestamp.getTime();
    const event = { at, error, method, path, status, durationMs, operation, attempt };
    channels.errorClassified.publish(event, registry);
  }
  throw error;
}

function contextOf(
  config: InternalAxiosRequestConfig | undefined,
  options: WeexErrorsOptions,
): FailureContext {
  const call = callOf(config);
  return {
    // Without the failed request it is unknown whether an order was sent.
    isRead: config ? readOnly(config, options) : false,
    catalogue: options.catalogue,
    operation: call?.operation,
    attempt: call?.attempt,
  };
}

function readOnly(config: InternalAxiosRequestConfig, { isRead }: WeexErrorsOptions): boolean {
  let declared: boolean | undefined;
  try {
    declared = isRead?.(config);
  } catch {
    // A faulty rule must not turn an answer into another failure.
  }
  return typeof declared === 'boolean' ? declared : isReadRequest(config);
}

function publishUsage(
  { headers, config }: AxiosResponse,
  call: CallContext | undefined,
  { onUsage }: WeexErrorsOptions,
): void {
  if (!onUsage && !call?.observeUsage) return;
  const usage = readUsage(headers);
  if (usage.length === 0) return;
  for (const observe of [() => call?.observeUsage?.(usage), () => onUsage?.(usage, config)]) {
    try {
      observe();
    } catch {
      // An observer must not affect the call.
    }
  }
}

function callOf(config: InternalAxiosRequestConfig | undefined): CallContext | undefined {
  return currentCallContext() ?? (config?.signal && callContextOf(config.signal));
}
