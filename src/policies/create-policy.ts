import { Pipeline } from './pipeline.js';
import type { KnownFallback, PolicyOptionsWithFallback } from './options/policy-options.js';
import { processState } from './shared-state.js';
import type { ResiliencePolicy } from './resilience-policy.js';

/**
 * Creates a standalone policy, outside any registry.
 *
 * It applies to every call passed to `execute`, in this order, outermost first: fallback → deadline → retry →
 * circuit breaker → admission (rate limit and bulkhead in one queue) → cool-down → attempt timeout → call. An open
 * circuit and a full queue reject at once, also during a cool-down. Stages that are not configured are off.
 *
 * An error that is not a `WEEXError` is judged by the `WEEXError` in its `cause` chain; without one it is neither
 * retried nor counted. A call whose outcome is unknown is sent again only if it declares that it only reads or may
 * be repeated, or provides a way to find out.
 *
 * The type of the fallback's value is part of the result type. Durations are whole milliseconds up to 2^31 − 1.
 * Policies with the same clock and scope share the cool-down, the allowance of `rateLimit` and the retry budget;
 * `coolDown: true` means the scope `'default'`.
 *
 * @throws TypeError or RangeError that lists every fault of the options, with the value received and what is
 * allowed.
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
