import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { Clock } from '../core/time/clock.js';
import type { CircuitBreakerSnapshot } from './circuit-breaker/circuit-breaker.js';
import type { PolicyOptions } from './options/policy-options.js';
import type { ExecuteOptions, Resolution } from './options/execute-options.js';
import type { Priority } from './options/priorities.js';
import type { RateLimitSnapshot } from './rate-limit/rate-limit-snapshot.js';

export type { ExecuteOptions, Priority, Resolution };

/** The outcome of a call, as a value instead of an exception. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

/** What a policy does, as data and as text. */
export interface PolicyDescription {
  readonly name: string;
  /** The active stages, outermost first; the last one is the call itself. */
  readonly order: readonly string[];
  /** The options in force. */
  readonly options: PolicyOptions;
  /**
   * How often one call is sent at most, not counting the free attempt after the exchange refused the timestamp. An
   * inner retry multiplies it; `Infinity` if that retry does not say how often it repeats.
   */
  readonly worstCaseCalls: number;
  /**
   * The longest that one call can take, fallback and lookups included, in milliseconds. `undefined` if nothing
   * limits it: without `deadlineMs`, a `Retry-After` alone may be as long as a day.
   */
  readonly worstCaseMs: number | undefined;
  /** Options that fit together badly, one sentence each. */
  readonly warnings: readonly string[];
  /** All of this as readable text. */
  readonly text: string;
}

/** The state of a policy at one moment, as plain data. */
export interface PolicySnapshot {
  readonly name: string;
  readonly circuitBreaker?: CircuitBreakerSnapshot;
  readonly bulkhead?: { readonly running: number; readonly waiting: number };
  readonly rateLimit?: RateLimitSnapshot;
  readonly coolDown?: { readonly activeForMs: number; readonly waiting: number };
  readonly retryBudget?: { readonly available: number };
}

/**
 * A pipeline of fallback, deadline, retry, circuit breaker, admission, cool-down and attempt timeout. It is a
 * cockatiel `IPolicy`, so it works in cockatiel's `wrap()`. `Fallback` is the type of its fallback's value.
 */
export interface ResiliencePolicy<Fallback = never> extends IPolicy<CallContext, Fallback> {
  /** The name in errors, events and descriptions. */
  readonly name: string;
  /** The clock that it uses. */
  readonly clock: Clock;
  /** Calls `fn` under the policy. The second argument is a signal or the options of the call. */
  execute<Value>(
    fn: (context: CallContext) => PromiseLike<Value> | Value,
    signalOrOptions?: AbortSignal | ExecuteOptions,
  ): Promise<Value | Fallback>;
  /** Like `execute`, but resolves to an {@link Outcome} and never rejects. */
  executeOutcome<Value>(
    fn: (context: CallContext) => PromiseLike<Value> | Value,
    signalOrOptions?: AbortSignal | ExecuteOptions,
  ): Promise<Outcome<Value | Fallback>>;
  /**
   * Describes the policy: the effective order, the options, the worst case and options that fit together badly. The
   * worst case is that of a call without options; pass `call` to describe another one. With `resolveUnknown` or
   * `resolveDeadlineMs`, as calls with `orderSafety` have them, lookups and the second send after a proof are
   * included.
   */
  describe(call?: ExecuteOptions): PolicyDescription;
  /** Returns the state of circuits, queue, allowance, cool-down and budget. */
  snapshot(): PolicySnapshot;
  /** Restores the circuits of a snapshot, for example after a restart. */
  restore(snapshot: PolicySnapshot): void;
  /**
   * Replaces the given options; `false` switches one off. Running and waiting calls continue, and circuits keep
   * their state. The name, the clock and the random source cannot be changed.
   *
   * @throws TypeError or RangeError if the options are invalid; the old ones then stay in force.
   */
  reconfigure(options: PolicyOptions): void;
  /**
   * Opens a circuit by hand until {@link ResiliencePolicy.reset}; without a key, the circuit of calls without a
   * key.
   *
   * @throws TypeError if the policy has no circuit breaker.
   */
  isolate(key?: string): void;
  /** Closes the circuit and clears its history; without a key, all circuits. */
  reset(key?: string): void;
}
