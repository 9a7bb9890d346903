import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import type { CallContext } from '../../core/context/call-context.js';
import type { Clock } from '../../core/time/clock.js';
import type { Coordinator } from './coordinator.js';

/** A class of errors, as in `instanceof`. */
// biome-ignore format: one line says it
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Any cockatiel policy, also one whose fallback gives something else than the method. */
export type AnyPolicy = IPolicy<IDefaultPolicyContext, unknown>;

/** How delays are spread. `'none'`: exact; `'full'`: 0 to the delay; `'equal'`: its upper half; `'decorrelated'`: from the first delay to three times the one before. */
export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/** The delays between attempts, where the exchange names none. */
export interface BackoffOptions {
  /** The first delay in milliseconds, 0 or more. Default 200. */
  readonly initialDelayMs?: number | undefined;
  /** The longest delay in milliseconds. Default 5,000. */
  readonly maxDelayMs?: number | undefined;
  /** Default `'decorrelated'`. */
  readonly jitter?: Jitter | undefined;
}

/** A limit on retries as a share of calls, so that retries never become the load that keeps an exchange down. */
export interface RetryBudgetOptions {
  /** Retries per call, from 0 to 1, counted over the last 10 seconds. Default 0.1. */
  readonly ratio?: number | undefined;
  /** Retries a second that are always allowed, so that a quiet program can retry at all. Default 1. */
  readonly minPerSecond?: number | undefined;
  /** Policies with the same scope share the budget. Default: all of a registry; without one the policy alone. */
  readonly scope?: string | undefined;
}

/** Whether and how a failed call is made again. */
export interface RetryOptions {
  /** How often, not counting the first call: 3 means four calls. Default 3. */
  readonly maxRetries?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** Only errors of these classes and their subclasses are retried. Default: what the rules say. */
  readonly on?: readonly ErrorClass[] | undefined;
  readonly budget?: RetryBudgetOptions | undefined;
}

/** When calls are refused because the exchange fails. */
export interface CircuitBreakerOptions {
  /** Opens after so many failures with no success between them. */
  readonly consecutiveFailures?: number | undefined;
  /** Opens when this share of the calls in the window failed: above 0, at most 1. Default 0.5. */
  readonly failureRate?: number | undefined;
  /** The window as time, in milliseconds. Default 10,000. */
  readonly windowMs?: number | undefined;
  /** The window as a number of calls, in place of `windowMs`. */
  readonly windowCalls?: number | undefined;
  /** Fewer calls than this in the window never open it. Default 10, at most `windowCalls`. */
  readonly minimumCalls?: number | undefined;
  /** A call that takes this long is slow, in milliseconds. */
  readonly slowCallMs?: number | undefined;
  /** Opens when this share of the calls in the window was slow: above 0, at most 1. Default 1. */
  readonly slowCallRate?: number | undefined;
  /** How long it stays open before a trial, in milliseconds. Default 5,000. */
  readonly halfOpenAfterMs?: number | undefined;
  /** Each failed trial doubles the time to the next one, up to this, in milliseconds. Default: it does not grow. */
  readonly maxHalfOpenAfterMs?: number | undefined;
  /** How many trials it lets through. Default 1. */
  readonly halfOpenTrials?: number | undefined;
  /** Which share of the trials may fail and it still closes: from 0, below 1. Default 0. */
  readonly halfOpenFailureRate?: number | undefined;
  /**
   * What becomes of a call that meets the open circuit. `'reject'`: it fails at once with `WEEXCircuitOpenError`.
   * `'wait'`: it waits for the circuit within its `deadlineMs`; it still fails at once where the next trial comes later
   * than that, and where the circuit is isolated by hand. Default `'reject'`.
   */
  readonly whenOpen?: 'reject' | 'wait' | undefined;
  /** Only errors of these classes and their subclasses count. Default: what the rules say. */
  readonly on?: readonly ErrorClass[] | undefined;
  /** How many circuits are kept, where calls have keys; the least recently used goes first. Default 1,000. */
  readonly maxKeys?: number | undefined;
}

/** How many calls run at the same time. */
export interface BulkheadOptions {
  /** The number of slots, at least 1. */
  readonly limit: number;
  /** How many calls may wait for one; 0 for none, `Infinity` for any. Default 0. Critical calls have as many places of their own. */
  readonly queue?: number | undefined;
  /** The longest wait in milliseconds. Default: only the deadline ends it. */
  readonly maxWaitMs?: number | undefined;
  /** Slots of the limit that only this class, or a higher one, may take. */
  readonly reserved?: Reserved | undefined;
}

/** What is kept free for the classes that may not wait. */
export interface Reserved {
  readonly critical?: number | undefined;
  readonly normal?: number | undefined;
}

