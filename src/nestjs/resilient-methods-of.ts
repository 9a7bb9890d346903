import { layerAt, type MethodLayer, prototypeOf } from '../decorators/method-layer.js';

/** The decorated methods of a class and its base classes, static ones included. */
export function resilientMethodsOf(target: object): MethodLayer[] {
  const { prototype } = target as { readonly prototype?: object | null };
  return [...methodsAlong(prototype ?? null), ...methodsAlong(target)];
}

function methodsAlong(start: object | null): MethodLayer[] {
  const layers = new Map<PropertyKey, MethodLayer>();
  const seen = new Set<PropertyKey>();
  for (let link = start; link && !roots.has(link); link = prototypeOf(link)) {
    for (const method of Reflect.ownKeys(link)) {
      // A method that a subclass overrides is no longer called by its name.
      const layer = seen.has(method) ? undefined : layerAt(link, method);
      seen.add(method);
      if (layer) layers.set(method, layer);
    }
  }
  return [...layers.values()];
}

const roots: ReadonlySet<object> = new Set([Object.prototype, Function.prototype]);
