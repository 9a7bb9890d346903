import type { BulkheadOptions } from '../options/policy-options.js';
import type { Permit } from './permit.js';

/**
 * The slots of a bulkhead, taken by class; without options there is no end of them. A call that is made inside of a
 * running one shares its slot, which is free again when the last of them is over.
 */
export class Bulkhead {
  options: BulkheadOptions | undefined;
  #running = 0;
  // Taken slots by class: critical, normal, background.
  readonly #taken: [number, number, number] = [0, 0, 0];

  constructor(options: BulkheadOptions | undefined) {
    this.options = options;
  }

  get running(): number {
    return this.#running;
  }

  take(permit: Permit): void {
    if (permit.host === undefined) {
      this.#taken[permit.priority as 0 | 1 | 2] += 1;
      this.#running += 1;
    }
    this.join(permit.host ?? permit);
  }

  /** Keeps the slot of a running call taken for one more. */
  join(host: Permit): void {
    host.sharers += 1;
  }

  /** One of those who share a slot is over. */
  part(host: Permit): void {
    host.sharers -= 1;
    if (host.sharers > 0) return;
    this.#taken[host.priority as 0 | 1 | 2] -= 1;
    this.#running -= 1;
  }

  /** Whether a call of this class finds a slot that is not kept for a higher one. */
  has(priority: number): boolean {
    const { options } = this;
    if (!options) return true;
    if (this.#running >= options.limit) return false;
    if (priority === 0 || !options.reserved) return true;
    const [, normal, background] = this.#taken;
    const ordinary = options.limit - (options.reserved.critical ?? 0);
    if (normal + background >= ordinary) return false;
    return priority === 1 || background < ordinary - (options.reserved.normal ?? 0);
  }
}
