/** How many windows a burst is remembered for. */
const rememberedWindows = 6;
/** Uses seen within this share of a window are one burst. */
const burstPart = 1 / 20;
/** How much is kept free for strangers, relative to what they are expected to take. */
const margin = 1.5;

/** The share of the limit that strangers are assumed to use if nothing in the headers explains a ban. */
const unexplained = 0.1;

interface Burst {
  readonly at: number;
  amount: number;
}

/**
 * What others on the same address or account take from a limit, as the headers show it: they may come at any time, and
 * if there is no room for what they take at once, everyone is banned.
 */
export class Strangers {
  #bursts: Burst[] = [];
  #sum = 0;
  /** The size of the burst to which the average permit belongs: small ones in between hide no large ones. */
  #usual = 0;

  /** Notes what strangers have taken. */
  note(amount: number, now: number, windowMs: number): void {
    const last = this.#bursts.at(-1);
    if (last && now - last.at < windowMs * burstPart) last.amount += amount;
    else this.#bursts.push({ at: now, amount });
    this.#count();
  }

  /** Notes that strangers must have exceeded the limit, unseen. */
  blame(limit: number, now: number, windowMs: number): void {
    this.note(Math.ceil(limit * unexplained), now, windowMs);
  }

  /** Returns how much is kept free for strangers if it is not known when the exchange counts from 0 again. */
  kept(now: number, windowMs: number): number {
    return Math.ceil(margin * this.usual(now, windowMs));
  }

  /** Returns how much is kept free for strangers in the time that is left until the exchange counts from 0 again. */
  keptFor(leftMs: number, now: number, windowMs: number): number {
    const usual = this.usual(now, windowMs);
    const [oldest] = this.#bursts;
    if (!oldest) return 0;
    const expected = ((this.#sum / usual) * leftMs) / Math.max(windowMs, now - oldest.at);
    // The deviation of a number of independent events is its root; and one more may come at any time.
    return Math.ceil(usual * (1 + margin * (expected + Math.sqrt(expected))));
  }

  /** Returns how much strangers usually take at once. */
  usual(now: number, windowMs: number): number {
    const from = now - rememberedWindows * windowMs;
    const [oldest] = this.#bursts;
    if (oldest && oldest.at < from) {
      this.#bursts = this.#bursts.filter(({ at }) => at >= from);
      this.#count();
    }
    return this.#usual;
  }

  #count(): void {
    this.#sum = this.#bursts.reduce((total, { amount }) => total + amount, 0);
    const squares = this.#bursts.reduce((total, { amount }) => total + amount * amount, 0);
    this.#usual = this.#sum === 0 ? 0 : squares / this.#sum;
  }
}
