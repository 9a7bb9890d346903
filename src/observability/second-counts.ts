/** How many seconds are remembered: fifteen minutes. */
export const rememberedSeconds = 900;

/**
 * Counts per second over the last fifteen minutes, in constant memory. A clock that steps back is treated as stopped.
 */
export class SecondCounts {
  readonly #counts = new Uint32Array(rememberedSeconds);
  #second = 0;

  /** Counts one at this time. */
  add(nowMs: number): void {
    this.#moveTo(nowMs);
    this.#counts[this.#second % rememberedSeconds] = this.#at(this.#second) + 1;
  }

  /** How many were counted in the last `seconds` (1 to 900), the running second included. */
  last(seconds: number, nowMs: number): number {
    this.#moveTo(nowMs);
    let sum = 0;
    for (let back = 0; back < Math.min(seconds, this.#second + 1); back += 1)
      sum += this.#at(this.#second - back);
    return sum;
  }

  /** When the first of the last `seconds` that holds anything began, in milliseconds. */
  earliest(seconds: number, nowMs: number): number {
    this.#moveTo(nowMs);
    for (let second = Math.max(0, this.#second - seconds + 1); second < this.#second; second += 1) {
      if (this.#at(second) > 0) return second * 1000;
    }
    return this.#second * 1000;
  }

  /** The seconds since 1970 that hold anything, with their counts. */
  entries(): [second: number, count: number][] {
    const entries: [number, number][] = [];
    for (let back = Math.min(rememberedSeconds - 1, this.#second); back >= 0; back -= 1) {
      const count = this.#at(this.#second - back);
      if (count > 0) entries.push([this.#second - back, count]);
    }
    return entries;
  }

  /** Forgets everything and takes these instead. */
  restore(entries: readonly (readonly [second: number, count: number])[]): void {
    this.#counts.fill(0);
    this.#second = 0;
    for (const [second, count] of entries.toSorted(([a], [b]) => a - b)) {
      this.#moveTo(second * 1000);
      this.#counts[second % rememberedSeconds] = count;
    }
  }

  #at(second: number): number {
    return this.#counts[second % rememberedSeconds] ?? 0;
  }

  #moveTo(nowMs: number): void {
    const second = Math.max(this.#second, Math.floor(nowMs / 1000));
    const passed = Math.min(second - this.#second, rememberedSeconds);
    for (let ahead = 0; ahead < passed; ahead += 1) this.#counts[(second - ahead) % rememberedSeconds] = 0;
    this.#second = second;
  }
}
