import type { IBackoffFactory } from 'cockatiel';
import type { CallRefused } from '../../observability/events.js';
import { isWEEXError } from '../../errors/index.js';
import { matchesClass } from '../rules/matches-class.js';
import type { RetryBudget } from './retry-budget.js';
import type { ErrorClass } from '../options/policy-options.js';
import type { FoundRule } from '../rules/error-rules.js';

/** Retries where neither the policy nor a rule says how many. */
export const defaultMaxRetries = 3;

/** The retry options with their defaults filled in. */
export interface ResolvedRetry {
  readonly maxRetries: number | undefined;
  readonly backoff: IBackoffFactory<unknown> | undefined;
  readonly on: readonly ErrorClass[] | undefined;
  readonly budget: RetryBudget | undefined;
}

/** What follows a failure. A retry still needs time before the deadline, and the budget's consent. */
export type NextStep = 'retry' | 'resolve' | 'resynchronize' | 'fail';

/** What the policy says of retries, and how many there were. */
export interface RetryFacts {
  /** `false`: never; `undefined`: only where a rule of the registry says so. */
  readonly retry: ResolvedRetry | false | undefined;
  readonly retries: number;
}

/** What is known of an execution when an attempt of it has failed, or was not let in. */
export interface FailureFacts extends RetryFacts {
  /** Why it was not let in; `undefined` after an attempt. */
  readonly rejection: CallRefused['reason'] | undefined;
  /** The attempt may have been executed, and must not be sent again before somebody has proved what it did. */
  readonly inDoubt: boolean;
  /** There is a lookup that can prove it. */
  readonly canLookUp: boolean;
  /** It has had the one attempt that a refused timestamp gives it. */
  readonly hasResynchronized: boolean;
}

/** What follows a failure, by the error that decides and its rule. */
export function nextStep(error: unknown, rule: FoundRule | undefined, facts: FailureFacts): NextStep {
  const { inDoubt, canLookUp, hasResynchronized, rejection, retry } = facts;
  if (inDoubt) return canLookUp ? 'resolve' : 'fail';
  // To try again would meet the same deadline, and the same cool-down beyond it.
  if (rejection === 'deadline' || rejection === 'cool-down') return 'fail';
  const mayResynchronize = retry === undefined ? Boolean(rule?.own?.retry) : retry !== false;
  if (mayResynchronize && !hasResynchronized && isClockError(error)) return 'resynchronize';
  return wouldRetry(error, rule, facts) ? 'retry' : 'fail';
}

/** Whether the policy retries such an error at all and has a retry left. */
export function wouldRetry(error: unknown, rule: FoundRule | undefined, facts: RetryFacts): boolean {
  return isRetried(error, rule, facts.retry) && facts.retries < maxRetriesOf(rule, facts.retry);
}

/** Whether an execution that was proven absent may be sent once more; a policy that names no retry allows one. */
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
