/** A `Date` header has whole seconds, and takes a moment to arrive: smaller differences prove nothing. */
const headerToleranceMs = 2_000;
/** How long a request that was stamped too late may still matter: its validity, twice over. */
const rememberedMs = 120_000;
/** How long after an unanswered request for the time the next one is made. */
const askAgainMs = 30_000;
/** How far the local clock may differ from the elapsed time before it counts as changed. */
const driftMs = 1_000;

/**
 * The time of the exchange, kept as an offset to the local clock: signatures are refused if their timestamp is more
 * than 30 seconds off, and a timestamp that is ahead stays valid for that much longer.
 */
export class ServerClock {
  readonly #now: () => number;
  readonly #fetchServerTime: () => Promise<number>;
  readonly #passed: () => number;
  #offsetMs = 0;
  #pending: Promise<void> | undefined;
  #settings = 0;
  /** Whether the local clock was changed since the offset was determined. */
  #hasJumped = false;
  /** When the time was last requested, on the monotonic clock. */
  #askedAt: number | undefined;
  /** The difference between local clock and monotonic clock when the offset was determined. */
  #base: number;
  #ahead: { readonly ms: number; readonly at: number } = { ms: 0, at: 0 };

  /** `passed` is a monotonic time: it reveals a change of the local clock. */
  constructor(
    now: () => number,
    fetchServerTime: () => Promise<number>,
    passed: () => number = () => performance.now(),
  ) {
    this.#now = now;
    this.#fetchServerTime = fetchServerTime;
    this.#passed = passed;
    this.#base = now() - passed();
  }

  /** Server time minus local time, in milliseconds; 0 until the exchange's time is known. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** How often the clock has been set. */
  get settings(): number {
    return this.#settings;
  }

  /** How far requests of the last two minutes may have been stamped ahead of the exchange, in milliseconds. */
  get aheadMs(): number {
    return this.#passed() - this.#ahead.at > rememberedMs ? 0 : this.#ahead.ms;
  }

  /** The present time of the exchange, in milliseconds since 1970. */
  now(): number {
    return Math.round(this.#now() + this.#offsetMs);
  }

  /** Requests the time of the exchange. Concurrent calls share the answer. */
  synchronize(): Promise<void> {
    this.#askedAt = this.#passed();
    this.#pending ??= this.#measure().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /**
   * Whether the time must be requested: it was not learned since the local clock was last changed, and not
   * requested a moment ago.
   */
  get isUnknown(): boolean {
    if (this.isTold) return false;
    return (
      this.#pending !== undefined ||
      this.#askedAt === undefined ||
      this.#passed() - this.#askedAt > askAgainMs
    );
  }

  /** Whether the time was learned, and the local clock has not been changed since. */
  get isTold(): boolean {
    if (Math.abs(this.#now() - this.#passed() - this.#base) > driftMs) {
      this.#base = this.#now() - this.#passed();
      this.#hasJumped = true;
      this.#askedAt = undefined;
    }
    return this.#settings > 0 && !this.#hasJumped;
  }

  /** Adopts the time of an answer that arrived just now. */
  set(sentAt: number, serverTime: number): void {
    // The answer was true about half-way between sending and receiving.
    const offsetMs = serverTime - (sentAt + this.#now()) / 2;
    const correctedMs = this.#offsetMs - offsetMs;
    if (correctedMs > this.aheadMs) this.#ahead = { ms: correctedMs, at: this.#passed() };
    this.#offsetMs = offsetMs;
    this.#base = this.#now() - this.#passed();
    this.#hasJumped = false;
    this.#settings += 1;
  }

  /**
   * Sets the clock by the `Date` header of an answer that arrived just now, if the two contradict each other and
   * the exchange's time is not known: that takes precedence over a header, which a proxy may have written.
   */
  observeDate(sentAt: number, date: unknown): void {
    if (this.isTold) return;
    const toldMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    const isBehind = toldMs - headerToleranceMs > this.now();
    const isAhead = toldMs + headerToleranceMs < sentAt + this.#offsetMs;
    if (isBehind || isAhead) this.set(sentAt, toldMs + 500);
  }

  async #measure(): Promise<void> {
    const sentAt = this.#now();
    this.set(sentAt, await this.#fetchServerTime());
  }
}
