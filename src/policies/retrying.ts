import type { IBackoff, IBackoffFactory } from 'cockatiel';
import { isWEEXError } from '../errors/index.js';
import { matchesClass } from './matches-class.js';
import type { Plan } from './plan.js';
import type { FoundRule } from './rule-book.js';

/** Retries where neither the policy nor a rule says how many. */
export const defaultMaxRetries = 3;

/** What follows a failure: another attempt after a delay, or the end, because of the budget or of anything else. */
export type RetryDecision =
  | { readonly again: true; readonly delayMs: number; readonly reason: 'backoff' | 'retry-after' }
  | { readonly again: false; readonly budgetExhausted: boolean };

const end: RetryDecision = { again: false, budgetExhausted: false };

/** The retries of one call: how many there were, and whether there is another. */
export class Retrying {
  readonly #plan: Plan;
  #retries = 0;
  #clockRetried = false;
  #factory: IBackoffFactory<unknown> | undefined;
  #backoff: IBackoff<unknown> | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Decides what follows an error, and counts the retry. `closedForMs`: its answer closed the gate for so long. */
  decide(
    error: unknown,
    rule: FoundRule | undefined,
    closedForMs: number | undefined,
    remainingMs: number,
    now: number,
  ): RetryDecision {
    if (!this.#isRetried(error, rule) || this.#retries >= this.#limit(rule)) return end;
    const statedMs = isWEEXError(error) ? error.retryAfterMs : undefined;
    // The gate keeps everybody waiting, in order, for as long as the answer says: no wait of one's own on top. Where
    // it stays open it takes the answer for one that passes by itself.
    const ownMs = closedForMs === undefined ? (statedMs ?? this.#nextDelayMs(rule)) : this.#nextDelayMs(rule);
    const delayMs = closedForMs !== undefined && closedForMs > 0 ? 0 : ownMs;
    if ((closedForMs ?? delayMs) >= remainingMs) return end;
    const budget = this.#plan.retry ? this.#plan.retry.budget : undefined;
    if (budget && !budget.tryRetry(now)) return { again: false, budgetExhausted: true };
    this.#retries += 1;
    return { again: true, delayMs, reason: statedMs === undefined ? 'backoff' : 'retry-after' };
  }

  /** Whether the policy retries such an error at all and has a retry left. */
  wouldRetry(error: unknown, rule: FoundRule | undefined): boolean {
    return this.#isRetried(error, rule) && this.#retries < this.#limit(rule);
  }

  /** Whether the exchange refused the timestamp and this call had no free attempt for that yet. */
  takeClockAttempt(error: unknown, rule: FoundRule | undefined): boolean {
    const { retry } = this.#plan;
    const on = retry === undefined ? Boolean(rule?.own?.retry) : retry !== false;
    if (!on || this.#clockRetried || !isClockError(error)) return false;
    this.#clockRetried = true;
    return true;
  }

  /** Whether a call that was proven absent may be sent once more; a policy that names no retry allows one. */
  takeResend(): boolean {
    const { retry } = this.#plan;
    const limit = retry === undefined ? 1 : retry === false ? 0 : this.#limit(undefined);
    if (this.#retries >= limit) return false;
    this.#retries += 1;
    return true;
  }

  #isRetried(error: unknown, rule: FoundRule | undefined): boolean {
    const { retry } = this.#plan;
    if (retry === false) return false;
    if (!retry) return Boolean(rule?.own?.retry);
    return retry.on ? matchesClass(retry.on, error) : Boolean(rule?.retry);
  }

  #limit(rule: FoundRule | undefined): number {
    const own = this.#plan.retry ? this.#plan.retry.maxRetries : undefined;
    return own ?? (rule?.retry ? rule.retry.maxRetries : undefined) ?? defaultMaxRetries;
  }

  #nextDelayMs(rule: FoundRule | undefined): number {
    const own = this.#plan.retry ? this.#plan.retry.backoff : undefined;
    const factory = own ?? this.#plan.backoffOf(rule?.retry ? rule.retry : undefined);
    // Another kind of failure with delays of its own starts at its first one.
    if (factory !== this.#factory) this.#backoff = undefined;
    this.#factory = factory;
    this.#backoff = (this.#backoff ?? factory).next(undefined);
    return this.#backoff.duration;
  }
}

function isClockError(error: unknown): boolean {
  return (
    isWEEXError(error) && error.kind === 'authentication' && 'reason' in error && error.reason === 'clock'
  );
}
