import { layerAt, type MethodLayer, prototypeOf } from '../decorators/method-layer.js';

/** The decorated methods of a class and its base classes, static ones included. */
export function resilientMethodsOf(target: object): MethodLayer[] {
  const { prototype } = target as { readonly prototype?: object | null };
  return [...methodsAlong(prototype ?? null), ...methodsAlong(target)];
}

/** Whether a class or one of its base classes decorates a method, even one that is overridden: `super` still calls it. */
export function isResilientClass(target: object): boolean {
  const { prototype } = target as { readonly prototype?: object | null };
  return [...linksOf(prototype ?? null), ...linksOf(target)].some((link) =>
    Reflect.ownKeys(link).some((method) => layerAt(link, method)),
  );
}

function methodsAlong(start: object | null): MethodLayer[] {
  const layers = new Map<PropertyKey, MethodLayer>();
  const seen = new Set<PropertyKey>();
  for (const link of linksOf(start)) {
    for (const method of Reflect.ownKeys(link)) {
      // A method that a subclass overrides is no longer called by its name.
      const layer = seen.has(method) ? undefined : layerAt(link, method);
      seen.add(method);
      if (layer) layers.set(method, layer);
    }
  }
  return [...layers.values()];
}

function linksOf(start: object | null): object[] {
  const links: object[] = [];
  for (let link = start; link && !roots.has(link); link = prototypeOf(link)) links.push(link);
  return links;
}

const roots: ReadonlySet<object> = new Set([Object.prototype, Function.prototype]);
