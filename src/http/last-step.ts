import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';

/** A step, and whether the adapter is called right after it: nothing in between can fail. */
type LastStep = (config: InternalAxiosRequestConfig, isLeaving: boolean) => void;

/**
 * Creates a request interceptor that runs a step as late as possible: if the adapter is a function, when it is
 * called. By then axios has copied and checked the headers for the last time, so one more costs nothing, and other
 * interceptors have done their part. If a step throws, it is skipped: it must not fail a request.
 */
export function createLastStep(
  step: LastStep,
): (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig {
  const preparing = new WeakMap<AxiosAdapter, AxiosAdapter>();
  return (config) => {
    const { adapter } = config;
    if (typeof adapter !== 'function') {
      attempt(step, config, false);
      return config;
    }
    let prepared = preparing.get(adapter);
    if (!prepared) {
      prepared = (last) => {
        attempt(step, last, true);
        // The step may have replaced it, to refuse the request.
        const chosen = last.adapter;
        return typeof chosen === 'function' && chosen !== prepared ? chosen(last) : adapter(last);
      };
      preparing.set(adapter, prepared);
      // A request that is sent again still has what was set here.
      preparing.set(prepared, prepared);
    }
    config.adapter = prepared;
    return config;
  };
}

function attempt(step: LastStep, config: InternalAxiosRequestConfig, isLeaving: boolean): void {
  try {
    step(config, isLeaving);
  } catch {
    // For example frozen headers: the request is sent without an id.
  }
}
