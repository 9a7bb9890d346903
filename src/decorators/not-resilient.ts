import { functionChain, layerAt, layerOf } from './method-layer.js';
import { refuse, refuseBare } from './refuse.js';

/** Excludes a member, as a legacy or a standard decorator. */
export type NotResilientDecorator = (target: unknown, where?: unknown, descriptor?: unknown) => void;

const exemptFunctions: WeakSet<object> = new WeakSet();
const exemptMethods: WeakMap<object, Set<PropertyKey>> = new WeakMap();

/**
 * Excludes a method from the `@Resilient` of its class: the method is called without a policy.
 *
 * It works on methods, as a legacy and as a standard decorator. Without a decorated class it has no effect, and it
 * does not apply to overrides in subclasses.
 *
 * @throws {TypeError} if it is used on anything but a method, without parentheses, or together with `@Resilient` on
 * the same method.
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
export function NotResilient(): NotResilientDecorator;
export function NotResilient(...given: readonly unknown[]): NotResilientDecorator {
  refuseBare('@NotResilient', given);
  if (given.length > 0)
    throw new TypeError('Cannot use @NotResilient: write @NotResilient(), without arguments');
  return (target, where, descriptor) => {
    const standard = typeof where === 'object' && where !== null;
    const method = standard ? (where as DecoratorContext).name : (where as PropertyKey | undefined);
    const value: unknown = standard ? target : (descriptor as PropertyDescriptor | undefined)?.value;
    if (method === undefined || typeof value !== 'function') {
      throw new TypeError('Cannot use @NotResilient here: it excludes a method of a decorated class');
    }
    if (layerOf(value) ?? (standard ? undefined : layerAt(target as object, method))) {
      refuse(method, 'it is also marked @NotResilient');
    }
    exemptFunctions.add(value);
    if (standard) return;
    const home = target as object;
    const methods = exemptMethods.get(home) ?? new Set<PropertyKey>();
    exemptMethods.set(home, methods.add(method));
  };
}

/** Whether a method is marked `@NotResilient`. */
export function isExempt(home: object | undefined, method: PropertyKey, value: unknown): boolean {
  if (home && exemptMethods.get(home)?.has(method)) return true;
  return functionChain(value).some((link) => exemptFunctions.has(link));
}
