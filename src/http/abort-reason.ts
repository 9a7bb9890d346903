import type { InternalAxiosRequestConfig } from 'axios';

/** The parts of a failure that may be an abort. */
interface Aborted {
  readonly config?: InternalAxiosRequestConfig;
  readonly code?: unknown;
  readonly name?: unknown;
  readonly __CANCEL__?: unknown;
}

/**
 * Why a request was aborted, or `undefined` if it was not. axios drops the reason of a signal, so it is taken from
 * the signal itself; a legacy cancel token has its own.
 */
export function abortReason(failure: unknown): { readonly reason: unknown } | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { config, code, name, __CANCEL__ } = failure as Aborted;
  const canceled = code === 'ERR_CANCELED' || __CANCEL__ === true;
  if (!canceled) return name === 'AbortError' ? { reason: failure } : undefined;
  if (config?.signal?.aborted) {
    const { reason } = config.signal as { reason?: unknown };
    return { reason: reason ?? new DOMException('This operation was aborted', 'AbortError') };
  }
  const { cancelToken } = config ?? {};
  if (cancelToken?.reason) return { reason: cancelToken.reason };
  // Without a config it comes from a cancel token; with one, the body of the request broke off.
  return config ? undefined : { reason: failure };
}
