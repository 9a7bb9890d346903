import { readOptions } from '../context/read-options.js';
import type { WeexErrorsOptions } from './attach-weex-errors.js';

interface Check {
  readonly holds: (value: unknown) => boolean;
  readonly allowed: string;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const aFunction: Check = { holds: (value) => typeof value === 'function', allowed: 'a function' };

const checks: Readonly<Record<keyof WeexErrorsOptions, Check>> = {
  catalogue: {
    holds: (value) => typeof (value as { get?: unknown } | null)?.get === 'function',
    allowed: 'a catalogue of codes',
  },
  isRead: aFunction,
  losslessIds: { holds: (value) => typeof value === 'boolean', allowed: 'true or false' },
  onUsage: aFunction,
  registry: { holds: isObject, allowed: 'a PolicyRegistry' },
};

/**
 * The options, each read once. An instance that is none, and options that nothing reads or nothing can use, are refused
 * with all faults at once.
 */
export function checkWeexErrorsOptions(instance: unknown, given: unknown): WeexErrorsOptions {
  const options = isObject(given) ? readOptions(given, Object.keys(checks)) : given;
  const faults = [...instanceFaults(instance), ...optionFaults(options)];
  if (faults.length > 0) throw new TypeError(`Cannot attach WEEX errors: ${faults.join('; ')}`);
  return options as WeexErrorsOptions;
}

function instanceFaults(instance: unknown): string[] {
  const { interceptors } = (instance ?? {}) as { interceptors?: { request?: unknown; response?: unknown } };
  if (isObject(interceptors?.request) && isObject(interceptors?.response)) return [];
  return [`the first argument must be an axios instance, received ${describe(instance)}`];
}

function optionFaults(options: unknown): string[] {
  if (!isObject(options)) return [`the options must be an object, received ${describe(options)}`];
  return Object.entries(options as object).flatMap(([name, value]: [string, unknown]) => {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof WeexErrorsOptions] : undefined;
    if (!check) return [`unknown option ${name}; expected one of ${Object.keys(checks).join(', ')}`];
    if (value === undefined || check.holds(value)) return [];
    return [`${name} must be ${check.allowed}, received ${describe(value)}`];
  });
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
