import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { PolicyOptionsWithFallback } from '../policies/options/policy-options.js';
import { callSettings } from './call-settings.js';
import { decorateClass, decorateLegacyMember, decorateStandardMember } from './decorate.js';
import type { KnownOptions, ResilientDecorator } from './decoration.js';
import type { PolicyReference } from './policy-source.js';
import type { ResilientOptions } from './resilient-options.js';

/**
 * Runs every call of a method, or of all asynchronous methods of a class, under a policy: one found by name, one
 * made from options, one given as an object, or with nothing at all the policy of `policies.standard()`.
 *
 * It acts on methods that return a promise; anything else does not compile. On a class it covers what the class
 * itself declares `async`, static methods included; a method's own decorator wins, and `@NotResilient()` takes one
 * out. An override that calls `super` has one layer, its own. Everything else of a method stays: `this`, arguments,
 * `name`, `length`, own properties and metadata. Works as a legacy decorator and as a standard one.
 *
 * A name is looked up at each call: in the registry of the instance if it has one, else in `defaultRegistry`. The
 * policy made from options, or from nothing, belongs to the decorator; `scope` and `key` narrow that.
 *
 * @throws {TypeError} where a getter, setter, generator or property is decorated, where a method is decorated twice,
 * where a class has nothing to cover, and for wrong options. A call rejects where its policy has no such name, or
 * where a callback throws.
 *
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
  // Without a declared `this` a callback would be told that it is a part of these options.
  options?: KnownOptions<Options> & ThisType<{ readonly thisMustBeDeclared: true }>,
): ResilientDecorator<Options, Fallback, Context> {
  const settings = callSettings('@Resilient', policy as PolicyReference, options);
  // Standard decorators are called with a context, legacy ones with a key, or with the class alone.
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
  return decorator as ResilientDecorator<Options, Fallback, Context>;
}
