import type {
  AxiosRequestTransformer,
  AxiosResponse,
  AxiosResponseTransformer,
  InternalAxiosRequestConfig,
} from 'axios';
import { type CallContext, isSentTwice, isTooLate, tellSent } from '../context/call-context.js';
import { namesOrder } from '../context/names-order.js';
import { SentRequest } from '../context/sent-request.js';
import type { WEEXError } from '../errors/weex-error.js';
import { WEEXOutcomeUnknownError } from '../errors/weex-outcome-unknown-error.js';
import { bodyText } from './answer-body.js';
import { earlierOrder, forgetOrder } from './earlier-order.js';
import { methodOf, pathOf } from './read-only-requests.js';

/** Where a request keeps what is known of it. A name, since axios drops symbols when somebody sends a config again. */
const sentKey = 'weexSentRequest';

type Watched = InternalAxiosRequestConfig & { [sentKey]?: SentWrite };

/** The failure that an answer tells of. */
type Judge = (response: AxiosResponse) => WEEXError | undefined;

// A class, since axios copies plain objects in a config and keeps instances.
class SentWrite extends SentRequest {
  readonly judge: Judge;
  /** The answer that was taken for an acknowledgement. */
  acknowledgement: unknown;

  constructor(config: InternalAxiosRequestConfig, judge: Judge) {
    // With a slash at its end it is the same place.
    super(`${methodOf(config)} ${pathOf(config).replace(/(?<=.)\/+$/, '')}`, textOf(config, config.data));
    this.judge = judge;
  }
}

/**
 * Follows a write from here to its answer, and tells the attempts that it belongs to. Redirects are not followed
 * unless the config names `maxRedirects`, since 307 and 308 send the body once more; and the same order is not sent a
 * second time behind the back of a policy, as axios-retry does or a retry inside the method.
 */
export function watchWrite(
  config: InternalAxiosRequestConfig,
  judge: Judge,
  ...contexts: readonly (CallContext | undefined)[]
): void {
  const watched = config as Watched;
  const before = watched[sentKey];
  if (before && before.outcome !== 'refused') {
    refuse(
      config,
      'An interceptor that was attached before attachWeexErrors sends it again, axios-retry perhaps: attach attachWeexErrors first, or leave it out for writes',
    );
    return;
  }
  const request = new SentWrite(config, judge);
  if (isTooLate(request, contexts.at(-1))) {
    refuse(config, 'Its attempt is over, and the policy may have sent it anew: wait for it in the method');
    return;
  }
  const earlier = earlierOrder(config, request, ...contexts);
  if (earlier) {
    // So that the guard of this call looks for it, and tells it what it finds.
    tellSent(earlier, ...contexts);
    refuse(config, 'Another call with this client order id was not answered');
    return;
  }
  if (isSentTwice(request, ...contexts)) {
    refuse(
      config,
      'The method sends the order of one attempt twice, by a retry of its own perhaps: leave that to its policy',
    );
    return;
  }
  if (config.maxRedirects === undefined) {
    config.maxRedirects = 0;
    config.fetchOptions = { redirect: 'manual', ...config.fetchOptions };
  }
  watched[sentKey] = request;
  const serializers = [config.transformRequest ?? []].flat();
  if (!serializers.includes(readAsSent)) config.transformRequest = [...serializers, readAsSent];
  const transforms = [config.transformResponse ?? []].flat();
  if (!transforms.includes(settleByAnswer)) config.transformResponse = [...transforms, settleByAnswer];
  tellSent(request, ...contexts);
}

/** After all interceptors and transforms: what they made of the order is what goes out. */
const readAsSent: AxiosRequestTransformer = function readAsSent(this, data: unknown) {
  const request = (this as Watched)[sentKey];
  if (request) request.body = textOf(this, data);
  return data;
};

/** Before any interceptor: one that was attached earlier may unwrap the answer or map the error. */
const settleByAnswer: AxiosResponseTransformer = function settleByAnswer(
  this,
  data: unknown,
  headers,
  status = 0,
) {
  const request = (this as Watched)[sentKey];
  if (!request) return data;
  const error = request.judge({ data, headers, status, statusText: '', config: this });
  const isAcknowledged = status < 300 && (!request.placesOrder || namesOrder(data));
  if (!error && !isAcknowledged) request.outcome = 'unknown';
  else settleWrite(this, error);
  request.acknowledgement = error ? undefined : data;
  return data;
};

/**
 * Takes over what the answer says: success, a refusal in the exchange's own words, or nothing that proves anything.
 * What is learned later, of a redirect above all, makes a refusal more suspect and nothing less.
 */
export function settleWrite(
  config: InternalAxiosRequestConfig | undefined,
  error: WEEXError | undefined,
): void {
  const request = (config as Watched | undefined)?.[sentKey];
  if (!request) return;
  const isRefused = error?.executionStatus === 'not-executed';
  if (request.outcome === 'refused' && error && !isRefused) request.outcome = 'unknown';
  if (error && !isRefused) request.failure ??= error;
  if (request.outcome !== 'open') return;
  request.outcome = error ? (isRefused ? 'refused' : 'unknown') : 'executed';
  if (isRefused) request.refusal = error;
  if (!error) forgetOrder(request);
}

/** Whether an answer is the one that its request was settled by as executed: there is nothing more to find in it. */
export function isSettledBy({ config, data }: AxiosResponse): boolean {
  const request = (config as Watched | undefined)?.[sentKey];
  return request?.outcome === 'executed' && typeof data === 'object' && request.acknowledgement === data;
}

function refuse(config: InternalAxiosRequestConfig, why: string): void {
  const what = `${methodOf(config)} ${pathOf(config)}`;
  const error = new WEEXOutcomeUnknownError(
    `Cannot send ${what} again: nobody knows what became of it. ${why}`,
  );
  config.adapter = () => Promise.reject(error);
}

function textOf({ params, url }: InternalAxiosRequestConfig, data: unknown): string | undefined {
  const parts = [url?.split('?')[1], asText(params), asText(data)].filter(Boolean);
  return parts.length > 0 ? parts.join('&') : undefined;
}

function asText(part: unknown): string | undefined {
  if (part instanceof URLSearchParams) return part.toString();
  try {
    return bodyText(part) ?? (typeof part === 'object' && part !== null ? JSON.stringify(part) : undefined);
  } catch {
    return undefined;
  }
}
