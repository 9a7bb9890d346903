import type { IBackoffFactory } from 'cockatiel';
import type { CallRefused } from '../../observability/events.js';
import { isWEEXError } from '../../errors/index.js';
import { matchesClass } from '../rules/matches-class.js';
import type { RetryBudget } from './retry-budget.js';
import type { ErrorClass } from '../options/policy-options.js';
import type { FoundRule } from '../rules/error-rules.js';

/** The number of retries if neither the policy nor a rule sets one. */
export const defaultMaxRetries = 3;

/** The retry options with their defaults filled in. */
export interface ResolvedRetry {
  readonly maxRetries: number | undefined;
  readonly backoff: IBackoffFactory<unknown> | undefined;
  readonly on: readonly ErrorClass[] | undefined;
  readonly budget: RetryBudget | undefined;
}

/** What follows a failure. A retry also needs time before the deadline and the budget's consent. */
export type NextStep = 'retry' | 'resolve' | 'resynchronize' | 'fail';

/** The policy's retry options and the number of retries so far. */
export interface RetryFacts {
  /** `false`: never; `undefined`: only if a rule of the registry allows it. */
  readonly retry: ResolvedRetry | false | undefined;
  readonly retries: number;
}

/** What is known about an execution when an attempt of it has failed or was not admitted. */
export interface FailureFacts extends RetryFacts {
  /** Why it was not admitted; `undefined` after an attempt. */
  readonly rejection: CallRefused['reason'] | undefined;
  /** The attempt may have been executed and must not be sent again until its outcome is proven. */
  readonly inDoubt: boolean;
  /** Whether a lookup can prove the outcome. */
  readonly canLookUp: boolean;
  /** Whether the one extra attempt after a refused timestamp was used. */
  readonly hasResynchronized: boolean;
}

/** Decides what follows a failure, from the deciding error and its rule. */
export function nextStep(error: unknown, rule: FoundRule | undefined, facts: FailureFacts): NextStep {
  const { inDoubt, canLookUp, hasResynchronized, rejection, retry } = facts;
  if (inDoubt) return canLookUp ? 'resolve' : 'fail';
  // Another attempt would hit the same deadline, or the same cool-down beyond it.
  if (rejection === 'deadline' || rejection === 'cool-down') return 'fail';
  const mayResynchronize = retry === undefined ? Boolean(rule?.own?.retry) : retry !== false;
  if (mayResynchronize && !hasResynchronized && isClockError(error)) return 'resynchronize';
  return wouldRetry(error, rule, facts) ? 'retry' : 'fail';
}

/** Whether the policy retries such an error at all and has a retry left. */
export function wouldRetry(error: unknown, rule: FoundRule | undefined, facts: RetryFacts): boolean {
  return isRetried(error, rule, facts.retry) && facts.retries < maxRetriesOf(rule, facts.retry);
}

/** Whether an execution that was proven absent may be sent again; a policy without a retry option allows it once. */
export function mayResend({ retry, retries }: RetryFacts): boolean {
  const limit = retry === undefined ? 1 : retry === false ? 0 : maxRetriesOf(undefined, retry);
  return retries < limit;
}

function isRetried(error: unknown, rule: FoundRule | undefined, retry: RetryFacts['retry']): boolean {
  if (retry === false) return false;
  if (!retry) return Boolean(rule?.own?.retry);
  return retry.on ? matchesClass(retry.on, error) : Boolean(rule?.retry);
}

function maxRetriesOf(rule: FoundRule | undefined, retry: RetryFacts['retry']): number {
  const own = retry ? retry.maxRetries : undefined;
  return own ?? (rule?.retry ? rule.retry.maxRetries : undefined) ?? defaultMaxRetries;
}

/** Whether the exchange refused the timestamp. */
function isClockError(error: unknown): boolean {
  return (
    isWEEXError(error) && error.kind === 'authentication' && 'reason' in error && error.reason === 'clock'
  );
}
