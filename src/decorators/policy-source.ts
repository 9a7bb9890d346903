import type { IPolicy } from 'cockatiel';
import type { PolicyOptions } from '../policies/options/policy-options.js';
import { defaultRegistry, type PolicyRegistry } from '../policies/policy-registry.js';
import { policies } from '../policies/presets.js';
import { isPolicy } from '../policies/is-policy.js';
import { validateOptions } from '../policies/options/validate.js';
import { instanceRegistry } from './instance-registry.js';
import type { MethodLayer, PolicySource } from './method-layer.js';
import { openRegistries } from './open-registries.js';
import { classNameOf, operationOf } from './operation.js';
import type { PolicyScope } from './resilient-options.js';

/** The policy given to a decorator: a name, options, a policy, or nothing for the default. */
export type PolicyReference = string | PolicyOptions | IPolicy | undefined;

/** How the policy of a decorator is found: by name in a registry, created from options, or as given. */
export function policySource(reference: PolicyReference, scope: PolicyScope): PolicySource {
  if (typeof reference === 'string') {
    // Looked up at each call: the registry is not known earlier and may be filled after the class is defined.
    return (layer, self) => {
      const registry = registryWith(reference, self);
      try {
        return registry.get(reference);
      } catch {
        throw notFound(reference, registry, operationOf(layer, self));
      }
    };
  }
  if (isPolicy(reference)) return () => reference;
  if (reference === undefined) return made(scope, (name) => policies.standard({ name }));
  // Wrong options throw when the class is defined, not at the first call.
  const options = validateOptions(reference, 'use @Resilient');
  return made(scope, (name) => ({ name, ...options }));
}

/** The policy of a method, or `undefined` if it depends on the call. */
export function knownPolicy(layer: MethodLayer, instance: object | undefined): IPolicy | undefined {
  const { policyName, options, source } = layer.settings;
  if (policyName !== undefined && !registryWith(policyName, instance).has(policyName)) return undefined;
  if (options.scope === 'instance' && !instance) return undefined;
  return source(layer, instance);
}

/** Creates policies on first use: one per registry and per owner, as the scope defines owners. */
function made(scope: PolicyScope, options: (name: string) => PolicyOptions | IPolicy): PolicySource {
  const byRegistry: WeakMap<PolicyRegistry, WeakMap<object, IPolicy>> = new WeakMap();
  const shared = {};
  let last: { registry: PolicyRegistry; owner: object; policy: IPolicy } | undefined;
  return (layer, self) => {
    const registry = registryOf(self);
    const owner = scope === 'shared' ? shared : scope === 'method' ? layer : isObject(self) ? self : shared;
    if (last?.registry === registry && last.owner === owner) return last.policy;
    const byOwner = byRegistry.get(registry) ?? new WeakMap<object, IPolicy>();
    const policy = byOwner.get(owner) ?? registry.create(options(nameOf(scope, layer, self)));
    byRegistry.set(registry, byOwner.set(owner, policy));
    // The cache must not keep an instance alive.
    if (scope !== 'instance') last = { registry, owner, policy };
    return policy;
  };
}

function nameOf(scope: PolicyScope, layer: MethodLayer, self: unknown): string {
  const ofClass = layer.attachedTo === 'class' && scope !== 'method' ? classNameOf(layer) : undefined;
  return ofClass ?? operationOf(layer, self);
}

function registryOf(self: unknown): PolicyRegistry {
  return instanceRegistry(self) ?? defaultRegistry;
}

/**
 * The registry in which a name is looked up. An object that no application knows, such as the field of a provider,
 * has none of its own: for a name that `defaultRegistry` lacks it uses that of the open application, if it is the
 * only one.
 */
function registryWith(name: string, self: unknown): PolicyRegistry {
  const own = instanceRegistry(self);
  if (own) return own;
  const open = openRegistries();
  const isUsable = open.length === 1 && !defaultRegistry.has(name);
  return (isUsable && open[0]) || defaultRegistry;
}

function notFound(name: string, registry: PolicyRegistry, operation: string): RangeError {
  const names = registry.names().map((other) => `'${other}'`);
  const known = names.length > 0 ? `known names are ${names.join(', ')}` : 'no policy is defined';
  return new RangeError(`Cannot find policy '${name}' of ${operation}: ${known} ${placeOf(registry)}`);
}

function placeOf(registry: PolicyRegistry): string {
  const open = openRegistries();
  if (registry !== defaultRegistry) {
    return open.includes(registry) ? 'in the registry of the application' : 'in the registry of the instance';
  }
  if (open.length < 2) {
    return 'in defaultRegistry. Define it there, or set the registry of the instance with setInstanceRegistry()';
  }
  return (
    `in defaultRegistry, and ${open.length} applications are open, none of which knows the class. ` +
    'Make it a provider, or set the registry of the instance with setInstanceRegistry()'
  );
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
