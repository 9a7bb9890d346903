import { resolveBackoff } from './retry/backoff.js';
import { defaultMaxRetries } from './retry/next-step.js';
import { resolveCircuit } from './circuit-breaker/circuit.js';
import type {
  ErrorRule,
  AnyPolicy,
  BackoffOptions,
  PolicyOptions,
  RetryOptions,
} from './options/policy-options.js';
import type { ExecuteOptions } from './options/execute-options.js';
import type { PolicyDescription } from './resilience-policy.js';

/** Describes what options amount to, before any call is made; `call` holds the options of a call. */
export function describePolicy(
  name: string,
  given: PolicyOptions,
  rules: readonly ErrorRule[],
  call: ExecuteOptions,
): PolicyDescription {
  const options = withRules(given, rules);
  const order = stages(options);
  const retry = options.retry || undefined;
  const retries = retry ? (retry.maxRetries ?? defaultMaxRetries) : 0;
  // Proof that nothing was executed allows one more send, even without a retry option.
  const looksUp = call.resolveUnknown !== undefined || call.resolveDeadlineMs !== undefined;
  const resends = looksUp && given.retry === undefined ? 1 : 0;
  const attempts = Math.max(retries, resends) + 1;
  const worstCaseCalls = attempts * (options.inner ? sendsOf(options.inner) : 1);
  const worstCaseMs = longestCallMs(options, retries, looksUp ? (call.resolveDeadlineMs ?? 0) : undefined);
  const warnings = warningsOf(options, retries, retry ? longestWaitsMs(retries, retry.backoff) : 0);
  const times = worstCaseCalls === Infinity ? 'any number of times' : `at most ${countOf(worstCaseCalls)}`;
  const text = [
    `Policy '${name}': ${order.join(' → ')}`,
    `Sent ${times}${retry ? ', plus one free attempt if the exchange refuses the timestamp' : ''}, ${worstCaseMs === undefined ? 'without a time limit' : `within ${worstCaseMs} ms`}`,
    ...(looksUp || options.effect === 'read' ? [] : [orderSafetyLine(given)]),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
  return { name, order, options: given, worstCaseCalls, worstCaseMs, warnings, text };
}

const countOf = (calls: number): string => (calls === 1 ? 'once' : `${calls} times`);

/** Describes a call with `orderSafety`, which the policy's own options do not show. */
function orderSafetyLine({ retry, deadlineMs }: PolicyOptions): string {
  const again = retry === undefined ? ', and sent once more if it is proven absent' : '';
  const beyond = deadlineMs === undefined ? '' : ', also beyond the deadline';
  return `A call with orderSafety is looked up${beyond}${again}`;
}

/** How often an inner policy calls what it wraps, at most. */
function sendsOf(policy: AnyPolicy): number {
  const { describe, options, wrapped } = policy as Inner;
  if (isRetry(policy)) return (options?.maxAttempts ?? Infinity) + 1;
  if (wrapped) return wrapped.reduce((sends, one) => sends * sendsOf(one), 1);
  return describe?.call(policy).worstCaseCalls ?? 1;
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

/** `lookupsMs`: how long lookups may continue beyond the deadline, for a call that has them. */
function longestCallMs(
  options: PolicyOptions,
  retries: number,
  lookupsMs: number | undefined,
): number | undefined {
  const { deadlineMs, attemptTimeoutMs, bulkhead, fallback } = options;
  // A fallback that starts at the deadline may take as long again.
  if (deadlineMs !== undefined) return deadlineMs + (lookupsMs ?? 0) + (fallback ? deadlineMs : 0);
  if (attemptTimeoutMs === undefined || isWithoutLimit(options, retries, lookupsMs)) return undefined;
  const queueMs = bulkhead && (bulkhead.queue ?? 0) > 0 ? bulkhead.maxWaitMs : 0;
  // With a retry option there may be one extra attempt after a refused timestamp.
  return queueMs === undefined ? undefined : (options.retry ? 2 : 1) * (attemptTimeoutMs + queueMs);
}

/** Whether, without a deadline, anything other than an attempt or the bulkhead can take unlimited time. */
function isWithoutLimit(options: PolicyOptions, retries: number, lookupsMs: number | undefined): boolean {
  const { circuitBreaker, coolDown, fallback, rateLimit, resynchronizeClock, retry } = options;
  return Boolean(
    retries > 0 ||
      rateLimit ||
      coolDown ||
      fallback ||
      lookupsMs !== undefined ||
      (retry && resynchronizeClock) ||
      (circuitBreaker && circuitBreaker.whenOpen === 'wait'),
  );
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
    warnings.push('a retry is nested in a retry: their attempts multiply');
  }
  if (deadlineMs === undefined && retries > 0) {
    warnings.push("without deadlineMs a call may wait as long as the exchange's Retry-After says");
  }
  if (deadlineMs === undefined && (options.rateLimit || options.coolDown)) {
    warnings.push('without deadlineMs a call may wait indefinitely for the rate limit or the cool-down');
  }
  if (deadlineMs === undefined && options.fallback) {
    warnings.push('without deadlineMs a fallback that hangs never ends');
  }
  return warnings;
}

function hasRetry(policy: AnyPolicy): boolean {
  const { describe, wrapped } = policy as Inner;
  if (isRetry(policy)) return true;
  if (wrapped) return wrapped.some(hasRetry);
  return Boolean(describe?.call(policy).options?.retry);
}

type Inner = AnyPolicy & {
  readonly options?: { readonly maxAttempts?: number };
  readonly wrapped?: readonly AnyPolicy[];
  readonly describe?: () => PolicyDescription;
};

/** Recognises cockatiel's retry policy by its events, since it may come from another copy of cockatiel. */
function isRetry(policy: AnyPolicy): boolean {
  const { onGiveUp, onRetry } = policy as AnyPolicy & { onRetry?: unknown; onGiveUp?: unknown };
  return typeof onRetry === 'function' && typeof onGiveUp === 'function';
}

/** The options with everything that a registry's rules can add in the worst case. */
function withRules(options: PolicyOptions, rules: readonly ErrorRule[]): PolicyOptions {
  return {
    ...options,
    retry: retryWithRules(options.retry, rules),
    coolDown: options.coolDown ?? rules.some(({ coolDown }) => coolDown === true),
    fallback: options.fallback ?? rules.find(({ fallback }) => fallback)?.fallback,
  };
}

function retryWithRules(
  own: RetryOptions | false | undefined,
  rules: readonly ErrorRule[],
): RetryOptions | false | undefined {
  const retries: RetryOptions[] = rules.flatMap(({ retry }) => (retry ? [retry] : []));
  if (own === false || (!own && retries.length === 0)) return own;
  if (own) retries.push(own);
  const counts = retries.map(({ maxRetries }) => maxRetries ?? defaultMaxRetries);
  const longest = retries.map(({ backoff }) => backoff).reduce(longer);
  return { maxRetries: own?.maxRetries ?? Math.max(...counts), backoff: own?.backoff ?? longest };
}

function longer(
  left: BackoffOptions | undefined,
  right: BackoffOptions | undefined,
): BackoffOptions | undefined {
  return resolveBackoff(left).maxDelayMs >= resolveBackoff(right).maxDelayMs ? left : right;
}
