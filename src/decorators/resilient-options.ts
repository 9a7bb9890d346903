import type { OrderSafety } from '../orders/order-safety.js';
import type { Priority } from '../policies/resilience-policy.js';

/**
 * How widely a decorator shares the policy that it creates from options or by default.
 *
 * `'shared'`: one policy for everything that the decorator covers: a method in all instances, or all methods of a
 * class. `'method'`: one per method of a decorated class. `'instance'`: one per instance.
 *
 * A policy given by name is shared by every decorator that uses the name, and a policy given as an object is used
 * as it is. To separate circuits within one policy, use `key`.
 */
export type PolicyScope = 'shared' | 'method' | 'instance';

/**
 * Options for the calls of a decorated method, in addition to its policy. The type parameters are the method's
 * `this`, parameters and awaited result; callbacks are called once per call, with the method's own `this` and
 * arguments. If a callback throws, the call rejects with that error before anything is sent.
 */
export interface ResilientOptions<This = never, Args extends unknown[] = never[], Result = unknown> {
  /** The priority of a call in every queue. Default `'normal'`. */
  readonly priority?: Priority | ((this: This, ...args: Args) => Priority) | undefined;
  /** Selects the circuit: one per key, for example per symbol. Default: one circuit for all calls. */
  readonly key?: string | ((this: This, ...args: Args) => string | undefined) | undefined;
  /**
   * How much of the rate limit a call uses, a number of at least 0. Default: the policy's `rateLimit.cost`,
   * otherwise 1.
   */
  readonly cost?: number | ((this: This, ...args: Args) => number) | undefined;
  /** `'read'`: the call changes nothing, so it may be sent again when its outcome is unknown. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Sending the call twice has the same effect as once, so it may be sent again when its outcome is unknown. */
  readonly idempotent?: boolean | undefined;
  /** Ensures that a call that places an order never places a second one. On methods and functions only. */
  readonly orderSafety?: OrderSafety<This, Args, Result> | undefined;
  /** The name in errors, events and the ambient context. Default: `Class.method`. On methods and functions only. */
  readonly operation?: string | undefined;
  /**
   * The caller's signal, which ends the call whatever it is waiting for. Default: the last argument if it is an
   * `AbortSignal` or an object whose `signal` is one. `false`: arguments are ignored.
   */
  readonly signal?: false | ((this: This, ...args: Args) => AbortSignal | undefined) | undefined;
  /**
   * Whether `resilienceContext()` works inside the method, and requests made there take the signal and the
   * remaining time. Default: as set by {@link setDefaultAmbientContext}, initially `true`.
   */
  readonly ambient?: boolean | undefined;
  /** How widely a policy created from options is shared. Default `'shared'`. */
  readonly scope?: PolicyScope | undefined;
}
