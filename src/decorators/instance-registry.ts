import type { PolicyRegistry } from '../policies/policy-registry.js';

let registries: WeakMap<object, PolicyRegistry> | undefined;

/**
 * Gives an instance, or a class for all its instances that have none of their own, the registry in which decorators
 * look up the policies that they name.
 *
 * It acts from the next call on. An instance without a registry uses that of its class, else `defaultRegistry`. The
 * registry is forgotten with the instance.
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

/** @internal The registry that was given to this very object, not to its class. */
export function ownRegistry(target: object): PolicyRegistry | undefined {
  return registries?.get(target);
}

/** @internal Takes back what `setInstanceRegistry` said, where it still says the same. */
export function forgetRegistry(target: object, registry: PolicyRegistry): void {
  if (registries?.get(target) === registry) registries.delete(target);
}
