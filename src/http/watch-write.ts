import type {
  AxiosRequestTransformer,
  AxiosResponse,
  AxiosResponseTransformer,
  InternalAxiosRequestConfig,
} from 'axios';
import {
  type CallContext,
  contextOfWrite,
  isSentTwice,
  isTooLate,
  tellSent,
} from '../core/context/call-context.js';
import { ownersOf } from '../core/context/attempts-under-way.js';
import { namesOrder } from '../core/context/names-order.js';
import { SentRequest } from '../core/context/sent-request.js';
import type { WEEXError } from '../errors/weex-error.js';
import { WEEXOutcomeUnknownError } from '../errors/weex-outcome-unknown-error.js';
import { bodyText, isUnread, parseBody } from './answer-body.js';
import { batchVerdicts, idOfItem } from './batch-verdicts.js';
import { earlierOrder, rememberOrder } from './earlier-order.js';
import { methodOf, pathOf } from './read-only-requests.js';
import { bodyOf, keepRawBody, markHarmless, withLast } from './raw-body.js';
import { requestIdHeader } from './request-id.js';

/**
 * The key under which a config stores its request. It is a string, because axios drops symbols when a config is reused.
 */
const sentKey = 'weexSentRequest';

type Watched = InternalAxiosRequestConfig & { [sentKey]?: SentWrite };

/** Returns the failure that an answer reports, if any. */
type Judge = (response: AxiosResponse) => WEEXError | undefined;

// A class, because axios copies plain objects in a config but keeps instances.
class SentWrite extends SentRequest {
  readonly judge: Judge;
  /** The answer that was accepted as an acknowledgement. */
  acknowledgement: unknown;
  /** Whether {@link readAsSent} reads the body again, just before it is sent. */
  isReadLater = false;
  /** Whether the request has left the process. */
  hasLeft = false;

  constructor(config: InternalAxiosRequestConfig, judge: Judge) {
    // A trailing slash makes no difference.
    super(`${methodOf(config)} ${pathOf(config).replace(/(?<=.)\/+$/, '')}`, textOf(config, config.data));
    this.isUnread = isUnread(config.data);
    this.place = placeOf(config);
    this.judge = judge;
  }
}

/**
 * Tracks a write until its answer, and reports it to the attempts to which it belongs. Redirects are not followed
 * unless the config sets `maxRedirects`, because 307 and 308 send the body again. The same order is not sent a second
 * time without the policy's knowledge, as axios-retry or a retry inside the method would do.
 *
 * @returns The attempt whose end also ends the request.
 */
export function watchWrite(
  config: InternalAxiosRequestConfig,
  judge: Judge,
  isLeaving: boolean,
  [ambient, bound]: readonly [ambient: CallContext | undefined, bound: CallContext | undefined],
): CallContext | undefined {
  const watched = config as Watched;
  const before = watched[sentKey];
  const request = new SentWrite(config, judge);
  if (before && before.outcome !== 'refused' && isSameOrders(before, request)) {
    refuse(config, reasons.resent);
    return undefined;
  }
  const { owners, isLate } = ownersOf(request, [ambient, bound]);
  const isFound = owners.some((owner) => owner !== ambient && owner !== bound);
  const why = isFound ? undefined : isLate || isTooLate(request, bound) ? reasons.late : undefined;
  const earlier = why ? undefined : earlierOrder(request, owners);
  // So that the guard of this call looks up the earlier order and reports the result to its request.
  if (earlier) tellSent(earlier, owners);
  const refusal = why ?? (earlier ? reasons.unanswered : isTwice(request, owners) && reasons.twice);
  if (refusal) {
    refuse(config, refusal);
    return undefined;
  }
  if (config.maxRedirects === undefined) {
    config.maxRedirects = 0;
    config.fetchOptions = { redirect: 'manual', ...config.fetchOptions };
  }
  watched[sentKey] = request;
  request.isReadLater = !isLeaving;
  request.requestId = String(config.headers[requestIdHeader]);
  config.transformRequest = withLast(config.transformRequest, readAsSent);
  config.transformResponse = withLast(config.transformResponse, settleByAnswer);
  tellSent(request, owners);
  // The end of one attempt must not end the orders of others.
  return isFound && owners.length > 1 ? undefined : owners[0];
}

/** Whether a request resends an attempt's order, or contains it twice, as a batch does that keeps earlier orders. */
function isTwice(request: SentRequest, owners: readonly CallContext[]): boolean {
  const isInItTwice = ({ clientOrderId = '' }: CallContext): boolean =>
    request.repeatedIds.has(clientOrderId);
  return owners.some(isInItTwice) || isSentTwice(request, owners);
}

/** Whether two requests with one config are for the same order: a config may be reused as a template. */
function isSameOrders(before: SentRequest, request: SentRequest): boolean {
  return before.isNameless || request.isNameless || request.ids.some((id) => before.ids.includes(id));
}

const reasons = {
  resent:
    'An interceptor attached before attachWeexErrors, perhaps axios-retry, sends it again: call attachWeexErrors first, or do not use that interceptor for writes',
  late: 'Its attempt is over, and the policy may have sent it again: await the request in the method',
  unanswered: 'Another call with this client order id was not answered',
  twice:
    'The method sends the order of one attempt twice, perhaps by its own retry: leave retries to its policy',
} as const;

/** Runs after all interceptors and transforms, so it sees the order as it is sent. */
const readAsSent: AxiosRequestTransformer = function readAsSent(this, data: unknown) {
  const request = (this as Watched)[sentKey];
  if (request) {
    request.body = textOf(this, data);
    request.isUnread = isUnread(data);
    if (!request.hasLeft) request.outcome = 'open';
    request.hasLeft = true;
    // An interceptor that ran later may have put other transforms in their place.
    keepRawBody(this);
    this.transformResponse = withLast(this.transformResponse, settleByAnswer);
  }
  return data;
};

