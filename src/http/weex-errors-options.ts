import type { InternalAxiosRequestConfig } from 'axios';
import { describeValue, optionFault, readByTable, throwFaults } from '../core/options/check-options.js';
import {
  callback,
  hasMethods,
  isObject,
  option,
  optionTable,
  trueOrFalse,
} from '../core/options/option-table.js';
import type { Catalogue } from '../errors/catalogue.js';
import type { RateLimitUsage } from '../core/context/rate-limit-usage.js';

/** Options of `attachWeexErrors`; all are optional. */
export interface WeexErrorsOptions {
  /**
   * The table of codes for every request of the instance. Default: `v2Catalogue` for paths that contain `/v1/` or
   * `/v2/` of the spot or contract API, otherwise `defaultCatalogue`.
   */
  readonly catalogue?: Catalogue | undefined;
  /**
   * Whether a request can change nothing. `undefined`, or an exception, falls back to the default: GET, HEAD and
   * the POSTs of WEEX that only read.
   */
  readonly isRead?: ((config: InternalAxiosRequestConfig) => boolean | undefined) | undefined;
  /**
   * Keeps integers beyond 2^53, such as the order ids of the spot API, as strings with every digit. It acts on JSON
   * answers that contain such a number; the others cost one scan of their text. Default `false`.
   */
  readonly losslessIds?: boolean | undefined;
  /** Called for every answer with usage headers, including failed ones. Errors that it throws are ignored. */
  readonly onUsage?:
    | ((usage: readonly RateLimitUsage[], config: InternalAxiosRequestConfig) => void)
    | undefined;
  /** The `PolicyRegistry` whose listeners and trackers receive the failures. Default: none in particular. */
  readonly registry?: object | undefined;
}

const table = optionTable<WeexErrorsOptions>({
  catalogue: option('a catalogue of codes', hasMethods('get')),
  isRead: callback,
  losslessIds: trueOrFalse,
  onUsage: callback,
  registry: option('a PolicyRegistry', isObject),
});

/**
 * Checks the options, reading each once. Throws one TypeError for a value that is not an axios instance and for all
 * wrong options.
 */
export function checkWeexErrorsOptions(instance: unknown, given: unknown): WeexErrorsOptions {
  const { faults, options } = readByTable(table, given);
  const { interceptors } = (instance ?? {}) as { interceptors?: { request?: unknown; response?: unknown } };
  if (!(isObject(interceptors?.request) && isObject(interceptors?.response))) {
    const received = `received ${describeValue(instance)}`;
    faults.unshift(optionFault('the first argument', `must be an axios instance, ${received}`));
  }
  throwFaults('attach WEEX errors', faults);
  return options;
}
