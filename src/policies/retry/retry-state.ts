import type { IBackoff, IBackoffFactory } from 'cockatiel';
import { isWEEXError } from '../../errors/index.js';
import type { RetryFacts } from './next-step.js';
import type { BackoffOptions } from '../options/policy-options.js';
import type { FoundRule } from '../rules/error-rules.js';

/** Another attempt after a delay, or none: because of the budget, or because the deadline would come first. */
export type RetryDecision =
  | { readonly again: true; readonly delayMs: number; readonly reason: 'backoff' | 'retry-after' }
  | { readonly again: false; readonly budgetExhausted: boolean };

/** The policy's retry settings. */
interface RetrySource extends Pick<RetryFacts, 'retry'> {
  /** The backoff of a rule, if it has one, otherwise the default. */
  backoffOf(rule: { readonly backoff?: BackoffOptions | undefined } | undefined): IBackoffFactory<unknown>;
}

/** The retries of one execution: how many there were, and when the next one is. */
export class RetryState implements RetryFacts {
  readonly #policy: RetrySource;
  retries = 0;
  #factory: IBackoffFactory<unknown> | undefined;
  #backoff: IBackoff<unknown> | undefined;

  constructor(policy: RetrySource) {
    this.#policy = policy;
  }

  get retry(): RetryFacts['retry'] {
    return this.#policy.retry;
  }

  /** Decides when the next retry is, and counts it. `coolDownMs`: how long a cool-down that the error started lasts. */
  schedule(
    error: unknown,
    rule: FoundRule | undefined,
    coolDownMs: number | undefined,
    remainingMs: number,
    now: number,
  ): RetryDecision {
    const statedMs = isWEEXError(error) ? error.retryAfterMs : undefined;
    // The cool-down already delays all calls, in order, for as long as the answer says, so the call adds no wait of
    // its own. If it did not start, the answer counts as a temporary one.
    const ownMs = coolDownMs === undefined ? (statedMs ?? this.#nextDelayMs(rule)) : this.#nextDelayMs(rule);
    const delayMs = coolDownMs !== undefined && coolDownMs > 0 ? 0 : ownMs;
    if ((coolDownMs ?? delayMs) >= remainingMs) return { again: false, budgetExhausted: false };
    // Nor does it need the budget: what a cool-down lets through cannot become a storm.
    const budget = this.#policy.retry && coolDownMs === undefined ? this.#policy.retry.budget : undefined;
    if (budget && !budget.tryRetry(now)) return { again: false, budgetExhausted: true };
    this.retries += 1;
    return { again: true, delayMs, reason: statedMs === undefined ? 'backoff' : 'retry-after' };
  }

  #nextDelayMs(rule: FoundRule | undefined): number {
    const own = this.#policy.retry ? this.#policy.retry.backoff : undefined;
    const factory = own ?? this.#policy.backoffOf(rule?.retry ? rule.retry : undefined);
    // A failure of another kind, with its own delays, starts at the first of them.
    if (factory !== this.#factory) this.#backoff = undefined;
    this.#factory = factory;
    this.#backoff = (this.#backoff ?? factory).next(undefined);
    return this.#backoff.duration;
  }
}
