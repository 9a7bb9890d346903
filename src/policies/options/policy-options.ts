import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../../core/context/call-context.js';
import type { Clock } from '../../core/time/clock.js';
import type { Coordinator } from './coordinator.js';

/** A class of errors, as in `instanceof`. */
// biome-ignore format: one line says it
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Any cockatiel policy, even one whose fallback has another type than the method's result. */
export type AnyPolicy = IPolicy<IDefaultPolicyContext, unknown>;

/**
 * How delays are randomised. `'none'`: exact; `'full'`: from 0 to the delay; `'equal'`: in its upper half;
 * `'decorrelated'`: from the first delay to three times the previous one.
 */
export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/** The delays between attempts, if the exchange does not specify one. */
export interface BackoffOptions {
  /** The first delay in milliseconds, 0 or more. Default 200. */
  readonly initialDelayMs?: number | undefined;
  /** The longest delay in milliseconds. Default 5,000. */
  readonly maxDelayMs?: number | undefined;
  /** Default `'decorrelated'`. */
  readonly jitter?: Jitter | undefined;
}

/** Limits retries to a share of calls, so that retries do not overload a failing exchange. */
export interface RetryBudgetOptions {
  /** Retries per call, from 0 to 1, counted over the last 10 seconds. Default 0.1. */
  readonly ratio?: number | undefined;
  /** Retries per second that are always allowed, so that a program with few calls can retry at all. Default 1. */
  readonly minPerSecond?: number | undefined;
  /**
   * Policies with the same scope share the budget. Default: shared by all policies of a registry; without a
   * registry, not shared.
   */
  readonly scope?: string | undefined;
}

/** Whether and how a failed call is retried. */
export interface RetryOptions {
  /** How many retries, not counting the first call: 3 means four calls. Default 3. */
  readonly maxRetries?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** Only errors of these classes and their subclasses are retried. Default: as the rules say. */
  readonly on?: readonly ErrorClass[] | undefined;
  readonly budget?: RetryBudgetOptions | undefined;
}

/** When calls are refused because the exchange is failing. */
export interface CircuitBreakerOptions {
  /** Opens after this many failures without a success in between. */
  readonly consecutiveFailures?: number | undefined;
  /** Opens when this share of the calls in the window failed: above 0, at most 1. Default 0.5. */
  readonly failureRate?: number | undefined;
  /** The length of the window in milliseconds. Default 10,000. */
  readonly windowMs?: number | undefined;
  /** The length of the window as a number of calls, instead of `windowMs`. */
  readonly windowCalls?: number | undefined;
  /** The circuit does not open with fewer calls than this in the window. Default 10, at most `windowCalls`. */
  readonly minimumCalls?: number | undefined;
  /** A call that takes this long is slow, in milliseconds. */
  readonly slowCallMs?: number | undefined;
  /** Opens when this share of the calls in the window was slow: above 0, at most 1. Default 1. */
  readonly slowCallRate?: number | undefined;
  /** How long the circuit stays open before a trial, in milliseconds. Default 5,000. */
  readonly halfOpenAfterMs?: number | undefined;
  /** Each failed trial doubles the time to the next one, up to this, in milliseconds. Default: it does not grow. */
  readonly maxHalfOpenAfterMs?: number | undefined;
  /** How many trials are let through. Default 1. */
  readonly halfOpenTrials?: number | undefined;
  /** The share of trials that may fail for the circuit to close: from 0, below 1. Default 0. */
  readonly halfOpenFailureRate?: number | undefined;
  /**
   * What happens to a call while the circuit is open. `'reject'`: it fails at once with `WEEXCircuitOpenError`.
   * `'wait'`: it waits for the circuit within its `deadlineMs`; it still fails at once if the next trial comes
   * later than that, or if the circuit is isolated by hand. Default `'reject'`.
   */
  readonly whenOpen?: 'reject' | 'wait' | undefined;
  /** Only errors of these classes and their subclasses count. Default: as the rules say. */
  readonly on?: readonly ErrorClass[] | undefined;
  /** How many circuits are kept for calls with keys; the least recently used is dropped first. Default 1,000. */
  readonly maxKeys?: number | undefined;
}

/** How many calls run at the same time. */
export interface BulkheadOptions {
  /** The number of slots, at least 1. */
  readonly limit: number;
  /**
   * How many calls may wait for a slot: 0 for none, `Infinity` for no limit. Default 0. Critical calls have as many
   * additional places.
   */
  readonly queue?: number | undefined;
  /** The longest wait in milliseconds. Default: limited by the deadline only. */
  readonly maxWaitMs?: number | undefined;
  /** Slots of the limit that only this priority or a higher one may use. */
  readonly reserved?: Reserved | undefined;
}

/** Slots reserved for calls that must not wait. */
export interface Reserved {
  readonly critical?: number | undefined;
  readonly normal?: number | undefined;
}

