import { resolveBackoff } from './backoff.js';
import type { ErrorRule } from './error-rule.js';
import { defaultMaxRetries } from './retrying.js';
import { resolveCircuit } from './circuit.js';
import type { AnyPolicy, BackoffOptions, PolicyOptions } from './policy-options.js';
import type { PolicyDescription } from './resilience-policy.js';
import { withRules } from './with-rules.js';

/** Says what options amount to, before any call is made. */
export function describePolicy(
  name: string,
  given: PolicyOptions,
  rules: readonly ErrorRule[],
): PolicyDescription {
  const options = withRules(given, rules);
  const order = stages(options);
  const retry = options.retry || undefined;
  const retries = retry ? (retry.maxRetries ?? defaultMaxRetries) : 0;
  const waitsMs = retry ? longestWaitsMs(retries, retry.backoff) : 0;
  const worstCaseCalls = retries + 1;
  const worstCaseMs =
    options.deadlineMs ?? unlimitedWorstCase(options, retry ? worstCaseCalls + 1 : 1, waitsMs);
  const warnings = warningsOf(options, retries, waitsMs);
  const text = [
    `Policy '${name}': ${order.join(' → ')}`,
    `At most ${worstCaseCalls} ${worstCaseCalls === 1 ? 'attempt' : 'attempts'}${retry ? ', and a free one where the exchange refuses the timestamp' : ''}, ${worstCaseMs === undefined ? 'for any time' : `within ${worstCaseMs} ms`}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
  return { name, order, options: given, worstCaseCalls, worstCaseMs, warnings, text };
}

function stages(options: PolicyOptions): string[] {
  const { fallback, staleMs, bulkhead, rateLimit } = options;
  const stage: readonly (readonly [name: string, on: unknown])[] = [
    ['fallback', fallback || staleMs !== undefined],
    ['deadline', options.deadlineMs !== undefined],
    ['retry', options.retry],
    ['circuit breaker', options.circuitBreaker],
    [
      `admission (${[rateLimit && 'rate limit', bulkhead && 'bulkhead'].filter(Boolean).join(' and ')})`,
      rateLimit || bulkhead,
    ],
    ['cool-down', options.coolDown],
    ['attempt timeout', options.attemptTimeoutMs !== undefined],
    ['inner policy', options.inner],
    ['call', true],
  ];
  return stage.filter(([, on]) => on).map(([name]) => name);
}

/** The longest that all waits between attempts can add up to. */
function longestWaitsMs(retries: number, backoff: BackoffOptions | undefined): number {
  const { initialDelayMs, maxDelayMs, jitter } = resolveBackoff(backoff);
  const growth = jitter === 'decorrelated' ? 3 : 2;
  let sum = 0;
  let delayMs = jitter === 'decorrelated' ? initialDelayMs * growth : initialDelayMs;
  for (let retry = 0; retry < retries; retry += 1) {
    sum += Math.min(delayMs, maxDelayMs);
    if (delayMs >= maxDelayMs) return sum + (retries - retry - 1) * maxDelayMs;
    delayMs *= growth;
  }
  return sum;
}

function unlimitedWorstCase(options: PolicyOptions, calls: number, waitsMs: number): number | undefined {
  const { attemptTimeoutMs, bulkhead, rateLimit, coolDown } = options;
  if (attemptTimeoutMs === undefined || rateLimit || coolDown) return undefined;
  const queueMs = bulkhead && (bulkhead.queue ?? 0) > 0 ? bulkhead.maxWaitMs : 0;
  return queueMs === undefined ? undefined : calls * (attemptTimeoutMs + queueMs) + waitsMs;
}

function warningsOf(options: PolicyOptions, retries: number, waitsMs: number): string[] {
  const { deadlineMs, attemptTimeoutMs, inner } = options;
  const warnings: string[] = [];
  if (deadlineMs !== undefined && retries > 0 && waitsMs > deadlineMs) {
    warnings.push(
      `the waits between ${retries} retries can add up to ${waitsMs} ms, beyond deadlineMs ${deadlineMs}: the last retries may never be made`,
    );
  }
  if (deadlineMs !== undefined && attemptTimeoutMs !== undefined && retries > 0) {
    const attemptsMs = attemptTimeoutMs * (retries + 1);
    if (attemptsMs > deadlineMs) {
      warnings.push(
        `${retries + 1} attempts of attemptTimeoutMs ${attemptTimeoutMs} take up to ${attemptsMs} ms, beyond deadlineMs ${deadlineMs}`,
      );
    }
  }
  const breaker = options.circuitBreaker ? resolveCircuit(options.circuitBreaker) : undefined;
  const hasTimeWindow =
    breaker && breaker.consecutiveFailures === undefined && breaker.windowCalls === undefined;
  if (hasTimeWindow && attemptTimeoutMs !== undefined && breaker.windowMs < 2 * attemptTimeoutMs) {
    warnings.push(
      `circuitBreaker.windowMs ${breaker.windowMs} is shorter than twice attemptTimeoutMs ${attemptTimeoutMs}: failures leave the window before there are enough of them`,
    );
  }
  if (options.retry && inner && retries > 0 && hasRetry(inner)) {
    warnings.push('a retry stands inside a retry: their attempts multiply');
  }
  if (deadlineMs === undefined && retries > 0) {
    warnings.push('without deadlineMs a call may wait for as long as a Retry-After of the exchange says');
  }
  if (deadlineMs === undefined && (options.rateLimit || options.coolDown)) {
    warnings.push('without deadlineMs a call may wait for the rate limit or the cool-down for any time');
  }
  return warnings;
}

function hasRetry(policy: AnyPolicy): boolean {
  const { describe, onGiveUp, onRetry, wrapped } = policy as AnyPolicy & {
    onRetry?: unknown;
    onGiveUp?: unknown;
    wrapped?: AnyPolicy[];
    describe?: () => PolicyDescription;
  };
  // A retry of cockatiel, by its events: of which copy of cockatiel it comes from nobody knows.
  if (typeof onRetry === 'function' && typeof onGiveUp === 'function') return true;
  if (wrapped) return wrapped.some(hasRetry);
  return Boolean(describe?.call(policy).options?.retry);
}
