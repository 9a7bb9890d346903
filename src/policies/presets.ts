import { mayHaveOptions } from '../core/options/option-table.js';
import { readOptions } from '../core/options/read-options.js';
import { createPolicy } from './create-policy.js';
import type { KnownFallback, PolicyOptions, PolicyOptionsWithFallback } from './options/policy-options.js';
import { optionNames } from './options/policy-schema.js';
import type { ResiliencePolicy } from './resilience-policy.js';

/** The options of each preset. */
const presetOptions = {
  standard: {
    name: 'standard',
    deadlineMs: 15_000,
    attemptTimeoutMs: 3_000,
    retry: { maxRetries: 3, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.1 } },
    circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 5_000 },
    bulkhead: { limit: 50, queue: 500 },
    coolDown: true,
  },
  marketData: {
    name: 'marketData',
    deadlineMs: 8_000,
    attemptTimeoutMs: 2_000,
    effect: 'read',
    retry: { maxRetries: 2, backoff: { initialDelayMs: 100, maxDelayMs: 1_000 }, budget: { ratio: 0.1 } },
    circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 2_000 },
    bulkhead: { limit: 20, queue: 200 },
    coolDown: true,
  },
  account: {
    name: 'account',
    deadlineMs: 15_000,
    attemptTimeoutMs: 3_000,
    effect: 'read',
    retry: { maxRetries: 3, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.2 } },
    circuitBreaker: { failureRate: 0.5, windowMs: 15_000, minimumCalls: 10, halfOpenAfterMs: 5_000 },
    bulkhead: { limit: 10, queue: 100 },
    coolDown: true,
  },
  trading: {
    name: 'trading',
    deadlineMs: 15_000,
    attemptTimeoutMs: 5_000,
    retry: { maxRetries: 2, backoff: { initialDelayMs: 200, maxDelayMs: 1_000 }, budget: { ratio: 0.2 } },
    circuitBreaker: { consecutiveFailures: 5, halfOpenAfterMs: 5_000 },
    bulkhead: { limit: 10, queue: 100, reserved: { critical: 2 } },
    coolDown: true,
  },
} as const satisfies Record<string, PolicyOptions>;

type Preset = <Fallback = never>(
  overrides?: PolicyOptionsWithFallback<Fallback>,
) => ResiliencePolicy<KnownFallback<Fallback>>;

const preset =
  (options: PolicyOptions): Preset =>
  (given = {}) => {
    const overrides: typeof given = readOptions(given, optionNames);
    // A value that cannot hold options is passed on, to be rejected.
    const all = mayHaveOptions(overrides)
      ? { ...options, ...fittingTimeout(options, overrides), ...overrides }
      : given;
    return createPolicy(all as typeof given);
  };

/** A shorter deadline also shortens the preset's attempt timeout, which the caller did not choose. */
function fittingTimeout(
  { attemptTimeoutMs = 0 }: PolicyOptions,
  { deadlineMs = Infinity }: PolicyOptions,
): PolicyOptions {
  return deadlineMs > 0 && deadlineMs < attemptTimeoutMs ? { attemptTimeoutMs: deadlineMs } : {};
}

/**
 * Complete pipelines for common cases; each call creates a new policy, and the given options replace those of the
 * preset. A `deadlineMs` below the preset's `attemptTimeoutMs` lowers that too.
 *
 * - `standard`: used by `@Resilient()` without arguments.
 * - `marketData`: public reads that give up quickly.
 * - `account`: private reads.
 * - `trading`: orders and cancels, with two of ten slots reserved for critical calls.
 *
 * @example
 * ```ts
 * import { policies } from 'weex-resilience';
 *
 * const market = policies.marketData({ staleMs: 30_000 });
 * console.log(market.describe().text);
 * ```
 */
export const policies: {
  readonly standard: Preset;
  readonly marketData: Preset;
  readonly account: Preset;
  readonly trading: Preset;
} = {
  standard: preset(presetOptions.standard),
  marketData: preset(presetOptions.marketData),
  account: preset(presetOptions.account),
  trading: preset(presetOptions.trading),
};
