import { isWEEXError } from '../errors/index.js';
import type { StreamedOrder } from './stream-types.js';

/** Reads what is needed to fill a gap. */
export interface GapReader {
  /** The open orders, including conditional ones. */
  open(): Promise<readonly StreamedOrder[]>;
  /** The past orders of a symbol, from a time on. */
  past(symbol: string, startTime: number): Promise<readonly StreamedOrder[]>;
}

/** Receives the results of filling gaps. */
export interface GapListener {
  /** An order as it was read, each of its states once per gap. */
  read(order: StreamedOrder): void;
  /**
   * Everything that was missed has been read: `orders` is the number of orders; `refused` lists symbols whose history
   * is refused.
   */
  filled(orders: number, refused: readonly string[]): void;
  failed(error: unknown): void;
}

/** What was missed for a symbol. */
interface Missed {
  readonly since: number;
  /** When it was missed. */
  readonly at: number;
  /** Whether it has been read, but so early that reads may not have shown all of it. */
  readonly isRead: boolean;
}

/** An open order. */
interface Standing {
  readonly symbol: string;
  /** 0 if it is not known. */
  readonly placedAt: number;
  readonly heardAt: number;
}

/** The first and the last moment that was missed, and the states that were reported since. */
interface Gap {
  since: number;
  at: number;
  readonly told: Map<string, string>;
  readonly refused: Set<string>;
  /** Orders that were reported and not counted yet. */
  news: number;
  isFilled: boolean;
}

/** Reads cost weight, 10 per history: only a few are made at a time, and gaps within the pause are merged. */
const pauseMs = 5_000;
const symbolsAtOnce = 10;
/** Each read starts this long before the last update, so that updates shown late are not missed. */
const overlapMs = 10_000;
/** Reads lag: what was read earlier than this after it was missed is read once more. */
const lagMs = 5_000;

/** An order that is younger may not be shown yet. */
const shownAfterMs = 60_000;
/** The exchange returns the last 90 days. */
const longestMs = 89 * 86_400_000;

const finished: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED']);

