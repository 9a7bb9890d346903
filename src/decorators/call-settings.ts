import {
  describeValue,
  optionFault,
  type OptionFault,
  readByTable,
  throwFaults,
} from '../core/options/check-options.js';
import {
  isFunction,
  isObject,
  isOneOf,
  mayHaveOptions,
  oneOf,
  option,
  optionTable,
  trueOrFalse,
} from '../core/options/option-table.js';
import { readOptions } from '../core/options/read-options.js';
import { createOrderGuard } from '../orders/order-guard.js';
import { isPolicy, isResiliencePolicy } from '../policies/is-policy.js';
import { optionNames } from '../policies/options/policy-schema.js';
import type { CallSettings, UncheckedOptions } from './method-layer.js';
import { type PolicyReference, policySource } from './policy-source.js';

/**
 * Checks a policy and options, the arguments of `@Resilient` once, when the class is defined, and of `resilient` when
 * it is called.
 */
export function callSettings(form: '@Resilient' | 'resilient', args: readonly unknown[]): CallSettings {
  const [policy, given = {}] = args as readonly [PolicyReference, object?];
  const isRead = typeof policy !== 'object' || policy === null || isPolicy(policy);
  const reference: PolicyReference = isRead ? policy : readOptions(policy, optionNames);
  const { faults, options } = readByTable(table, given);
  if (!isReference(reference, args.length > 0)) {
    const received = `received ${describeValue(reference)}${hintFor(reference)}`;
    faults.unshift(optionFault('the policy', `must be a name, options or a policy, ${received}`));
  }
  if (isObject(options)) faults.push(...contradictions(reference, options));
  throwFaults(`use ${form}`, faults);
  return {
    source: policySource(reference, options.scope ?? 'shared'),
    policyName: typeof reference === 'string' ? reference : undefined,
    options,
    guard: options.orderSafety && createOrderGuard(options.orderSafety),
  };
}

const table = optionTable<UncheckedOptions>({
  priority: option(
    "'critical', 'normal', 'background' or a function",
    (value) => isOneOf('critical', 'normal', 'background')(value) || isFunction(value),
  ),
  key: option('a string or a function', (value) => typeof value === 'string' || isFunction(value)),
  cost: option(
    'a number of at least 0 or a function',
    (value) => (typeof value === 'number' && value >= 0 && Number.isFinite(value)) || isFunction(value),
  ),
  effect: oneOf('read', 'write'),
  idempotent: trueOrFalse,
  orderSafety: option('an object', isObject),
  operation: option('a string that is not empty', (value) => typeof value === 'string' && value !== ''),
  signal: option('false or a function', (value) => value === false || isFunction(value)),
  ambient: trueOrFalse,
  scope: oneOf('shared', 'method', 'instance'),
});

/** Options that only a policy of this library can honour. */
const ownOptions = ['priority', 'key', 'cost'] as const;

function contradictions(reference: PolicyReference, options: UncheckedOptions): OptionFault[] {
  const faults: OptionFault[] = [];
  if (options.scope !== undefined && (typeof reference === 'string' || isPolicy(reference))) {
    const received = isPolicy(reference) ? 'a policy' : describeValue(reference);
    faults.push(optionFault('scope', `can only be given with policy options, received ${received}`));
  }
  if (isPolicy(reference) && !isResiliencePolicy(reference)) {
    const own = ownOptions.filter((name) => options[name] !== undefined).join(', ');
    if (own) faults.push(optionFault(own, 'can only be given with a policy of weex-resilience'));
  }
  if (options.orderSafety !== undefined) faults.push(...unsafeOrder(reference, options));
  return faults;
}

/** Options that would resend an order without proof that the first one is missing, or answer with an earlier order. */
function unsafeOrder(reference: PolicyReference, { effect }: UncheckedOptions): OptionFault[] {
  const faults: OptionFault[] = [];
  if (effect === 'read') {
    const problem =
      "looks up an order before sending it again, but effect: 'read' sends again at once; remove one of them";
    faults.push(optionFault('orderSafety', problem));
  }
  const { staleMs } = (reference ?? {}) as { readonly staleMs?: unknown };
  if (staleMs !== undefined && !isPolicy(reference)) {
    const problem = `cannot be combined with staleMs, which may answer with an earlier order, received ${String(staleMs)}`;
    faults.push(optionFault('orderSafety', problem));
  }
  return faults;
}

function isReference(value: unknown, isGiven: boolean): boolean {
  if (typeof value === 'string') return value !== '';
  return mayHaveOptions(value) || isPolicy(value) || (value === undefined && !isGiven);
}

function hintFor(reference: unknown): string {
  if (reference === undefined) {
    return ', which a cyclic import can cause; for the standard policy, pass nothing or policies.standard()';
  }
  return isFunction(reference) ? '; to decorate a class, write @Resilient()' : '';
}
