import type { StreamedOrder } from './stream-types.js';

/** What a gap is filled from. */
export interface GapReader {
  /** The orders that stand, conditional ones too. */
  open(): Promise<readonly StreamedOrder[]>;
  /** The past orders of a symbol, from a time on. */
  past(symbol: string, startTime: number): Promise<readonly StreamedOrder[]>;
}

/** What is told of filling gaps. */
export interface GapListener {
  filled(orders: readonly StreamedOrder[]): void;
  failed(error: unknown): void;
}

/** Reads cost weight: gaps that follow each other within this time are filled together. */
const pauseMs = 5_000;
/** What the exchange shows late is not passed by: each read begins this much before the last thing that was heard. */
const overlapMs = 10_000;

/** An order that is younger may not be shown yet. */
const shownAfterMs = 60_000;
/** The exchange reads back 90 days. */
const longestMs = 89 * 86_400_000;

const finished: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED']);

/** Reads by REST what a stream missed: one read at a time, again until it succeeds. */
export class StreamGap {
  readonly #reader: GapReader;
  readonly #listener: GapListener;
  /** The present time of the exchange. */
  readonly #now: () => number;
  readonly #symbols: Set<string> = new Set();
  /** When each order was placed that stands as far as was heard. */
  readonly #standing: Map<string, number> = new Map();
  #heardAt: number;
  #isFilling = false;
  #isOpen = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(reader: GapReader, listener: GapListener, now: () => number) {
    this.#reader = reader;
    this.#listener = listener;
    this.#now = now;
    this.#heardAt = now();
  }

  /** Notes what came without a gap before it. */
  hear({ orderId, status, symbol, time, updateTime }: StreamedOrder): void {
    this.#symbols.add(symbol);
    if (finished.has(status)) this.#standing.delete(orderId);
    else this.#standing.set(orderId, time);
    if (!this.#isOpen) this.#heardAt = Math.max(this.#heardAt, updateTime || 0);
  }

  /** Fills what was missed since. */
  fill(): void {
    this.#isOpen = true;
    if (!this.#isFilling && !this.#timer) void this.#read();
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  /** What does not stand any more ended in a gap, also where no history tells of it: it is not waited for. */
  #forget(open: readonly StreamedOrder[], startedAt: number): void {
    const standing = new Set(open.map(({ orderId }) => orderId));
    for (const [orderId, placedAt] of this.#standing) {
      if (!standing.has(orderId) && placedAt < startedAt - shownAfterMs) this.#standing.delete(orderId);
    }
  }

  async #read(): Promise<void> {
    this.#isFilling = true;
    this.#isOpen = false;
    // The history is asked for by the time an order was placed.
    const oldest = [...this.#standing.values()].reduce((a, b) => Math.min(a, b), this.#heardAt - overlapMs);
    const startedAt = this.#now();
    const since = Math.max(oldest, startedAt - longestMs);
    try {
      const open = await this.#reader.open();
      for (const { symbol } of open) this.#symbols.add(symbol);
      const past = await Promise.all([...this.#symbols].map((symbol) => this.#reader.past(symbol, since)));
      this.#forget(open, startedAt);
      if (!this.#isEnded) this.#listener.filled([...open, ...past.flat()]);
    } catch (error) {
      this.#isOpen = true;
      if (!this.#isEnded) this.#listener.failed(error);
    }
    this.#isFilling = false;
    if (this.#isEnded) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isOpen) this.fill();
    }, pauseMs);
  }
}