/** Runs before any interceptor, because an earlier one may unwrap the answer or map the error. */
const settleByAnswer: AxiosResponseTransformer = function settleByAnswer(
  this,
  data: unknown,
  headers,
  status = 0,
) {
  const request = (this as Watched)[sentKey];
  if (!request) return data;
  const error = request.judge({ data, headers, status, statusText: '', config: this });
  settleAnswer({ config: this, data, status }, error);
  request.acknowledgement = error ? undefined : data;
  return data;
};

markHarmless(settleByAnswer);

/** Settles a write by its answer. An answer that names no order, or another order, proves nothing. */
export function settleAnswer(
  { config, data, status }: Pick<AxiosResponse, 'config' | 'data' | 'status'>,
  error: WEEXError | undefined,
): void {
  const request = (config as Watched | undefined)?.[sentKey];
  if (!request || error || request.outcome !== 'open') {
    settleWrite(config, error);
    return;
  }
  // If the method parses the body itself, it is text here.
  const body = parseBody(bodyOf({ config, data }));
  if (status < 300 && (!request.placesOrder || acknowledges(request, body))) {
    request.verdicts = batchVerdicts(request, body);
    settleWrite(config, undefined);
  } else request.outcome = 'unknown';
}

/** Whether an answer names the order. A stream that has not been read names nothing. */
function acknowledges(request: SentRequest, body: unknown): boolean {
  return !isUnread(body) && namesOrder(body) && !namesAnother(request, body);
}

/** Whether an answer names orders, but none that is in the request. */
function namesAnother(request: SentRequest, body: unknown): boolean {
  if (request.isNameless || typeof body !== 'object' || body === null) return false;
  const { data } = body as { readonly data?: unknown };
  const named = [body, data].flat().flatMap((item) => idOfItem(item) ?? []);
  return named.length > 0 && !named.some((id) => request.carriesId(id));
}

/**
 * Applies the result of an answer: success, an explicit refusal by the exchange, or no proof of either. Later facts,
 * such as a redirect, can only make a refusal more doubtful.
 */
export function settleWrite(
  config: InternalAxiosRequestConfig | undefined,
  error: WEEXError | undefined,
): void {
  const request = (config as Watched | undefined)?.[sentKey];
  if (!request) return;
  const isRefused = error?.executionStatus === 'not-executed';
  if (request.outcome === 'refused' && error && !isRefused) {
    request.outcome = 'unknown';
    rememberOrder(request);
  }
  if (error && !isRefused) request.failure ??= error;
  if (request.outcome !== 'open') return;
  request.outcome = error ? (isRefused ? 'refused' : 'unknown') : 'executed';
  if (isRefused) request.refusal = error;
}

/** Whether an answer has already settled its request as executed, so that it need not be examined again. */
export function isSettledBy({ config, data }: AxiosResponse): boolean {
  const request = (config as Watched | undefined)?.[sentKey];
  return request?.outcome === 'executed' && typeof data === 'object' && request.acknowledgement === data;
}

/**
 * Settles a request that failed before any of it left the process; returns whether there was one. The error of a
 * transform does not show which request it was, so all unsent requests of the attempt are settled; one that is sent
 * after all becomes open again.
 */
export function settleUnsent(config: InternalAxiosRequestConfig | undefined): boolean {
  const own = (config as Watched | undefined)?.[sentKey];
  const unsent = (config ? [own] : (contextOfWrite()?.sent ?? [])).filter(isUnsent);
  for (const request of unsent) request.outcome = 'refused';
  return unsent.length > 0;
}

function isUnsent(request: SentRequest | undefined): request is SentWrite {
  return (
    request instanceof SentWrite && request.outcome === 'open' && request.isReadLater && !request.hasLeft
  );
}

function refuse(config: InternalAxiosRequestConfig, why: string): void {
  const what = `${methodOf(config)} ${pathOf(config)}`;
  stop(config, new WEEXOutcomeUnknownError(`Cannot send ${what} again: its outcome is unknown. ${why}`));
}

/** Stops a request in two places, because an interceptor that runs later may choose another adapter. */
function stop(config: InternalAxiosRequestConfig, error: WEEXError): void {
  config.adapter = () => Promise.reject(error);
  config.transformRequest = () => {
    throw error;
  };
}

function textOf({ params, url }: InternalAxiosRequestConfig, data: unknown): string | undefined {
  const parts = [url?.split('?')[1], asText(params), asText(data)].filter(Boolean);
  return parts.length > 0 ? parts.join('&') : undefined;
}

function asText(part: unknown): string | undefined {
  if (part instanceof URLSearchParams) return part.toString();
  if (part instanceof FormData) return formText(part);
  try {
    return bodyText(part) ?? (typeof part === 'object' && part !== null ? JSON.stringify(part) : undefined);
  } catch {
    return undefined;
  }
}

function formText(form: FormData): string {
  const fields = new URLSearchParams();
  for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value);
  return fields.toString();
}

/** Returns the exchange and the account to which a request goes. A URL parser would be too slow for every order. */
function placeOf({ baseURL, headers, url }: InternalAxiosRequestConfig): string {
  const [host] = origin.exec(url ?? '') ?? origin.exec(baseURL ?? '') ?? [];
  return `${host} ${String(headers['ACCESS-KEY'])}`;
}

const origin = /^\w+:\/\/[^/?#]+/;
