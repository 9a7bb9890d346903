import { type AnyMethod, layerAt, type MethodLayer, ownersOf, prototypeOf } from './method-layer.js';

/**
 * An override that calls `super` must not be retried twice over, and a base method called on its own must not lose
 * its layer. So the bodies that run under a layer are remembered for each instance, as long as they run, and a base
 * method called meanwhile on the same instance is a part of them. That holds after an `await` too, and needs no
 * async context. Nothing is remembered for a method that only one class of the chain defines.
 */
const runningBodies: WeakMap<object, Set<{ readonly layer: MethodLayer }>> = new WeakMap();

/** Whether more than one class of the chain defines the method, so that one may call the other by `super`. */
export function isOverridden(layer: MethodLayer, self: unknown): self is object {
  if (layer.method === undefined || layer.isPrivate) return false;
  if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return false;
  const owner = layer.isStatic ? self : prototypeOf(self);
  if (owner !== null && owner === layer.soleOwner && !layer.isOverriddenByField) return false;
  if (ownersOf(self, layer.method).length > 1) return true;
  layer.soleOwner = owner ?? undefined;
  return false;
}

/** Whether a call comes from an override on the same instance whose body is still running. */
export function isSuperCall(layer: MethodLayer, self: object): boolean {
  for (const body of runningBodies.get(self) ?? []) {
    if (body.layer !== layer && body.layer.method === layer.method && !overrides(layer, body.layer, self)) {
      return true;
    }
  }
  return false;
}

/** The same method, remembered as running on its instance until what it returned has settled. */
export function rememberRunning(layer: MethodLayer, original: AnyMethod): AnyMethod {
  return function (this: unknown, ...args: unknown[]): unknown {
    const self = this as object;
    const body = { layer };
    const bodies = runningBodies.get(self) ?? new Set();
    runningBodies.set(self, bodies.add(body));
    const ended = (): void => void bodies.delete(body);
    try {
      const result = Reflect.apply(original, this, args);
      Promise.resolve(result).then(ended, ended);
      return result;
    } catch (error) {
      ended();
      throw error;
    }
  };
}

function overrides(layer: MethodLayer, other: MethodLayer, self: object): boolean {
  const layers = ownersOf(self, layer.method as PropertyKey).map((owner) =>
    layerAt(owner, layer.method as PropertyKey),
  );
  return layers.includes(layer) && layers.indexOf(layer) < layers.indexOf(other);
}
