import { readOptions } from '../context/read-options.js';
import type { ResilienceModuleOptions } from './resilience-module-options.js';
import type { StartFaults } from './start-faults.js';

interface Check {
  readonly holds: (value: unknown) => boolean;
  readonly allowed: string;
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const checks: Readonly<Record<keyof ResilienceModuleOptions, Check>> = {
  policies: { holds: isRecord, allowed: 'must be an object of policies by name' },
  errors: { holds: isRuleList, allowed: 'must be a list of pairs [error class, rule]' },
  registry: {
    holds: (value) => typeof (value as { define?: unknown } | null)?.define === 'function',
    allowed: 'must be a PolicyRegistry',
  },
  coordinator: {
    holds: (value) => typeof (value as { joinLimit?: unknown } | null)?.joinLimit === 'function',
    allowed: 'must be a coordinator, as createRedisCoordinator makes one',
  },
  clock: { holds: isRecord, allowed: 'must have the methods now, setTimeout and clearTimeout' },
  random: { holds: (value) => typeof value === 'function', allowed: 'must be a function' },
  errorTracker: { holds: isRecord, allowed: 'must be options of an ErrorTracker' },
  drainMs: {
    holds: (value) => typeof value === 'number' && value >= 0 && value <= 2 ** 31 - 1,
    allowed: 'must be a number of milliseconds from 0 to 2147483647',
  },
  events: {
    holds: (value) => typeof value === 'boolean' || Array.isArray(value),
    allowed: 'must be true, false or a list of event types',
  },
  unknownPolicies: {
    holds: (value) => ['refuse', 'allow', 'define'].includes(value as string),
    allowed: "must be 'refuse', 'allow' or 'define'",
  },
};

/**
 * The options of the module, each read once. What is wrong with them is collected; policies and rules are checked as
 * they are defined.
 */
export function checkOptions(given: unknown, faults: StartFaults): ResilienceModuleOptions | undefined {
  if (!isRecord(given)) {
    faults.add(`the options must be an object, received ${describe(given)}`, true);
    return undefined;
  }
  const options: ResilienceModuleOptions = readOptions(given, Object.keys(checks));
  const before = faults.count;
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof ResilienceModuleOptions] : undefined;
    if (!check) faults.add(`unknown option ${name}; expected one of ${Object.keys(checks).join(', ')}`, true);
    else if (value !== undefined && !check.holds(value)) {
      faults.add(`${name} ${check.allowed}, received ${describe(value)}`, true);
    }
  }
  const { registry, ...own } = options;
  const contradicting = (['clock', 'coordinator', 'random'] as const).find((name) => own[name]);
  if (registry && contradicting) {
    faults.add(`${contradicting} contradicts registry; give it to the registry`);
  }
  return faults.count === before ? options : undefined;
}

function isRuleList(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
