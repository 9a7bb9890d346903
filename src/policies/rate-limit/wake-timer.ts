import type { Clock } from '../../core/time/clock.js';

/** A timer for the next time at which waiting calls may go. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: (now: number) => void;
  #timer: unknown;

  constructor(clock: Clock, wake: (now: number) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Sets the time instead of the previous one; `Infinity` for never. */
  set(at: number, now: number): void {
    this.clear();
    if (at === Infinity) return;
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#wake(this.#clock.now());
      },
      Math.max(1, Math.ceil(at - now)),
      'wait',
    );
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
