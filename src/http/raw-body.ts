import type {
  AxiosRequestTransformer,
  AxiosResponse,
  AxiosResponseTransformer,
  InternalAxiosRequestConfig,
} from 'axios';
import { isUnread, parseBody } from './answer-body.js';
import { traced } from './traced-failure.js';

const rawBody: unique symbol = Symbol('rawBody');

type Keeping = InternalAxiosRequestConfig & { [rawBody]?: unknown };

/** Whether each known transform preserves the meaning of a body. */
const harmless: WeakMap<AxiosResponseTransformer, boolean> = new WeakMap();

/** Declares that a transform preserves the meaning of a body. */
export function markHarmless(transform: AxiosResponseTransformer): void {
  harmless.set(transform, true);
}

/** Whether a transform is the JSON parser of axios or belongs to this package. */
export function isHarmless(transform: AxiosResponseTransformer): boolean {
  let known = harmless.get(transform);
  // The function's name may be minified or used by others, but not the name of the option.
  if (known === undefined) harmless.set(transform, (known = String(transform).includes('forcedJSONParsing')));
  return known;
}

/**
 * Keeps the body of the answer as it was received, if the caller has added transforms: they may unwrap a refusal, so
 * that nothing of it is left, or fail on the page of a proxy.
 */
export function keepRawBody(config: InternalAxiosRequestConfig): void {
  // A config that is sent again brings the body of its last answer.
  if ((config as Keeping)[rawBody] !== undefined) (config as Keeping)[rawBody] = undefined;
  const transforms = [config.transformResponse ?? []].flat();
  if (!transforms.every(isHarmless)) config.transformResponse = [keepingRaw(transforms)];
}

/** The same once more when the request leaves, for interceptors that run after this and change the transforms. */
export function keepRawBodyLate(config: InternalAxiosRequestConfig): void {
  config.transformRequest = withLast(config.transformRequest, keepLate);
}

/** Appends a step to a step or a list of steps, unless the list contains it. */
export function withLast<Step>(steps: Step | Step[] | undefined, last: Step): Step[] {
  const list = Array.isArray(steps) ? steps : steps === undefined ? [] : [steps];
  return list.includes(last) ? list : [...list, last];
}

const keepLate: AxiosRequestTransformer = function keepLate(this, data: unknown) {
  keepRawBody(this);
  return data;
};

function keepingRaw(transforms: readonly AxiosResponseTransformer[]): AxiosResponseTransformer {
  const transform: AxiosResponseTransformer = function transformResponse(
    this,
    body: unknown,
    headers,
    status,
  ) {
    const config = this as Keeping;
    config[rawBody] = body;
    try {
      return transforms.reduce(
        (value: unknown, next) => next.call(this, value, headers, status) as unknown,
        body,
      );
    } catch (error) {
      const response = { config, data: body, headers, status: status ?? 0, statusText: '' };
      throw traced(error, { config, response });
    }
  };
  markHarmless(transform);
  return transform;
}

/** Keeps the body of an answer before the caller's interceptors, which may replace it. */
export function keepBody({ config, data }: Pick<AxiosResponse<unknown>, 'config' | 'data'>): void {
  (config as Keeping)[rawBody] ??= data;
}

/** Returns the body of an answer: the JSON as received, if the caller's code may have changed it. */
export function bodyOf({ config, data }: Pick<AxiosResponse<unknown>, 'config' | 'data'>): unknown {
  const raw = (config as Keeping | undefined)?.[rawBody];
  if (raw === undefined || isUnread(raw)) return data;
  const body = parseBody(raw);
  return typeof body === 'object' ? body : data;
}
