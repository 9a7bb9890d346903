import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../context/call-context.js';
import { callPlan } from './call-plan.js';
import { createLayer, promiseMethod } from './decorate.js';
import type { OwnOption } from './decoration.js';
import type { PolicyReference } from './policy-source.js';
import type { PolicyOptionsWithFallback } from './resilient-decorator.js';
import type { ResilientOptions } from './resilient-options.js';
import { wrapMethod } from './wrap-method.js';

/** A function that returns a promise. */
type PromiseFunction = (this: never, ...args: never[]) => PromiseLike<unknown>;

/**
 * Gives a function the policy that `@Resilient` gives a method, where there is no class: the same policies, the same
 * options.
 *
 * The result is called as the function is: with its `this`, arguments, `name`, `length` and properties.
 *
 * @throws {TypeError} where the function is none, is a generator, or is resilient already, and for wrong options.
 *
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
export function resilient<Fn extends PromiseFunction, Context extends IDefaultPolicyContext = CallContext>(
  fn: Fn & PlainPromise<Fn>,
  policy?:
    | string
    | PolicyOptionsWithFallback<Awaited<ReturnType<Fn>>>
    | IPolicy<Context, Awaited<ReturnType<Fn>>>
    | IPolicy<Context>,
  options?: FunctionOptions<Fn, Context>,
): Fn {
  const plan = callPlan('resilient', policy as PolicyReference, options);
  const { name = '' } = (fn as PromiseFunction | undefined) ?? {};
  const original = promiseMethod(fn, name || 'a function');
  const layer = createLayer(plan, {
    method: undefined,
    functionName: name,
    isStatic: false,
    isPrivate: false,
    attachedTo: 'function',
  });
  return wrapMethod(original, layer) as unknown as Fn;
}

type PlainPromise<Fn extends PromiseFunction> =
  Promise<Awaited<ReturnType<Fn>>> extends ReturnType<Fn>
    ? unknown
    : 'resilient needs a function that returns a plain promise';

type FunctionOptions<Fn extends PromiseFunction, Context> = [Context] extends [CallContext]
  ? ResilientOptions<ThisParameterType<Fn>, Parameters<Fn>, Awaited<ReturnType<Fn>>>
  : Omit<ResilientOptions<ThisParameterType<Fn>, Parameters<Fn>>, OwnOption>;
