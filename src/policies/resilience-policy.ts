import type { IPolicy } from 'cockatiel';
import type { CallContext } from '../core/context/call-context.js';
import type { Clock } from '../core/time/clock.js';
import type { CircuitBreakerSnapshot } from './circuit-breaker/circuit-breaker.js';
import type { PolicyOptions } from './options/policy-options.js';
import type { ExecuteOptions, Resolution } from './options/execute-options.js';
import type { Priority } from './options/priorities.js';
import type { RateLimitSnapshot } from './rate-limit/rate-limit-snapshot.js';

export type { ExecuteOptions, Priority, Resolution };

/** What a call settled to, without a `throw`. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

/** What a policy does, as data and as text. */
export interface PolicyDescription {
  readonly name: string;
  /** The stages in effect, outermost first; the last one is the call itself. */
  readonly order: readonly string[];
  /** The options in force. */
  readonly options: PolicyOptions;
  /**
   * How often one call is sent at the most, beside the free attempt where the exchange refuses the timestamp. An inner
   * retry multiplies it; `Infinity` where that does not say how often it repeats.
   */
  readonly worstCaseCalls: number;
  /**
   * The longest that one call can take, fallback and lookups included, in milliseconds. `undefined` where nothing limits
   * it: without `deadlineMs`, a `Retry-After` alone may be as long as a day.
   */
  readonly worstCaseMs: number | undefined;
  /** What fits badly together, a sentence each. */
  readonly warnings: readonly string[];
  /** All of this for a person to read. */
  readonly text: string;
}

/** The state of a policy at a moment, as plain data. */
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
 * cockatiel `IPolicy`: it goes into cockatiel's `wrap()`. `Fallback` is what its fallback gives in place of a result.
 */
export interface ResiliencePolicy<Fallback = never> extends IPolicy<CallContext, Fallback> {
  /** The name in errors, events and descriptions. */
  readonly name: string;
  /** Where it takes the time from. */
  readonly clock: Clock;
  /** Calls `fn` under the policy. The second argument is a signal, or what the call says of itself. */
  execute<Value>(
    fn: (context: CallContext) => PromiseLike<Value> | Value,
    signalOrOptions?: AbortSignal | ExecuteOptions,
  ): Promise<Value | Fallback>;
  /** As `execute`, but settles to an {@link Outcome} and never rejects. */
  executeOutcome<Value>(
    fn: (context: CallContext) => PromiseLike<Value> | Value,
    signalOrOptions?: AbortSignal | ExecuteOptions,
  ): Promise<Outcome<Value | Fallback>>;
  /**
   * What the policy does: the effective order, the options, the worst case and what fits badly together. The worst case is
   * that of a call which says nothing of itself; `call` is what another one says: with `resolveUnknown` or
   * `resolveDeadlineMs`, as calls with `orderSafety` have them, lookups and the second send after a proof are counted in.
   */
  describe(call?: ExecuteOptions): PolicyDescription;
  /** The state of circuits, queue, allowance, cool-down and budget. */
  snapshot(): PolicySnapshot;
  /** Takes over the circuits of a snapshot, for example after a restart. */
  restore(snapshot: PolicySnapshot): void;
  /**
   * Exchanges the named options; `false` switches one off. Calls that run or wait go on, circuits keep their state.
   * The name, the clock and the random source stay.
   *
   * @throws TypeError or RangeError when the options make no sense; the old ones then stay in force.
   */
  reconfigure(options: PolicyOptions): void;
  /**
   * Opens the circuit by hand until {@link ResiliencePolicy.reset}; without a key the one of calls without a key.
   *
   * @throws TypeError when the policy has no circuit breaker.
   */
  isolate(key?: string): void;
  /** Closes the circuit and forgets what it has seen; without a key all circuits. */
  reset(key?: string): void;
}