/** How many calls, or how much weight, may be sent within a window. */
export interface RateLimitOptions {
  /** The allowance of a window, at least 1. */
  readonly limit: number;
  /** The window in milliseconds. No period of this length exceeds the limit, even if replies are slow. */
  readonly windowMs: number;
  /** The cost of a call that does not specify one. Default 1. */
  readonly cost?: number | undefined;
  /** Policies with the same scope share the allowance. Default: not shared. */
  readonly scope?: string | undefined;
  /** Which counter of the exchange this is, so that its response headers correct it. Default `'weight'`. */
  readonly type?: 'weight' | 'orders' | undefined;
  /**
   * Learns what is not documented. Without headers it learns a limit below `limit`: a rate-limit answer lowers it to
   * four fifths of what was used, and for 30 windows it stays below the level of that answer. With headers it learns
   * how much others use, and keeps room free for what they usually take at once. It also obeys further windows that
   * headers show. Default `false`.
   */
  readonly adaptive?: boolean | undefined;
  /**
   * Permits of a window reserved for critical calls; more if they requested more in one of the last six windows. After
   * six windows without a critical call, at most a fiftieth of the limit stays reserved until the next one. Default 0.
   * Slots reserved by a bulkhead are separate.
   */
  readonly reserved?: { readonly critical?: number | undefined } | undefined;
}

/** After a rate-limit answer, all calls of the scope wait. */
export interface CoolDownOptions {
  /** Policies with the same scope share the cool-down. Default: shared by all policies of a registry. */
  readonly scope?: string | undefined;
  /**
   * The scope of a wider cool-down: starting the wider one starts this one too, but not vice versa. The exchange
   * counts orders per account and weight per address, so a client that has used up its orders may still cancel.
   * Default: none.
   */
  readonly within?: string | undefined;
}

/** What the fallback is told about the failed call. */
export type FallbackCall = Pick<CallContext, 'operation' | 'attempt' | 'clientOrderId'> & {
  readonly policy: string;
  readonly key: string | undefined;
  readonly args: readonly unknown[] | undefined;
};

/**
 * Returns a value in place of a failed call. If it throws, the call rejects with that error. It runs outside the
 * deadline and may take as long again as `deadlineMs`; after that the call rejects with the original failure.
 */
export type Fallback = (error: unknown, call: FallbackCall) => unknown;

/** The options of a policy whose fallback returns a `Given`: `execute` resolves to that or to the call's result. */
export type PolicyOptionsWithFallback<Given> = Omit<PolicyOptions, 'fallback'> & {
  readonly fallback?:
    | ((error: unknown, call: FallbackCall) => Given | PromiseLike<Given>)
    | false
    | undefined;
};

/** A fallback that may return anything adds nothing to the type: the result then has the type of the call. */
export type KnownFallback<Given> = unknown extends Given ? never : Given;

/** All options of `createPolicy` and `registry.define`. Whatever is left out is off. */
export interface PolicyOptions {
  /** The name in errors, events and descriptions. Default `'policy'`. */
  readonly name?: string | undefined;
  /**
   * The longest that queues, waits and all attempts of a call may take together, in milliseconds. A fallback that
   * starts after that may take as long again.
   */
  readonly deadlineMs?: number | undefined;
  /** The longest that one attempt may take, in milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  readonly retry?: RetryOptions | false | undefined;
  readonly circuitBreaker?: CircuitBreakerOptions | false | undefined;
  readonly bulkhead?: BulkheadOptions | false | undefined;
  readonly rateLimit?: RateLimitOptions | false | undefined;
  readonly coolDown?: CoolDownOptions | boolean | undefined;
  readonly fallback?: Fallback | false | undefined;
  /**
   * The last good value answers a failed call while it is younger than this, in milliseconds. That applies if the
   * exchange is down, slow, limits calls or was not asked, not if it refused the request.
   *
   * Values are kept per instance, operation, key and arguments, so calls without any of these share one value; a
   * call with arguments that are not plain data has none. A call that sent a write or has `orderSafety` keeps no
   * value: an earlier order does not answer a new one.
   */
  readonly staleMs?: number | undefined;
  /** `'read'`: everything under this policy only reads, so calls with an unknown outcome may be sent again. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Called once, before the one free attempt after the exchange refused the timestamp. */
  readonly resynchronizeClock?: ((error: unknown) => unknown) | undefined;
  /** Any cockatiel policy, run around each attempt, innermost. */
  readonly inner?: AnyPolicy | undefined;
  /**
   * Shares `rateLimit` and `coolDown` across processes, by scope, or without a scope by the name of the policy.
   * Cannot be changed later.
   */
  readonly coordinator?: Coordinator | undefined;
  readonly clock?: Clock | undefined;
  /** Returns a number from 0 up to, but not including, 1, like `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** How errors of one class and its subclasses are treated. Fields that are left out follow the parent class's rule. */
export interface ErrorRule {
  /** `false`: never retried. Otherwise retried, with this number and these delays unless the policy sets its own. */
  readonly retry?:
    | false
    | { readonly maxRetries?: number | undefined; readonly backoff?: BackoffOptions | undefined }
    | undefined;
  /** Whether the error counts as a failure in the circuit breaker. */
  readonly circuitBreaker?: boolean | undefined;
  /** Whether the error starts a cool-down of the scope, even for policies without a `coolDown` option. */
  readonly coolDown?: boolean | undefined;
  /** Answers in place of the error if the policy has no fallback of its own. */
  readonly fallback?: Fallback | false | undefined;
}
