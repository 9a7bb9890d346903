import type { CallContext } from './call-context.js';

const contextKeys: readonly string[] = [
  'operation',
  'attempt',
  'signal',
  'deadline',
  'remainingMs',
  'clientOrderId',
] satisfies readonly (keyof CallContext)[];

// Defining own properties instead would take ten times as long as the whole attempt.
const asOwnProperties: ProxyHandler<CallContext> = {
  get: (context, name): unknown => {
    const value: unknown = Reflect.get(context, name);
    return typeof value === 'function' ? (value.bind(context) as unknown) : value;
  },
  ownKeys: () => [...contextKeys],
  getOwnPropertyDescriptor: (context, name) =>
    contextKeys.includes(name as string)
      ? { value: Reflect.get(context, name) as unknown, enumerable: true, configurable: true }
      : undefined,
};

const spreadableOnes: WeakMap<CallContext, CallContext> = new WeakMap();

/**
 * The context of an attempt as own properties, so that a spread also copies its getters, as cockatiel's `wrap()`
 * does. It has a cost, so code that only passes a context on uses the plain one.
 */
export function spreadable(context: CallContext): CallContext {
  return new Proxy(context, asOwnProperties);
}

/** Returns the same view for the same context. */
export function spreadableOf(context: CallContext): CallContext {
  let known = spreadableOnes.get(context);
  if (!known) spreadableOnes.set(context, (known = spreadable(context)));
  return known;
}
