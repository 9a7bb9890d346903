import type { MethodLayer } from './method-layer.js';

// By weak references: a class that nobody uses any more must not live on in a list.
const references: Set<WeakRef<MethodLayer>> = new Set();
let forgotten: FinalizationRegistry<WeakRef<MethodLayer>> | undefined;

/** Adds a layer to the list of all layers. */
export function listLayer(layer: MethodLayer): void {
  const reference = new WeakRef(layer);
  references.add(reference);
  forgotten ??= new FinalizationRegistry((gone) => references.delete(gone));
  forgotten.register(layer, reference);
}

/** All layers whose class is still in use, in the order of decoration. */
export function listedLayers(): MethodLayer[] {
  return [...references].map((reference) => reference.deref()).filter((layer) => layer !== undefined);
}
