import type { OrderSafety } from '../orders/order-safety.js';
import type { Priority } from '../policies/resilience-policy.js';

/**
 * Who shares the policy of a decorator that was given options, or nothing at all.
 *
 * `'shared'`: one policy for all that the decorator covers: a method in all instances, or all methods of a class.
 * `'method'`: one for each method of a decorated class. `'instance'`: one for each instance.
 *
 * A policy given by name is shared by all who name it, and a policy given as an object is that object. To keep
 * circuits apart inside one policy, use `key`.
 */
export type PolicyScope = 'shared' | 'method' | 'instance';

/**
 * What a decorated method says of its calls, beside its policy. The type parameters are the method's `this`,
 * parameters and awaited result; callbacks are called with the method's own `this` and arguments, once a call. A
 * callback that throws rejects the call with what it threw, before anything is sent.
 */
export interface ResilientOptions<This = never, Args extends unknown[] = never[], Result = unknown> {
  /** The class of a call in every queue. Default `'normal'`. */
  readonly priority?: Priority | ((this: This, ...args: Args) => Priority) | undefined;
  /** Chooses the circuit: one a key, for example a symbol. Default: one circuit for all calls. */
  readonly key?: string | ((this: This, ...args: Args) => string | undefined) | undefined;
  /** What a call takes from the rate limit. Default: the policy's `rateLimit.cost`, else 1. */
  readonly cost?: number | ((this: This, ...args: Args) => number) | undefined;
  /** `'read'`: nothing can be executed twice, so that a call with an unknown outcome may be sent again. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Sending it twice does what sending it once does, so that a call with an unknown outcome may be sent again. */
  readonly idempotent?: boolean | undefined;
  /** How a call that places an order is kept from ever placing a second one. Methods and functions only. */
  readonly orderSafety?: OrderSafety<This, Args, Result> | undefined;
  /** The name in errors, events and the ambient context. Default: `Class.method`. Methods and functions only. */
  readonly operation?: string | undefined;
  /**
   * The caller's signal, which ends the call whatever it is waiting for. Default: the last argument, where it is an
   * `AbortSignal` or an object whose `signal` is one. `false`: arguments are not looked at.
   */
  readonly signal?: false | ((this: This, ...args: Args) => AbortSignal | undefined) | undefined;
  /**
   * Whether `resilienceContext()` works inside the method, and requests made there take the signal and the
   * remaining time. Default: {@link setDefaultAmbientContext}, which is on.
   */
  readonly ambient?: boolean | undefined;
  /** Who shares a policy made from options. Default `'shared'`. */
  readonly scope?: PolicyScope | undefined;
}
