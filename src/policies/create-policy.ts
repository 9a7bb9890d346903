import { Pipeline } from './pipeline.js';
import type { KnownFallback, PolicyOptionsWithFallback } from './options/policy-options.js';
import { processState } from './shared-state.js';
import type { ResiliencePolicy } from './resilience-policy.js';

/**
 * Makes a policy of its own, outside of any registry.
 *
 * It acts on every call given to `execute`, in this order, outermost first: fallback → deadline → retry → circuit
 * breaker → admission (rate limit and bulkhead in one queue) → cool-down → attempt timeout → call. An open circuit and
 * a full queue reject at once, also during a cool-down. What is not named is off. Of an error that is not a `WEEXError`, what it wraps as its `cause` decides; one that wraps none
 * is neither retried nor counted. A call whose outcome is unknown is not sent again unless it says that it only reads, or that it may be repeated, or how to find out.
 *
 * What the fallback gives is part of the type of the result. Durations are whole milliseconds up to 2^31 − 1. Policies on the same clock with the same scope share the
 * cool-down, the allowance of `rateLimit` and the retry budget; `coolDown: true` stands for the scope `'default'`.
 *
 * @throws TypeError or RangeError that names every fault of the options, the value received and what is allowed.
 * @example
 * ```ts
 * import { createPolicy } from 'weex-resilience';
 *
 * const policy = createPolicy({
 *   name: 'market',
 *   deadlineMs: 5_000,
 *   attemptTimeoutMs: 2_000,
 *   effect: 'read',
 *   retry: { maxRetries: 3 },
 * });
 * const price = await policy.execute(async () => 42);
 * console.log(price); // 42
 * ```
 */
export function createPolicy<Fallback = never>(
  options: PolicyOptionsWithFallback<Fallback> = {},
): ResiliencePolicy<KnownFallback<Fallback>> {
  return new Pipeline(options, processState());
}
