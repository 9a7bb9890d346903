/**
 * The time of the exchange, kept as an offset to the local clock: signatures are refused when their timestamp is
 * more than 30 seconds off.
 */
export class ServerClock {
  readonly #now: () => number;
  readonly #fetchServerTime: () => Promise<number>;
  #offsetMs = 0;
  #pending: Promise<void> | undefined;
  #settings = 0;

  constructor(now: () => number, fetchServerTime: () => Promise<number>) {
    this.#now = now;
    this.#fetchServerTime = fetchServerTime;
  }

  /** Server time minus local time, in milliseconds; 0 until the exchange has told its time. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** How often the clock has been set. */
  get settings(): number {
    return this.#settings;
  }

  /** The present time of the exchange, in milliseconds since 1970. */
  now(): number {
    return Math.round(this.#now() + this.#offsetMs);
  }

  /** Asks the exchange for its time. Calls that come while it is being asked share the answer. */
  synchronize(): Promise<void> {
    this.#pending ??= this.#measure().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Takes over what an answer that came just now says of the time. */
  set(sentAt: number, serverTime: number): void {
    // The answer was true about half-way between sending and receiving.
    this.#offsetMs = serverTime - (sentAt + this.#now()) / 2;
    this.#settings += 1;
  }

  async #measure(): Promise<void> {
    const sentAt = this.#now();
    this.set(sentAt, await this.#fetchServerTime());
  }
}
