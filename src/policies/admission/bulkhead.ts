import type { BulkheadOptions } from '../options/policy-options.js';
import type { Permit } from './permit.js';

/**
 * The slots of a bulkhead, counted by class; unlimited without options. A call made inside a running one shares its
 * slot, which is free again when the last of them is over.
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

  /** Adds a call that shares the slot of a running one. */
  join(host: Permit): void {
    host.sharers += 1;
  }

  /** Removes a call that shared a slot; the last one frees it. */
  part(host: Permit): void {
    host.sharers -= 1;
    if (host.sharers > 0) return;
    this.#taken[host.priority as 0 | 1 | 2] -= 1;
    this.#running -= 1;
  }

  /** Whether a slot is free that is not reserved for a higher class. */
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
