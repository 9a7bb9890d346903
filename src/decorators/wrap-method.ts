import { callUnderPolicy } from './call-under-policy.js';
import { type AnyMethod, bindWrapper, type MethodLayer } from './method-layer.js';
import { isOverridden, isSuperCall, rememberRunning } from './super-call.js';

/** The method under its policy, with all other properties of the original. */
export function wrapMethod(original: AnyMethod, layer: MethodLayer): AnyMethod {
  const remembered = rememberRunning(layer, original);
  // A method rather than a function: like the original, it cannot be used with `new`.
  const holder = {
    wrapper(this: unknown, ...args: unknown[]): unknown {
      if (!isOverridden(layer, this)) return callUnderPolicy(layer, original, this, args);
      if (isSuperCall(layer, this, args)) return Reflect.apply(original, this, args);
      return callUnderPolicy(layer, remembered, this, args);
    },
  };
  const wrapper = holder['wrapper'];
  resemble(wrapper, original);
  bindWrapper(wrapper, layer);
  return wrapper;
}

/** `Reflect` with what reflect-metadata adds, if it is loaded. */
interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

// The wrapper inherits from the original, so that what is attached to the original later is found on the wrapper
// too.
function resemble(wrapper: AnyMethod, original: AnyMethod): void {
  const { prototype: _, ...properties } = Object.getOwnPropertyDescriptors<PropertyDescriptorMap>(
    original as object as PropertyDescriptorMap,
  );
  Object.defineProperties(wrapper, properties);
  Object.setPrototypeOf(wrapper, original);
  const reflect = Reflect as MetadataReflect;
  for (const key of reflect.getOwnMetadataKeys?.(original) ?? []) {
    reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, original), wrapper);
  }
}
