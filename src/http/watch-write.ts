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
import { bodyOf, markHarmless } from './raw-body.js';
import { requestIdHeader } from './request-id.js';

/**
 * Where a request keeps what is known about it. A string key, since axios drops symbols when a config is sent again.
 */
const sentKey = 'weexSentRequest';

type Watched = InternalAxiosRequestConfig & { [sentKey]?: SentWrite };

/** The failure that an answer reports. */
type Judge = (response: AxiosResponse) => WEEXError | undefined;

// A class, since axios copies plain objects in a config and keeps instances.
class SentWrite extends SentRequest {
  readonly judge: Judge;
  /** The answer that was accepted as an acknowledgement. */
  acknowledgement: unknown;
  /** Whether {@link readAsSent} reads it last, just before it is sent. */
  isReadLater = false;
  /** Whether it has left. */
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
 * Tracks a write from here to its answer, and reports it to the attempts to which it belongs. Redirects are not
 * followed unless the config sets `maxRedirects`, since 307 and 308 send the body once more. The same order is not
 * sent a second time without the policy's knowledge, as axios-retry or a retry inside the method would do.
 *
 * @returns The attempt with which it ends.
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
  // So that the guard of this call looks it up, and reports the result to it.
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

/** A step or a list of steps, with another at the end unless it is among them. */
function withLast<Step>(steps: Step | Step[] | undefined, last: Step): Step[] {
  const list = Array.isArray(steps) ? steps : steps === undefined ? [] : [steps];
  return list.includes(last) ? list : [...list, last];
}

/** Whether it resends the order of an attempt, or contains it twice: in a batch that has kept an earlier one. */
function isTwice(request: SentRequest, owners: readonly CallContext[]): boolean {
  const isInItTwice = ({ clientOrderId = '' }: CallContext): boolean =>
    request.repeatedIds.has(clientOrderId);
  return owners.some(isInItTwice) || isSentTwice(request, owners);
}

/** Whether two requests with one config are for the same order: it may be the template of the next. */
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
  }
  return data;
};

/** Runs before any interceptor: one that was attached earlier may unwrap the answer or map the error. */
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

/** Settles a write by its answer; one that does not say which order it is about, or another one, proves nothing. */
export function settleAnswer(
  { config, data, status }: Pick<AxiosResponse, 'config' | 'data' | 'status'>,
  error: WEEXError | undefined,
): void {
  const request = (config as Watched | undefined)?.[sentKey];
  if (!request || error || request.outcome !== 'open') {
    settleWrite(config, error);
    return;
  }
  // A method may parse the body itself: then it is text here.
  const body = parseBody(bodyOf({ config, data }));
  if (status < 300 && (!request.placesOrder || (namesOrder(body) && !namesAnother(request, body)))) {
    request.verdicts = batchVerdicts(request, body);
    settleWrite(config, undefined);
  } else request.outcome = 'unknown';
}

/** Whether an answer names orders and none of them is in the request. */
function namesAnother(request: SentRequest, body: unknown): boolean {
  if (request.isNameless || typeof body !== 'object' || body === null) return false;
  const { data } = body as { readonly data?: unknown };
  const named = [body, data].flat().flatMap((item) => idOfItem(item) ?? []);
  return named.length > 0 && !named.some((id) => request.carriesId(id));
}

/**
 * Applies what the answer says: success, an explicit refusal of the exchange, or nothing that proves anything.
 * Later facts, such as a redirect, can only make a refusal more suspect.
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

/** Whether an answer has already settled its request as executed: there is nothing more to find in it. */
export function isSettledBy({ config, data }: AxiosResponse): boolean {
  const request = (config as Watched | undefined)?.[sentKey];
  return request?.outcome === 'executed' && typeof data === 'object' && request.acknowledgement === data;
}

/**
 * Settles a request that failed before any of it left the process; returns whether something had left. A transform
 * that throws does not even say which request it was: it is one of the attempt, and a request that is sent after
 * all is open again.
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

/** In both places, since an interceptor that runs later may choose another adapter. */
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

/** The exchange and the account to which a request goes. Not by the URL parser, since every order passes here. */
function placeOf({ baseURL, headers, url }: InternalAxiosRequestConfig): string {
  const [host] = origin.exec(url ?? '') ?? origin.exec(baseURL ?? '') ?? [];
  return `${host} ${String(headers['ACCESS-KEY'])}`;
}

const origin = /^\w+:\/\/[^/?#]+/;
