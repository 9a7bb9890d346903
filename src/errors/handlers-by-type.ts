import { isWEEXError } from './weex-error.js';

/** Any class of errors: of this library, of the user, or of the language. */
export type AnyErrorClass<Failure extends Error = Error> = abstract new (...args: never[]) => Failure;

type Handler<Result> = (error: never) => Result;

/** A class, and what to do with its errors. */
export type TypeHandler<Failure extends Error, Result> = readonly [
  type: AnyErrorClass<Failure>,
  handler: (error: Failure) => Result,
];

/**
 * Returns a function that passes an error to the handler of its class, the most specific one, whatever the order of
 * the list. It returns what the handler returns, or `undefined` for an error without a handler.
 *
 * A call costs the same however many classes there are: the handler of a class is looked up once. Errors of another
 * copy of this package are recognised by the name of their class.
 *
 * @throws {TypeError} when a class is listed twice, or an entry is not a class with a function.
 *
 * @example
 * ```ts
 * import { handlersByType, WEEXError, WEEXRateLimitError } from 'weex-resilience';
 *
 * const handle = handlersByType([
 *   [WEEXError, (error) => `stop: ${error.message}`],
 *   [WEEXRateLimitError, (error) => `wait ${error.retryAfter} s`],
 * ]);
 * console.log(handle(new WEEXRateLimitError('slow down', { retryAfter: 10 }))); // wait 10 s
 * ```
 */
export function handlersByType<
  A extends Error = never,
  RA = never,
  B extends Error = never,
  RB = never,
  C extends Error = never,
  RC = never,
  D extends Error = never,
  RD = never,
  E extends Error = never,
  RE = never,
  F extends Error = never,
  RF = never,
  G extends Error = never,
  RG = never,
  H extends Error = never,
  RH = never,
  I extends Error = never,
  RI = never,
  J extends Error = never,
  RJ = never,
>(
  handlers: readonly [
    TypeHandler<A, RA>,
    TypeHandler<B, RB>?,
    TypeHandler<C, RC>?,
    TypeHandler<D, RD>?,
    TypeHandler<E, RE>?,
    TypeHandler<F, RF>?,
    TypeHandler<G, RG>?,
    TypeHandler<H, RH>?,
    TypeHandler<I, RI>?,
    TypeHandler<J, RJ>?,
  ],
): (error: unknown) => RA | RB | RC | RD | RE | RF | RG | RH | RI | RJ | undefined;
// A longer list: the handlers name the types of their errors themselves.
export function handlersByType<Result>(
  handlers: readonly (readonly [type: AnyErrorClass, handler: Handler<Result>])[],
): (error: unknown) => Result | undefined;
export function handlersByType<Result>(
  handlers: readonly (readonly [type: AnyErrorClass, handler: Handler<Result>] | undefined)[],
): (error: unknown) => Result | undefined {
  const isList: boolean = Array.isArray(handlers);
  if (!isList)
    throw new TypeError(
      `Cannot build handlersByType: the handlers must be a list of [Class, function], received ${String(handlers)}`,
    );
  const byPrototype = new Map<object, Handler<Result>>();
  const byName = new Map<string, Handler<Result>>();
  for (const entry of handlers) {
    const [type, handler] = assertEntry(entry, byPrototype);
    byPrototype.set(type.prototype as object, handler);
    if (isWEEXError(type.prototype)) byName.set(type.name, handler);
  }
  const resolved = new WeakMap<object, { readonly handler: Handler<Result> | undefined }>();
  return (error) => {
    if (typeof error !== 'object' || error === null) return undefined;
    const prototype = Object.getPrototypeOf(error) as object | null;
    if (!prototype) return undefined;
    let found = resolved.get(prototype);
    if (!found) {
      found = { handler: findHandler(prototype, byPrototype, byName) };
      resolved.set(prototype, found);
    }
    return found.handler?.(error as never);
  };
}

function findHandler<Result>(
  prototype: object,
  byPrototype: ReadonlyMap<object, Handler<Result>>,
  byName: ReadonlyMap<string, Handler<Result>>,
): Handler<Result> | undefined {
  const foreign = isWEEXError(prototype);
  for (let link: object | null = prototype; link; link = Object.getPrototypeOf(link) as object | null) {
    const handler = byPrototype.get(link) ?? (foreign ? byName.get(link.constructor.name) : undefined);
    if (handler) return handler;
  }
  return undefined;
}

function assertEntry<Result>(
  entry: readonly [type: AnyErrorClass, handler: Handler<Result>] | undefined,
  known: ReadonlyMap<object, unknown>,
): readonly [type: AnyErrorClass, handler: Handler<Result>] {
  const [type, handler] = (entry ?? []) as readonly unknown[];
  const what = 'Cannot build handlersByType';
  if (typeof type !== 'function' || typeof type.prototype !== 'object' || typeof handler !== 'function') {
    throw new TypeError(
      `${what}: an entry must be [Class, function], got [${typeof type}, ${typeof handler}]`,
    );
  }
  if (known.has(type.prototype as object)) throw new TypeError(`${what}: ${type.name} is listed twice`);
  return entry as readonly [type: AnyErrorClass, handler: Handler<Result>];
}
