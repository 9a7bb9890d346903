import { checkOptions as check, optionFault, type OptionFault } from '../core/options/check-options.js';
import {
  anything,
  callback,
  hasMethods,
  isDelay,
  isFunction,
  isObject,
  longestMs,
  oneOf,
  option,
  optionTable,
} from '../core/options/option-table.js';
import { clock, coordinator } from '../policies/options/policy-schema.js';
import type { ErrorTrackerOptions } from '../observability/error-tracker.js';
import type {
  ResilienceFeatureOptions,
  ResilienceModuleAsyncOptions,
  ResilienceModuleOptions,
} from './resilience-module-options.js';

export const isRecord = (value: unknown): boolean => isObject(value) && !Array.isArray(value);
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2;

const policies = option('an object of policies by name', isRecord);

const table = optionTable<ResilienceModuleOptions>({
  policies,
  errors: option(
    'a list of pairs [error class, rule]',
    (value) => Array.isArray(value) && value.every(isPair),
  ),
  registry: option('a PolicyRegistry', hasMethods('define')),
  coordinator,
  clock,
  random: callback,
  // The values are checked when the tracker is created.
  errorTracker: optionTable<ErrorTrackerOptions>({ capacity: anything, clock: anything }),
  drainMs: option(`a number of milliseconds from 0 to ${longestMs}`, isDelay),
  events: option(
    'true, false or a list of event types',
    (value) => typeof value === 'boolean' || Array.isArray(value),
  ),
  unknownPolicies: oneOf('refuse', 'allow', 'define'),
});

/** Checks the module's options, reading each once; policies and rules are checked when they are defined. */
export function checkOptions(given: unknown): ResilienceModuleOptions {
  return check(table, given, 'start ResilienceModule', contradictions);
}

function contradictions({ registry, ...own }: ResilienceModuleOptions): OptionFault[] {
  const other = (['clock', 'coordinator', 'random'] as const).find((name) => own[name]);
  if (!registry || !other) return [];
  return [optionFault(other, 'cannot be combined with registry; pass it to the registry', false)];
}

const featureTable = optionTable<ResilienceFeatureOptions>({ policies });

/** Checks the options of `forFeature` like {@link checkOptions}. */
export function checkFeatureOptions(given: unknown): ResilienceFeatureOptions {
  return check(featureTable, given, 'use ResilienceModule.forFeature');
}

const sources = ['useFactory', 'useClass', 'useExisting'] as const;

const asyncTable = optionTable<ResilienceModuleAsyncOptions>({
  imports: option('a list of modules', Array.isArray),
  inject: option('a list of tokens', Array.isArray),
  useFactory: callback,
  useClass: option('a class', isFunction),
  useExisting: anything,
});

/** Checks the options of `forRootAsync`. */
export function checkAsyncOptions(given: unknown): ResilienceModuleAsyncOptions {
  return check(asyncTable, given, 'use ResilienceModule.forRootAsync', (options) => {
    const chosen = sources.filter((source) => options[source] !== undefined);
    if (chosen.length === 1) return [];
    const received = chosen.length === 0 ? 'none' : chosen.join(' and ');
    const text = `give exactly one of ${sources.join(', ')}, received ${received}`;
    return [{ option: '', text, isWrongType: true }];
  });
}
