import type { PolicyRegistry } from '../policies/policy-registry.js';

let registries: WeakMap<object, PolicyRegistry> | undefined;

/**
 * Sets the registry in which decorators look up policy names, for an instance, or for a class and all its instances
 * that have none of their own.
 *
 * It affects later calls. An instance without a registry uses that of its class, and a class without one uses
 * `defaultRegistry`. The entry is dropped together with the instance.
 *
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
  registries ??= new WeakMap();
  registries.set(target, registry);
}

/** @internal The registry of an instance or its class, or `undefined`. */
export function instanceRegistry(self: unknown): PolicyRegistry | undefined {
  if (registries === undefined || typeof self !== 'object' || self === null) {
    return typeof self === 'function' ? registries?.get(self) : undefined;
  }
  return registries.get(self) ?? registries.get(self.constructor);
}

/** @internal The registry set for this very object, not for its class. */
export function ownRegistry(target: object): PolicyRegistry | undefined {
  return registries?.get(target);
}

/** @internal Removes the registry that `setInstanceRegistry` set, unless another one has been set since. */
export function forgetRegistry(target: object, registry: PolicyRegistry): void {
  if (registries?.get(target) === registry) registries.delete(target);
}
