import type { BulkheadOptions } from './policy-options.js';

/** The slots of a bulkhead, taken by class; without options there is no end of them. */
export class Slots {
  options: BulkheadOptions | undefined;
  // Running calls by class: critical, normal, background.
  readonly #running: [number, number, number] = [0, 0, 0];

  constructor(options: BulkheadOptions | undefined) {
    this.options = options;
  }

  get running(): number {
    return this.#running[0] + this.#running[1] + this.#running[2];
  }

  take(rank: number): void {
    this.#running[rank as 0 | 1 | 2] += 1;
  }

  giveBack(rank: number): void {
    this.#running[rank as 0 | 1 | 2] -= 1;
  }

  /** Whether a call of this class finds a slot that is not kept for a higher one. */
  has(rank: number): boolean {
    const { options } = this;
    if (!options) return true;
    const [critical, normal, background] = this.#running;
    if (critical + normal + background >= options.limit) return false;
    if (rank === 0 || !options.reserved) return true;
    const ordinary = options.limit - (options.reserved.critical ?? 0);
    if (normal + background >= ordinary) return false;
    return rank === 1 || background < ordinary - (options.reserved.normal ?? 0);
  }
}
