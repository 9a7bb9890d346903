import { WeakList } from '../context/weak-list.js';
import type { MethodLayer } from './method-layer.js';

let layers: WeakList<MethodLayer> | undefined;

/** Adds a layer to the list of all layers, which forgets it with its class. */
export function listLayer(layer: MethodLayer): void {
  layers ??= new WeakList();
  layers.add(layer);
}

/** All layers whose class is still in use, in the order of decoration. */
export function listedLayers(): MethodLayer[] {
  return [...(layers ?? [])];
}
