import type { RateLimitUsage } from '../core/context/rate-limit-usage.js';
import { type AnyHeaders, headerEntries } from './headers.js';

const fields = {
  'used-weight': { type: 'weight', field: 'used' },
  'remaining-weight': { type: 'weight', field: 'remaining' },
  'order-count': { type: 'orders', field: 'used' },
  'order-remaining': { type: 'orders', field: 'remaining' },
} as const;

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const usageHeader = /^x-(used-weight|remaining-weight|order-count|order-remaining)-(\d{1,4})([smhd])$/i;

const none: readonly RateLimitUsage[] = [];

/**
 * Reads what an answer says about the limits: `X-USED-WEIGHT-<n><unit>`, `X-REMAINING-WEIGHT-…`, `X-ORDER-COUNT-…`
 * and `X-ORDER-REMAINING-…`, where the unit is S, M, H or D. One entry per limit and window; an empty list if the
 * headers are absent or not numbers, or if the answer comes from a cache (`Age` above 0).
 *
 * Source: WEEX V3 access restrictions.
 */
export function readUsage(headers: AnyHeaders | null | undefined): readonly RateLimitUsage[] {
  if (!headers) return none;
  let byWindow: Map<string, { -readonly [Key in keyof RateLimitUsage]: RateLimitUsage[Key] }> | undefined;
  for (const [name, value] of headerEntries(headers)) {
    // What a cache repeats was true when it was stored.
    if (name.length === 3 && name.toLowerCase() === 'age' && Number(value) > 0) return none;
    // Most headers are ruled out by their first two letters.
    const match = name.length > 12 && (name[0] === 'x' || name[0] === 'X') ? usageHeader.exec(name) : null;
    const amount = match ? Number(value) : Number.NaN;
    if (!match || !(amount >= 0) || !Number.isFinite(amount) || String(value).trim() === '') continue;
    const { type, field } = fields[match[1]?.toLowerCase() as keyof typeof fields];
    const intervalMs = Number(match[2]) * units[match[3]?.toLowerCase() as keyof typeof units];
    if (intervalMs === 0) continue;
    byWindow ??= new Map();
    const key = `${type}/${intervalMs}`;
    const usage = byWindow.get(key) ?? { type, intervalMs };
    usage[field] = amount;
    byWindow.set(key, usage);
  }
  return byWindow ? [...byWindow.values()] : none;
}

/** The usage that leaves least, as a share of its limit; among equals, the longer window. */
export function tightestUsage(usages: readonly RateLimitUsage[]): RateLimitUsage | undefined {
  const left = ({ used = 0, remaining }: RateLimitUsage): number =>
    remaining === undefined ? 1 : remaining / Math.max(1, used + remaining);
  return [...usages].toSorted((a, b) => left(a) - left(b) || b.intervalMs - a.intervalMs)[0];
}

/** The name of a limit for messages: `weight/1m`, `orders/10s`. */
export function usageName({ type, intervalMs }: RateLimitUsage): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (intervalMs % units[unit] === 0) return `${type}/${intervalMs / units[unit]}${unit}`;
  }
  return type;
}
