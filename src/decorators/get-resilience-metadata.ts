import type { IPolicy } from 'cockatiel';
import { layerAt, layerOf, type MethodLayer, ownersOf, type UncheckedOptions } from './method-layer.js';
import { classNameOf, operationOf } from './operation.js';
import { knownPolicy } from './policy-source.js';

/** What is attached to a method. */
export interface ResilienceMetadata {
  /** The class that declares the method; in the standard dialect known from its first instance on. */
  readonly className: string | undefined;
  /** The name of the method; a private one begins with `#`. `undefined` for a function made by `resilient`. */
  readonly method: PropertyKey | undefined;
  /** The name in errors and events. */
  readonly operation: string;
  readonly isStatic: boolean;
  /** Where the decorator stands. */
  readonly attachedTo: 'method' | 'field' | 'class' | 'function';
  /** The name that the decorator gives, where it gives one. */
  readonly policyName: string | undefined;
  /** The policy; `undefined` where the name is not defined yet, or where each instance has its own and none is given. */
  readonly policy: IPolicy | undefined;
  /** What the decorator says beside the policy. */
  readonly options: Readonly<UncheckedOptions>;
}

/**
 * Tells what is attached to a method: the policy, the options, and where the decorator stands.
 *
 * `target` is a class, an instance or a prototype; of a class, instance methods come before static ones. A function
 * made by `resilient` is given alone. An override without a decorator is a plain method.
 *
 * Gives `undefined` for a method or function that is not resilient, and for private methods.
 *
 * @example
 * ```ts
 * import { getResilienceMetadata, Resilient } from 'weex-resilience';
 *
 * class Prices {
 *   @Resilient()
 *   async last(symbol: string): Promise<string> {
 *     return symbol;
 *   }
 * }
 *
 * console.log(getResilienceMetadata(Prices, 'last')?.operation); // Prices.last
 * ```
 */
export function getResilienceMetadata(target: object, method?: PropertyKey): ResilienceMetadata | undefined {
  const layer = method === undefined ? layerOf(target) : findLayer(target, method);
  const isInstance = typeof target === 'object' && !Object.hasOwn(target, 'constructor');
  return layer && metadataOf(layer, isInstance ? target : undefined);
}

/** @internal A layer as others see it; an instance counts by its registry and its own policy. */
export function metadataOf(layer: MethodLayer, instance?: object): ResilienceMetadata {
  return {
    className: classNameOf(layer),
    method: layer.method,
    operation: operationOf(layer),
    isStatic: layer.isStatic,
    attachedTo: layer.attachedTo,
    policyName: layer.settings.policyName,
    policy: knownPolicy(layer, instance),
    options: { ...layer.settings.options },
  };
}

function findLayer(target: object, method: PropertyKey): MethodLayer | undefined {
  const starts = typeof target === 'function' ? [target.prototype as object | undefined, target] : [target];
  for (const start of starts) {
    const owner = start && ownersOf(start, method)[0];
    if (owner) return layerAt(owner, method);
  }
  return undefined;
}
