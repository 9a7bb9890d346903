import { type CallContext, currentCallContext } from '../core/context/call-context.js';
import { type AnyMethod, layerAt, type MethodLayer, ownersOf, prototypeOf } from './method-layer.js';

/**
 * An override that calls `super` must not be retried twice over, and a base method called on its own must keep its
 * layer. So the bodies running under a layer are recorded per instance, and a base method called on the same
 * instance in the meantime counts as part of them. This also works after an `await` and needs no async context.
 * Nothing is recorded for a method that only one class of the chain defines.
 */
const runningBodies: WeakMap<object, Set<RunningBody>> = new WeakMap();

interface RunningBody {
  readonly layer: MethodLayer;
  readonly args: unknown[];
  /** The attempt that the body runs in, if the async context is available. */
  readonly context: CallContext | undefined;
}

/** Whether more than one class of the chain defines the method, so that one may call the other through `super`. */
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

/** Whether a call is made outside the async context of that body and has another client order id. */
function isOtherOrder(layer: MethodLayer, self: object, args: unknown[], body: RunningBody): boolean {
  const idOf = layer.settings.options.orderSafety?.clientOrderId;
  if (!idOf || !body.context || isWithin(body.context)) return false;
  const id = Reflect.apply(idOf, self, args);
  // An id that differs each time it is read says nothing about the order.
  return id === Reflect.apply(idOf, self, args) && id !== Reflect.apply(idOf, self, body.args);
}

function isWithin(context: CallContext): boolean {
  for (let link = currentCallContext(); link; link = link.outer) if (link === context) return true;
  return false;
}

/** The same method, recorded as running on its instance until its result settles. */
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
