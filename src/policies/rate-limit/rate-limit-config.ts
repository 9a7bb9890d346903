import type { RateLimitOptions } from '../options/policy-options.js';

/** The allowance of a window. */
export interface RateLimitConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly type: 'weight' | 'orders';
  /** Kept free for critical calls, until six windows pass without one. */
  readonly reservedCritical: number;
  /** Whether the limit is lowered if the exchange refuses and its headers do not show why. */
  readonly adaptive: boolean;
}

/** Fills in the defaults of a rate limit. */
export function resolveRateLimit(options: RateLimitOptions): RateLimitConfig {
  const { limit, windowMs, type = 'weight', reserved, adaptive = false } = options;
  return { limit, windowMs, type, reservedCritical: reserved?.critical ?? 0, adaptive };
}
