import type { RetryBudgetOptions } from '../options/policy-options.js';

const seconds = 10;

/** The figures where an option is left out. */
const budgetDefaults = { ratio: 0.1, minPerSecond: 1 } as const;

/**
 * Counts calls and retries of the last ten seconds and allows a retry while retries stay below a share of the calls
 * plus a floor. It is shared by all policies of a scope, so that many small loops cannot add up to a storm.
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

  /** A call came in. */
  recordCall(now: number): void {
    const second = Math.floor(now / 1_000);
    this.#moveTo(second);
    const slot = second % seconds;
    this.#calls[slot] = (this.#calls[slot] ?? 0) + 1;
  }

  /** Takes one retry out of the budget; `false` where nothing is left. */
  tryRetry(now: number): boolean {
    if (this.available(now) < 1) return false;
    const slot = this.#second % seconds;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    return true;
  }

  /** How many retries are left at this moment. */
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
    // When more than a round has passed, every slot was cleared and any of them may come next.
    this.#second = second;
  }
}
