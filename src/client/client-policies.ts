import { isDeepStrictEqual } from 'node:util';
import type { PolicyOptions, RateLimitOptions } from '../policies/policy-options.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';
import type { ClientPolicyName, Market } from './endpoint.js';
import type { ExchangeRateLimit } from './types.js';

const markets: readonly Market[] = ['spot', 'contract'];

/** What the exchange allows, as far as it is known: its own figures replace these once `getExchangeInfo` was called. */
interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** The weight of an address is the example in the exchange's documents; of orders they give several figures. */
const documented: Record<'weight' | 'orders', Allowance> = {
  weight: { limit: 2_000, windowMs: 10_000 },
  orders: { limit: 100, windowMs: 10_000 },
};

const breaker = { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 2_000 } as const;

/** A write whose answer was lost can still be found: the circuit opens only where hardly any gets through. */
const writeBreaker = { ...breaker, failureRate: 0.7 } as const;

const reads = {
  circuitBreaker: breaker,
  attemptTimeoutMs: 3_000,
  effect: 'read',
  retry: { maxRetries: 3, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.2 } },
} as const satisfies PolicyOptions;

/** What each policy of a market does, beside its gate and its allowance. */
const pipelines: Record<'market' | 'account' | 'orders' | 'exits', PolicyOptions> = {
  market: { ...reads, deadlineMs: 10_000, bulkhead: { limit: 20, queue: 500 } },
  account: { ...reads, deadlineMs: 15_000, bulkhead: { limit: 10, queue: 500, reserved: { critical: 2 } } },
  orders: {
    circuitBreaker: writeBreaker,
    deadlineMs: 20_000,
    attemptTimeoutMs: 5_000,
    retry: { maxRetries: 3, backoff: { initialDelayMs: 200, maxDelayMs: 2_000 }, budget: { ratio: 0.2 } },
    bulkhead: { limit: 10, queue: 500 },
  },
  exits: {
    circuitBreaker: writeBreaker,
    deadlineMs: 20_000,
    attemptTimeoutMs: 5_000,
    retry: { maxRetries: 5, backoff: { initialDelayMs: 100, maxDelayMs: 1_000 } },
    bulkhead: { limit: 10, queue: 500, reserved: { critical: 5 } },
  },
};

/** Defines the policies of a client that its registry does not have yet. */
export function defineClientPolicies(registry: PolicyRegistry): void {
  for (const market of markets) {
    for (const [kind, options] of Object.entries(pipelines)) {
      const name = `${market}.${kind}` as ClientPolicyName;
      if (registry.has(name)) continue;
      const rateLimit = rateLimitOf(name, market, documented[typeOf(name)]);
      const policy = registry.define(name, {
        ...options,
        coolDown: { scope: market },
        rateLimit,
      });
      given.set(policy, rateLimit);
    }
  }
}

/** The limits that policies have from here: one that the program has set itself is not replaced. */
const given: WeakMap<ResiliencePolicy, RateLimitOptions> = new WeakMap();

const units: Readonly<Record<string, number>> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};
/** No policy takes a longer window. */
const longestMs = 2 ** 31 - 1;
const types = { weight: 'REQUEST_WEIGHT', orders: 'ORDERS' } as const;

/** Takes over the limits that the exchange publishes, where a policy still has the limit that it had from here. */
export function applyLimits(
  registry: PolicyRegistry,
  market: Market,
  limits: readonly ExchangeRateLimit[],
): void {
  const readable = limits.filter((limit) => typeof limit === 'object' && limit !== null);
  for (const kind of Object.keys(pipelines)) {
    const name = `${market}.${kind}` as ClientPolicyName;
    const allowance = slowest(readable.filter(({ rateLimitType }) => rateLimitType === types[typeOf(name)]));
    const policy = registry.get(name);
    const last = given.get(policy);
    if (!allowance || !last || !isDeepStrictEqual(policy.describe().options.rateLimit, last)) continue;
    const rateLimit = rateLimitOf(name, market, allowance);
    policy.reconfigure({ rateLimit });
    given.set(policy, rateLimit);
  }
}

/** Of several windows the one that allows the least in the long run. */
function slowest(limits: readonly ExchangeRateLimit[]): Allowance | undefined {
  const windows = limits
    .map(({ limit, interval, intervalNum }) => ({
      limit,
      windowMs: (units[interval] ?? Number.NaN) * intervalNum,
    }))
    .filter(
      ({ limit, windowMs }) =>
        Number.isSafeInteger(limit) && limit > 0 && windowMs > 0 && windowMs <= longestMs,
    );
  return windows.toSorted((left, right) => left.limit / left.windowMs - right.limit / right.windowMs)[0];
}

function typeOf(name: ClientPolicyName): 'weight' | 'orders' {
  return name.endsWith('.orders') ? 'orders' : 'weight';
}

function rateLimitOf(
  name: ClientPolicyName,
  market: Market,
  { limit, windowMs }: Allowance,
): RateLimitOptions {
  const type = typeOf(name);
  // Another window is another counter: those who share one must agree on it.
  return { limit, windowMs, type, scope: `${market}.${type}.${windowMs}` };
}
