import { functionChain, layerAt, layerOf } from './method-layer.js';
import { refuse } from './refuse.js';

/** Takes a member out, in either dialect. */
export type NotResilientDecorator = (target: unknown, where?: unknown, descriptor?: unknown) => void;

const exemptFunctions: WeakSet<object> = new WeakSet();
const exemptMethods: WeakMap<object, Set<PropertyKey>> = new WeakMap();

/**
 * Takes a method out of what a `@Resilient` on its class covers: it is called as it was written.
 *
 * It acts on methods, in either dialect of decorators. Without a decorated class it changes nothing. An override of
 * the method in a subclass says for itself what it wants.
 *
 * @throws {TypeError} where it stands on anything but a method, or beside `@Resilient`.
 *
 * @example
 * ```ts
 * import { NotResilient, Resilient } from 'weex-resilience';
 *
 * @Resilient()
 * class Prices {
 *   async last(symbol: string): Promise<string> {
 *     return symbol;
 *   }
 *
 *   @NotResilient()
 *   async remembered(symbol: string): Promise<string> {
 *     return symbol;
 *   }
 * }
 * ```
 */
export function NotResilient(): NotResilientDecorator {
  return (target, where, descriptor) => {
    const standard = typeof where === 'object' && where !== null;
    const method = standard ? (where as DecoratorContext).name : (where as PropertyKey | undefined);
    const value: unknown = standard ? target : (descriptor as PropertyDescriptor | undefined)?.value;
    if (method === undefined || typeof value !== 'function') {
      throw new TypeError('Cannot use @NotResilient here: it excludes a method of a decorated class');
    }
    if (layerOf(value) ?? (standard ? undefined : layerAt(target as object, method))) {
      refuse(method, 'it says @NotResilient as well');
    }
    exemptFunctions.add(value);
    if (standard) return;
    const home = target as object;
    const methods = exemptMethods.get(home) ?? new Set<PropertyKey>();
    exemptMethods.set(home, methods.add(method));
  };
}

/** Whether `@NotResilient` stands on a method. */
export function isExempt(home: object | undefined, method: PropertyKey, value: unknown): boolean {
  if (home && exemptMethods.get(home)?.has(method)) return true;
  return functionChain(value).some((link) => exemptFunctions.has(link));
}
