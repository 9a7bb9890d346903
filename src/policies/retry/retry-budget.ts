import type { RetryBudgetOptions } from '../options/policy-options.js';

const seconds = 10;

/** The default figures. */
const budgetDefaults = { ratio: 0.1, minPerSecond: 1 } as const;

/**
 * Counts calls and retries of the last ten seconds and allows a retry while retries stay below a share of the calls
 * plus a minimum. All policies of a scope share it, so that many small loops cannot add up to a storm.
 */
export class RetryBudget {
  readonly ratio: number;
  readonly minPerSecond: number;
  readonly #calls = new Float64Array(seconds);
  readonly #retries = new Float64Array(seconds);
  #second = 0;

  constructor(options: RetryBudgetOptions = {}) {
    this.ratio = options.ratio ?? budgetDefaults.ratio;
    this.minPerSecond = options.minPerSecond ?? budgetDefaults.minPerSecond;
  }

  /** Counts a call. */
  recordCall(now: number): void {
    const second = Math.floor(now / 1_000);
    this.#moveTo(second);
    const slot = second % seconds;
    this.#calls[slot] = (this.#calls[slot] ?? 0) + 1;
  }

  /** Takes one retry out of the budget; returns `false` if nothing is left. */
  tryRetry(now: number): boolean {
    if (this.available(now) < 1) return false;
    const slot = this.#second % seconds;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    return true;
  }

  /** How many retries are left now. */
  available(now: number): number {
    this.#moveTo(Math.floor(now / 1_000));
    const calls = this.#calls.reduce((sum, value) => sum + value, 0);
    const retries = this.#retries.reduce((sum, value) => sum + value, 0);
    return Math.floor(this.ratio * calls + this.minPerSecond * seconds - retries + 1e-9);
  }

  #moveTo(second: number): void {
    if (second === this.#second) return;
    const passed = Math.min(seconds, Math.max(0, second - this.#second));
    for (let step = 1; step <= passed; step += 1) {
      const slot = (((this.#second + step) % seconds) + seconds) % seconds;
      this.#calls[slot] = 0;
      this.#retries[slot] = 0;
    }
    // After more than a full round every slot has been cleared, and any of them may be next.
    this.#second = second;
  }
}
