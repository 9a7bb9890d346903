import type { CallContext } from './call-context.js';

const contextKeys: readonly string[] = [
  'operation',
  'attempt',
  'signal',
  'deadline',
  'remainingMs',
  'clientOrderId',
] satisfies readonly (keyof CallContext)[];

// Not by defining properties: that takes ten times as long as the whole attempt.
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
 * The context of an attempt as own properties, so that a spread copies its getters as well: that is how cockatiel's
 * `wrap()` passes it on. It costs something, so code that only passes a context on passes the bare one.
 */
export function spreadable(context: CallContext): CallContext {
  return new Proxy(context, asOwnProperties);
}

/** The same one for the same context. */
export function spreadableOf(context: CallContext): CallContext {
  let known = spreadableOnes.get(context);
  if (!known) spreadableOnes.set(context, (known = spreadable(context)));
  return known;
}
