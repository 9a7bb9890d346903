import { resolveBackoff } from './retry/backoff.js';
import type { ErrorRule } from './options/error-rule.js';
import type { BackoffOptions, PolicyOptions, RetryOptions } from './options/policy-options.js';
import { defaultMaxRetries } from './retry/next-step.js';

/** The options with what rules of a registry can add to them at the worst. */
export function withRules(options: PolicyOptions, rules: readonly ErrorRule[]): PolicyOptions {
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
