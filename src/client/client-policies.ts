import type { CoolDownOptions, PolicyOptions } from '../policies/options/policy-options.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import type { ClientPolicyName, Market } from './endpoint.js';
import { MarketLimits } from './market-limits.js';

const markets: readonly Market[] = ['spot', 'contract'];

const breaker = { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 1_000 } as const;

/** A write whose answer was lost can still be found: the circuit opens only if hardly any request gets through. */
const writeBreaker = { ...breaker, failureRate: 0.7 } as const;

const reads = {
  circuitBreaker: breaker,
  attemptTimeoutMs: 3_000,
  effect: 'read',
  retry: { maxRetries: 5, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.2 } },
} as const satisfies PolicyOptions;

/** The options of each policy of a market, except its cool-down and its rate limit. */
const pipelines: Record<'market' | 'account' | 'orders' | 'cancels', PolicyOptions> = {
  // Longer than a ban.
  market: { ...reads, deadlineMs: 15_000, bulkhead: { limit: 20, queue: 500 } },
  account: { ...reads, deadlineMs: 15_000, bulkhead: { limit: 10, queue: 500, reserved: { critical: 2 } } },
  orders: {
    circuitBreaker: writeBreaker,
    // Long enough to resend an order that had to be proven absent, which takes 34 s.
    deadlineMs: 60_000,
    attemptTimeoutMs: 5_000,
    retry: { maxRetries: 5, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.2 } },
    bulkhead: { limit: 10, queue: 500 },
  },
  cancels: {
    circuitBreaker: writeBreaker,
    deadlineMs: 20_000,
    attemptTimeoutMs: 5_000,
    retry: { maxRetries: 5, backoff: { initialDelayMs: 100, maxDelayMs: 1_000 } },
    bulkhead: { limit: 10, queue: 500, reserved: { critical: 5 } },
  },
};

/**
 * Defines those policies of a client that its registry does not have yet, and returns the limits of each market.
 * Clients with the same registry share both.
 */
export function defineClientPolicies(registry: PolicyRegistry): Readonly<Record<Market, MarketLimits>> {
  const known = limitsOf.get(registry);
  const limits = known ?? {
    spot: marketLimits(registry, 'spot'),
    contract: marketLimits(registry, 'contract'),
  };
  limitsOf.set(registry, limits);
  for (const market of markets) {
    for (const [kind, options] of Object.entries(pipelines)) {
      const name = `${market}.${kind}` as ClientPolicyName;
      if (registry.has(name)) continue;
      const rateLimit = limits[market].start(kind === 'orders' ? 'orders' : 'weight');
      limits[market].adopt(
        registry.define(name, { ...options, coolDown: coolDownOf(market, kind), rateLimit }),
        rateLimit,
      );
    }
  }
  return limits;
}

/** All policies share the address; the orders of the account are counted separately. */
function coolDownOf(market: Market, kind: string): CoolDownOptions {
  return kind === 'orders' ? { scope: `${market}.orders`, within: market } : { scope: market };
}

const limitsOf: WeakMap<PolicyRegistry, Readonly<Record<Market, MarketLimits>>> = new WeakMap();

function marketLimits(registry: PolicyRegistry, market: Market): MarketLimits {
  return new MarketLimits(registry, market, {
    weight: [`${market}.market`, `${market}.account`, `${market}.cancels`],
    orders: [`${market}.orders`],
  });
}
