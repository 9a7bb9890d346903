import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import { callSettings } from './call-settings.js';
import { createLayer, promiseMethod } from './decorate.js';
import type { Misuse, OwnOption } from './decoration.js';
import type { PolicyOptionsWithFallback } from '../policies/options/policy-options.js';
import type { ResilientOptions } from './resilient-options.js';
import { wrapMethod } from './wrap-method.js';

/**
 * Wraps a function in a policy, as `@Resilient` does for a method: it takes the same policies and the same options.
 *
 * The wrapper is called like the function and keeps its `this`, arguments, `name`, `length` and properties.
 *
 * @throws {TypeError} if `fn` is not a function, is a generator or is already resilient, and for wrong options.
 * @example
 * ```ts
 * import { resilient } from 'weex-resilience';
 *
 * const getPrice = resilient(
 *   async (symbol: string): Promise<string> => `${symbol}: 1`,
 *   { retry: { maxRetries: 2 } },
 *   { effect: 'read', key: (symbol) => symbol },
 * );
 * console.log(await getPrice('BTCUSDT')); // BTCUSDT: 1
 * ```
 */
export function resilient<Fn, Context extends IDefaultPolicyContext = CallContext>(
  fn: Fn & PlainPromise<Fn>,
  policy?:
    | string
    | PolicyOptionsWithFallback<ResultOf<Fn>>
    | IPolicy<Context, ResultOf<Fn>>
    | IPolicy<Context>,
  options?: FunctionOptions<Fn, Context>,
): Fn;
export function resilient<Fn>(fn: Fn, ...given: readonly unknown[]): Fn {
  const settings = callSettings('resilient', given);
  const { name = '' } = (fn as { name?: string } | undefined) ?? {};
  const original = promiseMethod(fn, name || 'a function');
  const layer = createLayer(settings, {
    method: undefined,
    functionName: name,
    isStatic: false,
    isPrivate: false,
    attachedTo: 'function',
  });
  return wrapMethod(original, layer) as unknown as Fn;
}

type PlainPromise<Fn> = Fn extends (...args: never[]) => infer Returned
  ? Returned extends PromiseLike<infer Result>
    ? Promise<Result> extends Returned
      ? unknown
      : Misuse<'the function must return a plain promise'>
    : Misuse<'the function must return a promise'>
  : Misuse<'it is not a function'>;

type ResultOf<Fn> = Fn extends (...args: never[]) => PromiseLike<infer Result> ? Result : never;

type ArgsOf<Fn> = Fn extends (...args: infer Args) => unknown ? Args : never;

type FunctionOptions<Fn, Context> = [Context] extends [CallContext]
  ? ResilientOptions<ThisParameterType<Fn>, ArgsOf<Fn>, ResultOf<Fn>>
  : Omit<ResilientOptions<ThisParameterType<Fn>, ArgsOf<Fn>>, OwnOption>;
