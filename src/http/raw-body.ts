import type { AxiosResponse, AxiosResponseTransformer, InternalAxiosRequestConfig } from 'axios';
import { isUnread, parseBody } from './answer-body.js';
import { traced } from './traced-failure.js';

const rawBody: unique symbol = Symbol('rawBody');

type Keeping = InternalAxiosRequestConfig & { [rawBody]?: unknown };

/** Whether a transform leaves the meaning of a body as it is. */
const harmless: WeakMap<AxiosResponseTransformer, boolean> = new WeakMap();

/** Declares that a transform leaves the meaning of a body as it is. */
export function markHarmless(transform: AxiosResponseTransformer): void {
  harmless.set(transform, true);
}

/** Whether a transform is that of axios, which parses JSON, or one of this package. */
export function isHarmless(transform: AxiosResponseTransformer): boolean {
  let known = harmless.get(transform);
  // Its name may be minified or used by others, the name of its option is not.
  if (known === undefined) harmless.set(transform, (known = String(transform).includes('forcedJSONParsing')));
  return known;
}

/**
 * Makes the answer to a request keep its body as it was received, if the caller has transforms of its own: they may
 * unwrap a refusal, so that nothing of it is left, or fail on the page of a proxy.
 */
export function keepRawBody(config: InternalAxiosRequestConfig): void {
  const transforms = [config.transformResponse ?? []].flat();
  if (!transforms.every(isHarmless)) config.transformResponse = [keepingRaw(transforms)];
}

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

/** Keeps the body of an answer before an interceptor of the caller sees it, and perhaps replaces it. */
export function keepBody({ config, data }: Pick<AxiosResponse<unknown>, 'config' | 'data'>): void {
  (config as Keeping)[rawBody] ??= data;
}

/** The body of an answer: if the caller's code may have changed it and it is JSON, as it was before. */
export function bodyOf({ config, data }: Pick<AxiosResponse<unknown>, 'config' | 'data'>): unknown {
  const raw = (config as Keeping | undefined)?.[rawBody];
  if (raw === undefined || isUnread(raw)) return data;
  const body = parseBody(raw);
  return typeof body === 'object' ? body : data;
}
