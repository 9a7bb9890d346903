import { inspect } from 'node:util';
import { readOptions } from '../context/read-options.js';
import { looksUpAll, type OrderSafety } from './order-safety.js';
import { sum } from './patience.js';

interface Rule {
  readonly allowed: string;
  readonly required?: true;
  readonly accepts: (value: unknown) => boolean;
}

const longestMs = 2 ** 31 - 1;
const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= longestMs;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const hasMethods =
  (...names: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => isFunction((value as Record<string, unknown>)[name]));
const isVenue = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'idProtects' in value &&
  ['visibleWithinMs', 'requestValidForMs'].every((name) =>
    isDuration((value as Record<string, unknown>)[name]),
  );

const range = `from 0 to ${longestMs}`;
const rules: Readonly<Record<Extract<keyof OrderSafety<unknown, [], unknown>, string>, Rule>> = {
  clientOrderId: { allowed: 'a function of the call', required: true, accepts: isFunction },
  find: { allowed: 'a function of the id and the call', required: true, accepts: isFunction },
  account: { allowed: 'a function of the call', accepts: isFunction },
  watch: { allowed: 'a function of the id, a listener and the call', accepts: isFunction },
  matches: { allowed: 'a function of what was found and the call', accepts: isFunction },
  settleMs: {
    allowed: `a number ${range}, or a list of at least one, or a function of the call`,
    accepts: (value) =>
      isFunction(value) ||
      isDuration(value) ||
      (Array.isArray(value) && value.length > 0 && value.every(isDuration)),
  },
  reconcileDeadlineMs: {
    allowed: `a number ${range}, or a function of the call`,
    accepts: (value) => isFunction(value) || isDuration(value),
  },
  persist: { allowed: 'a function of the id and the call', accepts: isFunction },
  journal: {
    allowed: 'an IntentJournal or a function of the call',
    accepts: (value) => isFunction(value) || hasMethods('sent', 'settled', 'open')(value),
  },
  venue: {
    allowed: 'a Venue or a function of the call',
    accepts: (value) => isFunction(value) || isVenue(value),
  },
  lookUpPolicy: { allowed: 'a policy', accepts: hasMethods('execute') },
};

/**
 * An order safety as it is given, each option read once; one that cannot work is refused.
 *
 * @throws TypeError that names every fault, the value received and what is allowed.
 */
export function checkOrderSafety<Safety extends object>(from: Safety): Safety {
  const safety = readOptions(from, Object.keys(rules));
  const given = Object.entries(safety).filter(([, value]) => value !== undefined);
  const faults = [
    ...Object.entries<Rule>(rules)
      .filter(([name, { required }]) => required && !given.some(([key]) => key === name))
      .map(([name, { allowed }]) => `${name} is missing, it must be ${allowed}`),
    ...given.flatMap(([name, value]) => faultOf(name, value)),
    ...tooLittleTime(safety),
  ];
  if (faults.length > 0) throw new TypeError(`Cannot make orders safe: ${faults.join('; ')}`);
  return (looksUpAll in from ? { ...safety, [looksUpAll]: true } : safety) as Safety;
}

function faultOf(name: string, value: unknown): string[] {
  const rule = (rules as Readonly<Record<string, Rule>>)[name];
  if (!rule) return [`unknown option ${name}; expected one of ${Object.keys(rules).join(', ')}`];
  return rule.accepts(value) ? [] : [`${name} must be ${rule.allowed}, received ${show(value)}`];
}

function tooLittleTime({
  reconcileDeadlineMs,
  settleMs,
}: Partial<OrderSafety<unknown, [], unknown>>): string[] {
  // What a function returns is checked when it has returned it.
  if (reconcileDeadlineMs === undefined || typeof reconcileDeadlineMs === 'function') return [];
  if (settleMs === undefined || typeof settleMs === 'function') return [];
  const patienceMs = sum([settleMs].flat());
  if (!(reconcileDeadlineMs < patienceMs)) return [];
  return [
    `reconcileDeadlineMs must be at least the sum of settleMs, ${patienceMs}, received ${reconcileDeadlineMs}`,
  ];
}

function show(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { depth: 1, breakLength: Infinity });
}
