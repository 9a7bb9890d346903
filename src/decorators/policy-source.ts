import type { IPolicy } from 'cockatiel';
import { createPolicy } from '../policies/create-policy.js';
import { defaultRegistry } from '../policies/default-registry.js';
import type { PolicyOptions } from '../policies/policy-options.js';
import { policies } from '../policies/presets.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';
import { instanceRegistry } from './instance-registry.js';
import type { MethodLayer, PolicySource } from './method-layer.js';
import { operationOf } from './operation.js';
import type { PolicyScope } from './resilient-options.js';

/** Where a decorator has its policy from: a name, options, a policy, or nothing for the default. */
export type PolicyReference = string | PolicyOptions | IPolicy | undefined;

/** How the policy of a decorator is found: by name in a registry, made from options, or as it was given. */
export function policySource(reference: PolicyReference, scope: PolicyScope): PolicySource {
  if (typeof reference === 'string') {
    // At each call: the registry is not known before, and may be filled after the class is defined.
    return (_layer, self) => (instanceRegistry(self) ?? defaultRegistry).get(reference);
  }
  if (isPolicy(reference)) return () => reference;
  const make = (name: string): IPolicy =>
    reference === undefined ? policies.standard({ name }) : createPolicy({ name, ...reference });
  // Bad options are an error where the class is defined, not at the first call.
  make('@Resilient');
  return made(make, scope);
}

/** The policy of a method, or `undefined` where only a call could tell. */
export function knownPolicy(layer: MethodLayer, instance: object | undefined): IPolicy | undefined {
  const { policyName, options, source } = layer.plan;
  if (policyName !== undefined && !(instanceRegistry(instance) ?? defaultRegistry).has(policyName))
    return undefined;
  if (options.scope === 'instance' && !instance) return undefined;
  return source(layer, instance);
}

/** Whether a value is a policy, of this library or of cockatiel. */
export function isPolicy(value: unknown): value is IPolicy {
  return typeof (value as { execute?: unknown } | null | undefined)?.execute === 'function';
}

/** Whether a policy is one of this library, which takes more than a signal. */
export function isResiliencePolicy(policy: IPolicy): policy is ResiliencePolicy {
  return typeof (policy as Partial<ResiliencePolicy>).executeOutcome === 'function';
}

function made(make: (name: string) => IPolicy, scope: PolicyScope): PolicySource {
  const byOwner: WeakMap<object, IPolicy> = new WeakMap();
  let shared: IPolicy | undefined;
  return (layer, self) => {
    const owner = scope === 'method' ? layer : scope === 'instance' ? self : undefined;
    if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) {
      return (shared ??= make(operationOf(layer, self)));
    }
    let policy = byOwner.get(owner);
    if (!policy) byOwner.set(owner, (policy = make(operationOf(layer, self))));
    return policy;
  };
}
