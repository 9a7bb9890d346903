import { metadataOf, type ResilienceMetadata } from './get-resilience-metadata.js';
import { listedLayers } from './method-layer.js';

/**
 * Lists every decorated method of the program and every function wrapped by `resilient`, with what is attached to
 * it: for documentation, health pages and tests.
 *
 * It contains what has been decorated so far, in that order, private methods included; a class that is no longer in
 * use is dropped. Names are looked up as for an object without a registry; for an instance that has one, call
 * `getResilienceMetadata(instance, method)`.
 *
 * @example
 * ```ts
 * import { listResilientMethods } from 'weex-resilience';
 *
 * for (const { operation, policyName } of listResilientMethods()) console.log(operation, policyName ?? 'its own');
 * ```
 */
export function listResilientMethods(): ResilienceMetadata[] {
  return listedLayers().map((layer) => metadataOf(layer));
}
