/** How much of the newest duration enters the estimate. */
const gain = 1 / 8;

/** Estimates how long attempts take, as TCP estimates its round trips: from a moving mean and a moving deviation. */
export class AttemptTimes {
  #mean: number | undefined;
  #deviation = 0;

  /** An attempt succeeded. */
  note(durationMs: number): void {
    if (this.#mean === undefined) {
      this.#mean = durationMs;
      this.#deviation = durationMs / 2;
      return;
    }
    const error = durationMs - this.#mean;
    this.#mean += error * gain;
    this.#deviation += (Math.abs(error) - this.#deviation) * gain;
  }

  /** How long all but a few attempts take, in milliseconds; 0 before the first. */
  get usualMs(): number {
    return this.#mean === undefined ? 0 : this.#mean + 2 * this.#deviation;
  }
}
