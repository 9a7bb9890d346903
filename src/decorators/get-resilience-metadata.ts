import type { IPolicy } from 'cockatiel';
import { layerAt, layerOf, type MethodLayer, ownersOf, type UncheckedOptions } from './method-layer.js';
import { classNameOf, operationOf } from './operation.js';
import { knownPolicy } from './policy-source.js';

/** What is attached to a resilient method or function. */
export interface ResilienceMetadata {
  /** The class that declares the method; with standard decorators, known once the first instance has been created. */
  readonly className: string | undefined;
  /** The name of the method, starting with `#` if it is private; `undefined` for a function wrapped by `resilient`. */
  readonly method: PropertyKey | undefined;
  /** The name in errors and events. */
  readonly operation: string;
  readonly isStatic: boolean;
  /** Where the decorator is. */
  readonly attachedTo: 'method' | 'field' | 'class' | 'function';
  /** The policy name given to the decorator, if any. */
  readonly policyName: string | undefined;
  /**
   * The policy; `undefined` if its name is not defined yet, or if each instance has its own and no instance was
   * given.
   */
  readonly policy: IPolicy | undefined;
  /** The options given to the decorator. */
  readonly options: Readonly<UncheckedOptions>;
}

/**
 * Returns what is attached to a method: the policy, the options, and where the decorator is.
 *
 * `target` is a class, an instance or a prototype; if a class has an instance method and a static method of that
 * name, the instance method is returned. Pass a function wrapped by `resilient` alone. An override without a
 * decorator is a plain method.
 *
 * Returns `undefined` for a method or function that is not resilient, and for private methods.
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

/** @internal A layer as callers see it, with the registry and the own policy of the instance, if one is given. */
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
