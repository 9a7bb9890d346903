import { readOptions } from '../context/read-options.js';
import { createOrderGuard } from '../orders/order-guard.js';
import { optionNames } from '../policies/options/policy-schema.js';
import type { CallPlan, UncheckedOptions } from './method-layer.js';
import { isPolicy, isResiliencePolicy, type PolicyReference, policySource } from './policy-source.js';

/** Checks what a decorator was given, once, where the class is defined; a function, where it is made resilient. */
export function callPlan(
  form: '@Resilient' | 'resilient',
  policy: PolicyReference,
  given: object = {},
): CallPlan {
  const isRead = typeof policy !== 'object' || policy === null || isPolicy(policy);
  const reference: PolicyReference = isRead ? policy : readOptions(policy, optionNames);
  const options = typeof given === 'object' ? readOptions(given, Object.keys(checks)) : given;
  const faults = optionFaults(reference, given, options);
  if (faults.length > 0) {
    const list = faults.length === 1 ? ` ${faults[0]}` : `\n- ${faults.join('\n- ')}`;
    throw new TypeError(`Cannot use ${form}:${list}`);
  }
  const checked: UncheckedOptions = options;
  return {
    source: policySource(reference, checked.scope ?? 'shared'),
    policyName: typeof reference === 'string' ? reference : undefined,
    options: checked,
    guard: checked.orderSafety && createOrderGuard(checked.orderSafety),
  };
}

type Check = readonly [allowed: string, holds: (value: unknown) => boolean];

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const trueOrFalse: Check = ['true or false', (value) => typeof value === 'boolean'];
const isPriority = isOneOf('critical', 'normal', 'background');

const checks: { readonly [Name in keyof UncheckedOptions]-?: Check } = {
  priority: [
    "'critical', 'normal', 'background' or a function",
    (value) => isPriority(value) || isFunction(value),
  ],
  key: ['a string or a function', (value) => typeof value === 'string' || isFunction(value)],
  cost: [
    'a number of at least 0 or a function',
    (value) => (typeof value === 'number' && value >= 0 && Number.isFinite(value)) || isFunction(value),
  ],
  effect: ["'read' or 'write'", isOneOf('read', 'write')],
  idempotent: trueOrFalse,
  orderSafety: ['an object', (value) => typeof value === 'object' && value !== null],
  operation: ['a string that is not empty', (value) => typeof value === 'string' && value !== ''],
  signal: ['false or a function', (value) => value === false || isFunction(value)],
  ambient: trueOrFalse,
  scope: ["'shared', 'method' or 'instance'", isOneOf('shared', 'method', 'instance')],
};

/** What only a policy of this library can do. */
const ownOptions = ['priority', 'key', 'cost'] as const;

function optionFaults(
  reference: PolicyReference,
  given: unknown,
  options: Readonly<Record<string, unknown>>,
): string[] {
  const faults: string[] = [];
  if (!isReference(reference)) {
    faults.push(`the policy must be a name, options or a policy, received ${describe(reference)}`);
  }
  if (typeof given !== 'object' || given === null) {
    return [...faults, `the options must be an object, received ${describe(given)}`];
  }
  for (const [name, value] of Object.entries(options)) {
    const check = (checks as Partial<Record<string, Check>>)[name];
    if (!check) faults.push(`unknown option ${name}; expected one of ${Object.keys(checks).join(', ')}`);
    else if (value !== undefined && !check[1](value)) {
      faults.push(`${name} must be ${check[0]}, received ${describe(value)}`);
    }
  }
  if (options['scope'] !== undefined && (typeof reference === 'string' || isPolicy(reference))) {
    faults.push(`scope needs options to make policies from, received ${describe(reference)}`);
  }
  if (isPolicy(reference) && !isResiliencePolicy(reference)) {
    const own = ownOptions.filter((name) => options[name] !== undefined);
    if (own.length > 0) faults.push(`${own.join(', ')}: only a policy of weex-resilience takes that`);
  }
  if (options['orderSafety'] !== undefined) faults.push(...unsafeOrder(reference, options));
  return faults;
}

/** What would send an order again unproven, or answer with another one. */
function unsafeOrder(reference: unknown, { effect }: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  if (effect === 'read') {
    faults.push(
      "orderSafety looks up before it sends again, effect: 'read' sends again at once: leave one out",
    );
  }
  const { staleMs } = (reference ?? {}) as { readonly staleMs?: unknown };
  if (staleMs !== undefined && !isPolicy(reference)) {
    faults.push(
      `orderSafety never answers with an earlier order: leave out staleMs, received ${String(staleMs)}`,
    );
  }
  return faults;
}

function isReference(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return value === undefined || (typeof value === 'object' && value !== null);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (isPolicy(value)) return 'a policy';
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
