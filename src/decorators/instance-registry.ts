import { describeValue, optionFault, throwFaults } from '../core/options/check-options.js';
import { hasMethods, isFunction, isObject } from '../core/options/option-table.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { prototypeOf } from './method-layer.js';

let registries: WeakMap<object, PolicyRegistry> | undefined;

/**
 * Sets the registry in which decorators look up policy names, for an instance, or for a class and all its instances
 * that have none of their own.
 *
 * It affects later calls. An instance without a registry uses that of its class, and a class without one that of its
 * base class; if none has one, `defaultRegistry` is used. The entry is dropped together with the instance.
 *
 * @throws {TypeError} if `target` is neither an object nor a class, or `registry` is not a registry.
 * @example
 * ```ts
 * import { PolicyRegistry, Resilient, setInstanceRegistry } from 'weex-resilience';
 *
 * class Prices {
 *   @Resilient('market')
 *   async last(symbol: string): Promise<string> {
 *     return `${symbol}: 1`;
 *   }
 * }
 *
 * const registry = new PolicyRegistry();
 * registry.define('market', { retry: { maxRetries: 2 } });
 * const prices = new Prices();
 * setInstanceRegistry(prices, registry);
 * await prices.last('BTCUSDT');
 * ```
 */
export function setInstanceRegistry(target: object, registry: PolicyRegistry): void {
  const faults = [
    ...(isObject(target) || isFunction(target)
      ? []
      : [optionFault('the target', `must be an instance or a class, received ${describeValue(target)}`)]),
    ...(isRegistry(registry)
      ? []
      : [optionFault('the registry', `must be a PolicyRegistry, received ${describeValue(registry)}`)]),
  ];
  throwFaults('set the registry of an instance', faults);
  registries ??= new WeakMap();
  registries.set(target, registry);
}

const isRegistry = hasMethods('get', 'create');

/** @internal The registry of an instance, or of its class or the nearest base class that has one. */
export function instanceRegistry(self: unknown): PolicyRegistry | undefined {
  if (registries === undefined) return undefined;
  if (typeof self !== 'object' || self === null) return registryAlong(registries, self);
  return registries.get(self) ?? registryAlong(registries, self.constructor);
}

function registryAlong(all: WeakMap<object, PolicyRegistry>, start: unknown): PolicyRegistry | undefined {
  for (let link = start; typeof link === 'function'; link = prototypeOf(link)) {
    const registry = all.get(link);
    if (registry) return registry;
  }
  return undefined;
}

/** @internal The registry set for this very object, not for its class. */
export function ownRegistry(target: object): PolicyRegistry | undefined {
  return registries?.get(target);
}

/** @internal Removes the registry that `setInstanceRegistry` set, unless another one has been set since. */
export function forgetRegistry(target: object, registry: PolicyRegistry): void {
  if (registries?.get(target) === registry) registries.delete(target);
}