/** How many calls, or how much weight, go out within a window. */
export interface RateLimitOptions {
  /** The allowance of a window, at least 1. */
  readonly limit: number;
  /** The window in milliseconds. No stretch of this length sees more than the limit, also where replies are slow. */
  readonly windowMs: number;
  /** What a call takes, where it does not say so itself. Default 1. */
  readonly cost?: number | undefined;
  /** Policies with the same scope share the allowance. Default: the policy has its own. */
  readonly scope?: string | undefined;
  /** Which counter of the exchange this is, so that the headers of its answers correct it. Default `'weight'`. */
  readonly type?: 'weight' | 'orders' | undefined;
  /**
   * Finds out what nobody tells. Without headers, a limit below `limit`: a rate-limit answer leaves four fifths of
   * what was used, and for 30 windows calls stay below where it came. With headers, how much others use: room for
   * what they usually take at once stays free. Further windows that headers show are kept to as well. Default `false`.
   */
  readonly adaptive?: boolean | undefined;
  /**
   * Permits of a window kept for critical calls, beside what they asked for in the last six windows. After six
   * windows without a critical call no more than a fiftieth of the limit stays kept, until the next one. Default 0; slots that a bulkhead reserves are no permits.
   */
  readonly reserved?: { readonly critical?: number | undefined } | undefined;
}

/** After a rate-limit answer all calls of the scope wait. */
export interface CoolDownOptions {
  /** Policies with the same scope share the cool-down. Default: all of a registry. */
  readonly scope?: string | undefined;
  /**
   * The scope of a wider cool-down: what begins that one begins this one as well, not the other way round. The exchange counts
   * orders for an account and weight for the address: who has used up its orders may still cancel. Default: none.
   */
  readonly within?: string | undefined;
}

/** What the fallback is told of the call that it stands in for. */
export type FallbackCall = Pick<CallContext, 'operation' | 'attempt' | 'clientOrderId'> & {
  readonly policy: string;
  readonly key: string | undefined;
  readonly args: readonly unknown[] | undefined;
};

/**
 * Gives a value in place of a failed call. What it throws is what the call rejects with. It stands outside of the
 * deadline, and may take as long again as `deadlineMs` says; then the call rejects with the failure itself.
 */
export type Fallback = (error: unknown, call: FallbackCall) => unknown;

/** The options of a policy whose fallback gives a `Given`: `execute` resolves to that or to the call's result. */
export type PolicyOptionsWithFallback<Given> = Omit<PolicyOptions, 'fallback'> & {
  readonly fallback?:
    | ((error: unknown, call: FallbackCall) => Given | PromiseLike<Given>)
    | false
    | undefined;
};

/** Of a fallback that may give anything nothing can be said: the result then has the type of the call. */
export type KnownFallback<Given> = unknown extends Given ? never : Given;

/** Everything that `createPolicy` and `registry.define` take. What is not named is off. */
export interface PolicyOptions {
  /** The name in errors, events and descriptions. Default `'policy'`. */
  readonly name?: string | undefined;
  /**
   * The longest that queues, waits and all attempts of a call may take together, in milliseconds. A fallback that has to
   * answer after that may take as long again.
   */
  readonly deadlineMs?: number | undefined;
  /** The longest one attempt may take, in milliseconds. */
  readonly attemptTimeoutMs?: number | undefined;
  readonly retry?: RetryOptions | false | undefined;
  readonly circuitBreaker?: CircuitBreakerOptions | false | undefined;
  readonly bulkhead?: BulkheadOptions | false | undefined;
  readonly rateLimit?: RateLimitOptions | false | undefined;
  readonly coolDown?: CoolDownOptions | boolean | undefined;
  readonly fallback?: Fallback | false | undefined;
  /**
   * The last good value answers in place of a failed call while it is younger than this, in milliseconds: where the
   * exchange is down, slow, limits or was not asked, not where it refused the request. Values are told apart by
   * instance, operation, key and arguments, so a call that names none of them shares one value with all of its kind; a call
   * whose arguments are no plain data has none. A call that sent a write, or that has `orderSafety`, keeps none:
   * an older order is no answer to a new one.
   */
  readonly staleMs?: number | undefined;
  /** `'read'`: everything under this policy only reads, so calls with an unknown outcome may be sent again. */
  readonly effect?: 'read' | 'write' | undefined;
  /** Runs once, before the one free attempt after the exchange refused the timestamp. */
  readonly resynchronizeClock?: ((error: unknown) => unknown) | undefined;
  /** Any cockatiel policy, run around each attempt, innermost. */
  readonly inner?: AnyPolicy | undefined;
  /** Makes `rateLimit` and `coolDown` hold across processes, by scope; without a scope by the name of the policy. Only at the start. */
  readonly coordinator?: Coordinator | undefined;
  readonly clock?: Clock | undefined;
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** How errors of one class, and of its subclasses, are treated. What is left out is up to the parent class's rule. */
export interface ErrorRule {
  /** `false`: never. Otherwise retried, as often and after such delays, unless the policy itself says other numbers. */
  readonly retry?:
    | false
    | { readonly maxRetries?: number | undefined; readonly backoff?: BackoffOptions | undefined }
    | undefined;
  /** Whether it counts as a failure in the circuit breaker. */
  readonly circuitBreaker?: boolean | undefined;
  /** Whether it begins a cool-down of the scope, also for policies that do not name `coolDown`. */
  readonly coolDown?: boolean | undefined;
  /** Answers in place of the error, where the policy has no fallback of its own. */
  readonly fallback?: Fallback | false | undefined;
}
