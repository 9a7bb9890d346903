import { metadataOf, type ResilienceMetadata } from './get-resilience-metadata.js';
import { listedLayers } from './method-layer.js';

/**
 * Lists every decorated method of the program, and every function made by `resilient`, with what is attached to it:
 * for documentation, health pages and tests.
 *
 * It holds what is decorated so far, in that order; a class that nobody uses any more is forgotten. Private methods
 * are in it. Names are looked up in `defaultRegistry`; where another registry serves an instance, ask
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