/** Reads over REST what a stream missed: in parts, and again until it succeeds. */
export class StreamGap {
  readonly #reader: GapReader;
  readonly #listener: GapListener;
  /** The present time of the exchange. */
  readonly #now: () => number;
  /** The symbol with the most recent update comes last. */
  readonly #symbols: Set<string> = new Set();
  /** The open orders as far as they are known. */
  readonly #standing: Map<string, Standing> = new Map();
  readonly #missing: Map<string, Missed> = new Map();
  #gap: Gap | undefined;
  #heardAt: number;
  #isReading = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(reader: GapReader, listener: GapListener, now: () => number) {
    this.#reader = reader;
    this.#listener = listener;
    this.#now = now;
    this.#heardAt = now();
  }

  /** Records what the stream has reported. */
  hear({ orderId, status, symbol, time, updateTime }: StreamedOrder): void {
    this.#symbols.delete(symbol);
    this.#symbols.add(symbol);
    if (finished.has(status)) this.#standing.delete(orderId);
    else {
      const placedAt = this.#isPlausible(time) ? time : 0;
      this.#standing.set(orderId, { symbol, placedAt, heardAt: this.#now() });
    }
    if (this.#isPlausible(updateTime)) {
      this.#heardAt = Math.max(this.#heardAt, Math.min(updateTime, this.#now()));
    }
  }

  /** Fills what has been missed since. */
  fill(): void {
    const at = this.#now();
    const since = Math.min(this.#gap?.since ?? Infinity, this.#heardAt - overlapMs);
    const { news = 0, refused = new Set<string>(), told = new Map<string, string>() } = this.#gap ?? {};
    this.#gap = { since, at, told, refused, news, isFilled: false };
    for (const symbol of [...this.#symbols].toReversed()) this.#miss(symbol, this.#gap);
    if (!this.#isReading && !this.#timer) void this.#read(this.#gap);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  /** A time in the future was not meant in milliseconds. */
  #isPlausible(time: number): boolean {
    return time > 0 && time <= this.#now() + overlapMs;
  }

  /** The history is queried by the time at which an order was placed: an order that was open may have ended since. */
  #miss(symbol: string, { at, since }: Gap): void {
    const earlier = this.#missing.get(symbol)?.since ?? Infinity;
    let first = Math.min(since, earlier);
    for (const order of this.#standing.values()) {
      if (order.symbol === symbol) first = Math.min(first, order.placedAt);
    }
    this.#missing.set(symbol, { since: Math.max(first, at - longestMs), at, isRead: false });
  }

  async #read(gap: Gap): Promise<void> {
    this.#isReading = true;
    const startedAt = this.#now();
    const failure = await this.#readPart(gap, startedAt);
    this.#isReading = false;
    if (this.#isEnded) return;
    if (failure) this.#listener.failed(failure.error);
    // If they differ, another gap has opened in the meantime.
    else if (this.#gap === gap) this.#conclude(gap, startedAt);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#gap) void this.#read(this.#gap);
    }, pauseMs);
  }

  /** What failed is read again, and the rest is kept. */
  async #readPart(gap: Gap, startedAt: number): Promise<{ readonly error: unknown } | undefined> {
    try {
      const open = await this.#reader.open();
      for (const { symbol } of open) {
        if (!this.#symbols.has(symbol)) this.#miss(symbol, gap);
        this.#symbols.add(symbol);
      }
      this.#forget(open, startedAt);
      for (const order of open) this.#tell(order, gap);
    } catch (error) {
      return { error };
    }
    let failure: { readonly error: unknown } | undefined;
    const part = [...this.#missing].slice(0, symbolsAtOnce);
    await Promise.all(
      part.map(async ([symbol, missed]) => {
        try {
          const past = await this.#reader.past(symbol, missed.since);
          for (const order of past) this.#tell(order, gap);
          this.#settle(symbol, missed, startedAt);
        } catch (error) {
          // A symbol that the exchange no longer has must not keep others from being read.
          if (isRefused(error)) {
            gap.refused.add(symbol);
            this.#settle(symbol, missed, Infinity);
          } else failure ??= { error };
        }
      }),
    );
    return failure;
  }

  /** Marks a symbol as read, unless it was missed again in the meantime. */
  #settle(symbol: string, missed: Missed, startedAt: number): void {
    if (this.#missing.get(symbol) !== missed) return;
    this.#missing.delete(symbol);
    const isSure = missed.isRead || startedAt - missed.at >= lagMs;
    // At the end, after those that have not been read at all.
    if (!isSure) this.#missing.set(symbol, { ...missed, isRead: true });
  }

  #conclude(gap: Gap, startedAt: number): void {
    const isFilled = ![...this.#missing.values()].some(({ isRead }) => !isRead);
    if (isFilled && (!gap.isFilled || gap.news > 0)) {
      this.#listener.filled(gap.news, [...gap.refused]);
      gap.isFilled = true;
      gap.news = 0;
    }
    if (this.#missing.size === 0 && startedAt - gap.at >= lagMs) this.#gap = undefined;
  }

  #tell(order: StreamedOrder, gap: Gap): void {
    const { executedQty, orderId, status, updateTime } = order;
    const state = `${status} ${executedQty} ${updateTime}`;
    if (this.#isEnded || gap.told.get(orderId) === state) return;
    gap.told.set(orderId, state);
    gap.news += 1;
    this.#listener.read(order);
  }

  /** An order that is no longer open ended in a gap, even if no history shows it: it is not expected any more. */
  #forget(open: readonly StreamedOrder[], startedAt: number): void {
    const standing = new Set(open.map(({ orderId }) => orderId));
    for (const [orderId, { heardAt, placedAt }] of this.#standing) {
      const since = placedAt || heardAt;
      if (!standing.has(orderId) && since < startedAt - shownAfterMs) this.#standing.delete(orderId);
    }
  }
}

/** Whether the exchange itself refuses a symbol, however often it is queried. */
function isRefused(error: unknown): boolean {
  return isWEEXError(error) && error.kind === 'request' && error.code !== undefined;
}
