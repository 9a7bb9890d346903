import { isDeepStrictEqual } from 'node:util';
import type { RateLimitUsage } from '../core/context/rate-limit-usage.js';
import type { PolicyRegistry } from '../policies/policy-registry.js';
import { channels } from '../observability/channels.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';
import type { RateLimitOptions } from '../policies/options/policy-options.js';
import { contractEndpoints } from './contract-endpoints.js';
import type { ClientPolicyName, Endpoint, Market } from './endpoint.js';
import { isSameLimit } from '../policies/rate-limit/odd-usage.js';
import { type Allowance, ShownWindows } from './shown-windows.js';
import { spotEndpoints } from './spot-endpoints.js';
import type { ExchangeRateLimit } from './types.js';

export type LimitType = 'weight' | 'orders';

/**
 * The limits that a client starts with: the weight as measured on contract, the orders from the exchange's FAQ. Spot
 * starts with the same ones, because nothing else is known about it.
 *
 * Source: WEEX V3 contract, weights measured in 2026; FAQ of September 2026.
 */
const startingLimits: Readonly<Record<LimitType, Allowance>> = {
  weight: { limit: 500, windowMs: 10_000 },
  orders: { limit: 300, windowMs: 60_000 },
};

const limitTypes: readonly LimitType[] = ['weight', 'orders'];
const publishedTypes = { weight: 'REQUEST_WEIGHT', orders: 'ORDERS' } as const;
const units: Readonly<Record<string, number>> = {
  SECOND: 1_000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};
/** The highest cost of a call. If headers show a lower limit, such a call goes alone instead of being rejected. */
const costliest: Readonly<Record<LimitType, number>> = {
  weight: most(({ weight }) => weight),
  orders: most(({ orders }) => orders),
};
/** The share reserved for the first cancels of a flood, before it is known how many there will be. */
const keptForCancels = 1 / 50;
/** The costliest critical call of a flood may be the first: it is reserved for if it takes no more than this share. */
const keptForCostliest = 1 / 10;
/** How long that is kept once less than half of the limit is free: by then permits come back evenly. */
const firstMs = 30_000;
const lookEveryMs = 1_000;
/** The highest weight of a critical call that changes something. */
const costliestCritical: Readonly<Record<Market, number>> = {
  spot: mostCritical(spotEndpoints),
  contract: mostCritical(contractEndpoints),
};
/** The longest window that a policy accepts. */
const longestMs = 2 ** 31 - 1;

/**
 * The limits of one market, which its policies use: first those that the exchange publishes, then those that the
 * headers of its answers show. Headers may raise or lower the limit and change the window.
 */
