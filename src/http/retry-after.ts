import type { RateLimitUsage } from '../core/context/rate-limit-usage.js';

/** The ban that follows a breach of the limits. Source: WEEX V3 access restrictions. */
const banSeconds = 10;

/**
 * The longest wait taken from an answer: a day is the longest window of the exchange, and a Node timer supports
 * only 24 days, beyond which it fires at once.
 */
const maxRetryAfterSeconds = 86_400;

const httpDate = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? /;

/**
 * Reads the value of `Retry-After`, in seconds: a number, or an HTTP date, which is compared with the `Date` of the
 * answer so that a wrong local clock does not matter. Returns `undefined` for anything else.
 */
export function parseRetryAfter(text: string | undefined, date: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // Node joins repeated headers with commas.
  const seconds = /^(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(text)?.[1];
  if (seconds !== undefined) return Math.min(Number(seconds), maxRetryAfterSeconds);
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const answeredAt = Date.parse(date ?? '');
  const now = Number.isNaN(answeredAt) ? Date.now() : answeredAt;
  return Math.min(Math.max(0, Math.ceil((at - now) / 1000)), maxRetryAfterSeconds);
}

/**
 * How long a rate limit lasts without a `Retry-After`: the longest used-up window, otherwise the ban of 10 s, and
 * never less than that.
 */
export function limitSeconds(usages: readonly RateLimitUsage[]): number {
  const windows = usages
    .filter(({ remaining }) => remaining === 0)
    .map(({ intervalMs }) => intervalMs / 1000);
  return Math.min(Math.max(banSeconds, ...windows), maxRetryAfterSeconds);
}
