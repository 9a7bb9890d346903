/** The totals of a window of calls. */
export interface WindowTotals {
  calls: number;
  failures: number;
  slow: number;
}

/** Recent calls, with how many of them failed or were slow. */
export interface SlidingWindow {
  readonly totals: Readonly<WindowTotals>;
  record(now: number, failed: boolean, slow: boolean): void;
  /** Drops calls that are too old by then. */
  moveTo(now: number): void;
  /** Starts with the totals of another window, as if its calls were made now. */
  restore(now: number, totals: Readonly<WindowTotals>): void;
  clear(): void;
}

const bucketCount = 10;

/** The calls of the last `windowMs`, in ten buckets; older ones are dropped, also after a long pause. */
export class TimeWindow implements SlidingWindow {
  readonly totals: WindowTotals = { calls: 0, failures: 0, slow: 0 };
  readonly #buckets: WindowTotals[] = Array.from({ length: bucketCount }, () => ({
    calls: 0,
    failures: 0,
    slow: 0,
  }));
  readonly #bucketMs: number;
  #current = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / bucketCount;
  }

  record(now: number, failed: boolean, slow: boolean): void {
    this.moveTo(now);
    const bucket = this.#buckets[this.#current % bucketCount];
    if (bucket) add(bucket, failed, slow);
    add(this.totals, failed, slow);
  }

  restore(now: number, totals: Readonly<WindowTotals>): void {
    this.clear();
    this.moveTo(now);
    Object.assign(this.totals, totals);
    Object.assign(this.#buckets[this.#current % bucketCount] ?? {}, totals);
  }

  clear(): void {
    for (const bucket of this.#buckets) empty(bucket);
    empty(this.totals);
  }

  moveTo(now: number): void {
    const index = Math.floor(now / this.#bucketMs);
    if (index === this.#current) return;
    const passed = Math.min(bucketCount, Math.max(0, index - this.#current));
    for (let step = 0; step < passed; step += 1) {
      const bucket = this.#buckets[(index - step) % bucketCount];
      if (!bucket) continue;
      this.totals.calls -= bucket.calls;
      this.totals.failures -= bucket.failures;
      this.totals.slow -= bucket.slow;
      empty(bucket);
    }
    this.#current = index;
  }
}

/** The last `size` calls. */
export class CountWindow implements SlidingWindow {
  readonly totals: WindowTotals = { calls: 0, failures: 0, slow: 0 };
  // Bit 0: failed, bit 1: slow.
  readonly #results: Uint8Array;
  #next = 0;

  constructor(size: number) {
    this.#results = new Uint8Array(size);
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    const { totals } = this;
    if (totals.calls === this.#results.length) {
      const oldest = this.#results[this.#next] ?? 0;
      totals.calls -= 1;
      totals.failures -= oldest & 1;
      totals.slow -= oldest >> 1;
    }
    this.#results[this.#next] = (failed ? 1 : 0) | (slow ? 2 : 0);
    this.#next = (this.#next + 1) % this.#results.length;
    add(totals, failed, slow);
  }

  moveTo(): void {
    // Only new calls displace old ones.
  }

  restore(now: number, { calls, failures, slow }: Readonly<WindowTotals>): void {
    this.clear();
    const count = Math.min(calls, this.#results.length);
    for (let call = 0; call < count; call += 1) this.record(now, call < failures, call >= count - slow);
  }

  clear(): void {
    this.#next = 0;
    empty(this.totals);
  }
}

function add(totals: WindowTotals, failed: boolean, slow: boolean): void {
  totals.calls += 1;
  if (failed) totals.failures += 1;
  if (slow) totals.slow += 1;
}

function empty(totals: WindowTotals): void {
  totals.calls = 0;
  totals.failures = 0;
  totals.slow = 0;
}
