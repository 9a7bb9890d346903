import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { PolicyOptionsWithFallback } from '../policies/options/policy-options.js';
import { callSettings } from './call-settings.js';
import { decorateClass, decorateLegacyMember, decorateStandardMember } from './decorate.js';
import type { KnownOptions, ResilientDecorator } from './decoration.js';
import { refuseBare } from './refuse.js';
import type { ResilientOptions } from './resilient-options.js';

/**
 * Runs every call of a method, or of all asynchronous methods of a class, under a policy: one found by name, one
 * created from options, one given as an object, or, without an argument, `policies.standard()`.
 *
 * It applies to methods that return a promise; anything else does not compile. On a class it covers the methods
 * that the class itself declares `async`, static ones included; a method's own decorator takes precedence, and
 * `@NotResilient()` excludes a method. An override that calls `super` runs under its own policy only. The method
 * keeps everything else: `this`, arguments, `name`, `length`, own properties and metadata. It works as a legacy and
 * as a standard decorator.
 *
 * A name is looked up at each call: in the registry of the instance or its class if it has one, otherwise in
 * `defaultRegistry`, and if it is not defined there, in the registry of the only open NestJS application.
 * A policy created from options, or by default, belongs to the decorator; the option `scope` gives each method or
 * instance its own, and `key` gives each key its own circuit.
 *
 * @throws {TypeError} if a getter, setter, generator or property is decorated, if a method or a class is decorated
 * twice, if a class has no method to cover, if the parentheses are missing, and for wrong options; also for a policy
 * that is `undefined`, for example because of a cyclic import. A call rejects if its policy name is not defined or a
 * callback throws.
 * @example
 * ```ts
 * import { Resilient } from 'weex-resilience';
 *
 * class Trading {
 *   @Resilient({ retry: { maxRetries: 2 } }, { effect: 'read' })
 *   async getBalance(coin: string): Promise<number> {
 *     return coin.length;
 *   }
 * }
 * ```
 */
export function Resilient<
  Fallback = never,
  Context extends IDefaultPolicyContext = CallContext,
  const Options extends ResilientOptions = object,
>(
  policy?: string | PolicyOptionsWithFallback<Fallback> | IPolicy<Context, Fallback>,
  // Without a declared `this` the compiler would type `this` in a callback as these options.
  options?: KnownOptions<Options> & ThisType<{ readonly thisMustBeDeclared: true }>,
): ResilientDecorator<Options, Fallback, Context>;
export function Resilient(...given: readonly unknown[]): ResilientDecorator<object, never, CallContext> {
  refuseBare('@Resilient', given);
  const settings = callSettings('@Resilient', given);
  // Standard decorators receive a context, legacy ones a key, or only the class.
  const decorator = (
    target: unknown,
    where?: DecoratorContext | PropertyKey,
    descriptor?: PropertyDescriptor,
  ): unknown => {
    if (where === undefined || (typeof where === 'object' && where.kind === 'class')) {
      decorateClass(settings, target);
      return undefined;
    }
    return typeof where === 'object'
      ? decorateStandardMember(settings, target, where)
      : decorateLegacyMember(settings, target as object, where, descriptor);
  };
  return decorator as ResilientDecorator<object, never, CallContext>;
}
