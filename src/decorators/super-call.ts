import { type CallContext, currentCallContext } from '../core/context/call-context.js';
import { type AnyMethod, layerAt, type MethodLayer, ownersOf, prototypeOf } from './method-layer.js';

/**
 * An override that calls `super` must not be retried twice over, and a base method called on its own must not lose
 * its layer. So the bodies that run under a layer are remembered for each instance, as long as they run, and a base
 * method called meanwhile on the same instance is a part of them. That holds after an `await` too, and needs no
 * async context. Nothing is remembered for a method that only one class of the chain defines.
 */
const runningBodies: WeakMap<object, Set<RunningBody>> = new WeakMap();

interface RunningBody {
  readonly layer: MethodLayer;
  readonly args: unknown[];
  /** The attempt that it runs in, where the async context tells. */
  readonly context: CallContext | undefined;
}

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
export function isSuperCall(layer: MethodLayer, self: object, args: unknown[]): boolean {
  for (const body of runningBodies.get(self) ?? []) {
    if (body.layer === layer || body.layer.method !== layer.method) continue;
    if (!overrides(layer, body.layer, self) && !isOtherOrder(layer, self, args, body)) return true;
  }
  return false;
}

/** Whether a call is not made in the async context of that body, and orders under another id. */
function isOtherOrder(layer: MethodLayer, self: object, args: unknown[], body: RunningBody): boolean {
  const idOf = layer.settings.options.orderSafety?.clientOrderId;
  if (!idOf || !body.context || isWithin(body.context)) return false;
  const id = Reflect.apply(idOf, self, args);
  // One that is another at every look says nothing about the order.
  return id === Reflect.apply(idOf, self, args) && id !== Reflect.apply(idOf, self, body.args);
}

function isWithin(context: CallContext): boolean {
  for (let link = currentCallContext(); link; link = link.outer) if (link === context) return true;
  return false;
}

/** The same method, remembered as running on its instance until what it returned has settled. */
export function rememberRunning(layer: MethodLayer, original: AnyMethod): AnyMethod {
  return function (this: unknown, ...args: unknown[]): unknown {
    const self = this as object;
    const body = { layer, args, context: currentCallContext() };
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
