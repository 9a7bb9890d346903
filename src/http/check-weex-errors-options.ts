import { describeValue, optionFault, readByTable, throwFaults } from '../context/check-options.js';
import { callback, hasMethods, isObject, option, optionTable, trueOrFalse } from '../context/option-table.js';
import type { WeexErrorsOptions } from './attach-weex-errors.js';

const table = optionTable<WeexErrorsOptions>({
  catalogue: option('a catalogue of codes', hasMethods('get')),
  isRead: callback,
  losslessIds: trueOrFalse,
  onUsage: callback,
  registry: option('a PolicyRegistry', isObject),
});

/** The options, each read once. Throws one TypeError for a value that is not an axios instance and all bad options. */
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
