import type { Clock } from '../context/clock.js';
import type { Permit } from './permit.js';

/** Work that goes on after its caller was released holds its slot no longer than this. */
const longestMs = 60_000;

/** The permits of work that goes on although its caller was released, in the order in which they were given up. */
export class AbandonedPermits {
  readonly #clock: Clock;
  readonly #onLate: (now: number) => void;
  readonly #permits: Set<Permit> = new Set();
  #timer: unknown;

  /** `onLate` is called when it is time to {@link AbandonedPermits.takeLate}, after {@link AbandonedPermits.arm}. */
  constructor(clock: Clock, onLate: (now: number) => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  get size(): number {
    return this.#permits.size;
  }

  add(permit: Permit, now: number): void {
    permit.abandonedAt = now;
    this.#permits.add(permit);
  }

  /** The work is over; `false` where its place was taken back before. */
  delete(permit: Permit): boolean {
    return this.#permits.delete(permit);
  }

  /** Those that were given up too long ago. */
  takeLate(now: number): readonly Permit[] {
    const late: Permit[] = [];
    for (const permit of this.#permits) {
      if (now - (permit.abandonedAt ?? now) < longestMs) break;
      this.#permits.delete(permit);
      late.push(permit);
    }
    return late;
  }

  /** Wakes up for the first of them. */
  arm(now: number): void {
    const [first] = this.#permits;
    if (!first || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#onLate(this.#clock.now());
      },
      Math.max(1, Math.ceil((first.abandonedAt ?? 0) + longestMs - now)),
    );
  }

  disarm(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
