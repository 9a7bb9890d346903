import { checkOptions as check, optionFault, type OptionFault } from '../core/options/check-options.js';
import {
  callback,
  hasMethods,
  isDelay,
  isObject,
  longestMs,
  oneOf,
  option,
  optionTable,
} from '../core/options/option-table.js';
import { clock, coordinator } from '../policies/options/policy-schema.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';

const isRecord = (value: unknown): boolean => isObject(value) && !Array.isArray(value);
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2;

const table = optionTable<ResilienceModuleOptions>({
  policies: option('an object of policies by name', isRecord),
  errors: option(
    'a list of pairs [error class, rule]',
    (value) => Array.isArray(value) && value.every(isPair),
  ),
  registry: option('a PolicyRegistry', hasMethods('define')),
  coordinator,
  clock,
  random: callback,
  errorTracker: option('options of an ErrorTracker', isRecord),
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