export class MarketLimits {
  readonly #registry: PolicyRegistry;
  readonly #market: Market;
  readonly #policies: Readonly<Record<LimitType, readonly ClientPolicyName[]>>;
  /** The limits that were set from here: a limit set by the program itself is not replaced. */
  readonly #given: WeakMap<ResiliencePolicy, RateLimitOptions> = new WeakMap();
  readonly #shown: Readonly<Record<LimitType, ShownWindows>> = {
    weight: new ShownWindows(),
    orders: new ShownWindows(),
  };
  readonly #seen: Partial<Record<LimitType, readonly Allowance[]>> = {};
  readonly #published: Partial<Record<LimitType, readonly Allowance[]>> = {};
  readonly #inForce: Record<LimitType, Allowance> = { ...startingLimits };
  #isFlooded = false;
  #lookedAt = -Infinity;
  #calmAt: number = performance.now();
  readonly #reported: Set<LimitType> = new Set();

  constructor(
    registry: PolicyRegistry,
    market: Market,
    policies: Readonly<Record<LimitType, readonly ClientPolicyName[]>>,
  ) {
    this.#registry = registry;
    this.#market = market;
    this.#policies = policies;
  }

  /** Returns the limit that a policy starts with. */
  start(type: LimitType): RateLimitOptions {
    return this.#options(type, startingLimits[type]);
  }

  /** Registers a policy whose limit was set from here. */
  adopt(policy: ResiliencePolicy, rateLimit: RateLimitOptions): void {
    this.#given.set(policy, rateLimit);
  }

  /** Adopts what the exchange publishes, if its headers have shown nothing yet. */
  publish(rows: readonly ExchangeRateLimit[]): void {
    const readable = rows.filter((row) => typeof row === 'object' && row !== null);
    for (const type of limitTypes) {
      const published = readable
        .filter(({ rateLimitType }) => rateLimitType === publishedTypes[type])
        .map(({ limit, interval, intervalNum }) => ({
          limit,
          windowMs: (units[interval] ?? Number.NaN) * intervalNum,
        }))
        .filter(isUsable);
      if (published.length === 0) continue;
      this.#published[type] = published;
      if (this.#seen[type]) this.#compare(type);
      else if (!published.some((row) => isMisprint(type, row))) this.#apply(type, slowest(published));
    }
  }

  /** Corrects the limits by the headers of an answer. */
  observe(usages: readonly RateLimitUsage[]): void {
    for (const type of limitTypes) {
      const known = this.#shown[type].observe(usages.filter((usage) => usage.type === type));
      if (known.length === 0 || isAlike(this.#seen[type], known)) continue;
      this.#seen[type] = known;
      this.#apply(type, slowest(known));
      this.#compare(type);
    }
    this.#watchFlood();
  }

  /** Ends the reserve for the first costly call when a flood goes on, and restores it afterwards. */
  #watchFlood(): void {
    const now = performance.now();
    if (now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    const [name] = this.#policies.weight;
    const { used = 0, limit = 0 } = (name ? this.#registry.get(name).snapshot().rateLimit : undefined) ?? {};
    if (used < limit / 2) this.#calmAt = now;
    const isFlooded = now - this.#calmAt > firstMs;
    if (isFlooded === this.#isFlooded) return;
    this.#isFlooded = isFlooded;
    this.#apply('weight', this.#inForce.weight);
  }

  #apply(type: LimitType, allowance: Allowance): void {
    this.#inForce[type] = allowance;
    const rateLimit = this.#options(type, allowance);
    for (const name of this.#policies[type]) {
      const policy = this.#registry.get(name);
      const last = this.#given.get(policy);
      const inForce = policy.describe().options.rateLimit;
      // A limit set by the program itself is not replaced.
      if (!last || !isDeepStrictEqual(inForce, last) || isDeepStrictEqual(inForce, rateLimit)) continue;
      policy.reconfigure({ rateLimit });
      this.#given.set(policy, rateLimit);
    }
  }

  /** Publishes once that the published limit differs from the observed one. */
  #compare(type: LimitType): void {
    const seen = this.#seen[type];
    const published = this.#published[type];
    if (!seen || !published || this.#reported.has(type)) return;
    if (published.some((row) => seen.some((other) => isDeepStrictEqual(row, other)))) return;
    this.#reported.add(type);
    channels.limitContradicted.publish(
      {
        at: Date.now(),
        market: this.#market,
        limitType: type,
        published: slowest(published),
        seen: slowest(seen),
      },
      this.#registry,
    );
  }

  #options(type: LimitType, { limit, windowMs }: Allowance): RateLimitOptions {
    const costliestHere = costliestCritical[this.#market];
    const isKept = !this.#isFlooded && costliestHere <= limit * keptForCostliest;
    const first = isKept ? costliestHere : 0;
    const reserved = { critical: Math.max(first, Math.floor(limit * keptForCancels)) };
    return {
      limit: Math.max(limit, costliest[type]),
      ...(type === 'weight' && { reserved }),
      windowMs,
      type,
      adaptive: true,
      scope: `${this.#market}.${type}`,
    };
  }
}

function most(costOf: (endpoint: Endpoint) => number): number {
  return Math.max(...[...Object.values(spotEndpoints), ...Object.values(contractEndpoints)].map(costOf));
}

function mostCritical(endpoints: Readonly<Record<string, Endpoint>>): number {
  const isUrgent = ({ effect, priority }: Endpoint): boolean => effect === 'write' && priority === 'critical';
  return Math.max(
    ...Object.values(endpoints)
      .filter(isUrgent)
      .map(({ weight }) => weight),
  );
}

function isUsable({ limit, windowMs }: Allowance): boolean {
  return Number.isSafeInteger(limit) && limit > 0 && windowMs > 0 && windowMs <= longestMs;
}

/** `exchangeInfo` was observed to publish the 10 seconds of its weight as 10 minutes. */
function isMisprint(type: LimitType, { windowMs }: Allowance): boolean {
  return type === 'weight' && windowMs === 600_000;
}

/** Returns the window that allows least in the long run. */
function slowest(allowances: readonly Allowance[]): Allowance {
  const [first = startingLimits.weight] = allowances.toSorted(
    (left, right) => left.limit / left.windowMs - right.limit / right.windowMs,
  );
  return first;
}

/** Whether two headers show the same windows. */
function isAlike(some: readonly Allowance[] | undefined, others: readonly Allowance[]): boolean {
  return (
    some?.length === others.length &&
    some.every(({ limit, windowMs }, index) => {
      const other = others[index] as Allowance;
      return windowMs === other.windowMs && isSameLimit(limit, other.limit);
    })
  );
}
