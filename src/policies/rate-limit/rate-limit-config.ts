import type { RateLimitOptions } from '../options/policy-options.js';

/** The allowance of a window. */
export interface RateLimitConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly type: 'weight' | 'orders';
  /** Kept free for critical calls, until none was seen for six windows. */
  readonly reservedCritical: number;
  /** Whether it is lowered where the exchange refuses and its headers do not tell why. */
  readonly adaptive: boolean;
}

/** Fills in the defaults of a rate limit. */
export function resolveRateLimit(options: RateLimitOptions): RateLimitConfig {
  const { limit, windowMs, type = 'weight', reserved, adaptive = false } = options;
  return { limit, windowMs, type, reservedCritical: reserved?.critical ?? 0, adaptive };
}
