import type { Clock } from '../../core/time/clock.js';
import type { Permit } from './permit.js';

/** The longest time for which work that goes on after its caller was released holds its slot. */
const longestMs = 60_000;

/** The permits of work that goes on after its caller was released, in the order in which they were abandoned. */
export class AbandonedPermits {
  readonly #clock: Clock;
  readonly #onLate: (now: number) => void;
  /** Each permit with the time at which it was abandoned. */
  readonly #permits: Map<Permit, number> = new Map();
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
    this.#permits.set(permit, now);
  }

  /** The work is over. */
  delete(permit: Permit): void {
    this.#permits.delete(permit);
  }

  /** Removes and returns the permits that were abandoned too long ago. */
  takeLate(now: number): readonly Permit[] {
    const late: Permit[] = [];
    for (const [permit, since] of this.#permits) {
      if (now - since < longestMs) break;
      this.#permits.delete(permit);
      late.push(permit);
    }
    return late;
  }

  /** Starts the timer for the oldest permit. */
  arm(now: number): void {
    const [since] = this.#permits.values();
    if (since === undefined || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#onLate(this.#clock.now());
      },
      Math.max(1, Math.ceil(since + longestMs - now)),
    );
  }

  disarm(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
