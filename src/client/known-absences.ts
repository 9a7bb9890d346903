import { WEEXSystemError } from '../errors/index.js';
import type { SightingKind } from './sightings.js';

/**
 * How far the times of the exchange may differ from what is known of them: much more than the 30 s by which the
 * timestamp of a request may be off.
 */
const marginMs = 300_000;
/** The history can be asked for at most 90 days. */
const longestMs = 80 * 86_400_000;
/** How many ids are remembered: generated ones, the oldest of which are forgotten first, and seen ones of a symbol. */
const capacity = { generated: 10_000, seen: 200_000 } as const;
/** A history of more pages is not read again before that proves something. */
export const fewPages = 2;

/** A moment on two clocks: one stands still while the machine sleeps, and the other may be set. */
interface Moment {
  readonly passed: number;
  readonly wall: number;
}

/** A search of everything, or of everything since what an earlier one proved. */
export interface FullSearch {
  readonly begun: Moment;
  /** Every client order id that it saw. */
  readonly ids: ReadonlySet<string>;
  /** How many pages of the history it read. */
  readonly pages: number;
}

/** What is known about the orders of one symbol. */
interface Coverage {
  /** Orders created before have ids that were seen. */
  until: Moment | undefined;
  readonly seen: Set<string>;
  /** The last search, which proves as much if a later one confirms it. */
  last: { readonly begun: Moment; readonly endedAt: number; readonly pages: number } | undefined;
}

/** How much of the history a lookup has to read. */
export interface Range {
  /** The time of the exchange from which on it is read, in milliseconds since 1970; `undefined`: all of it. */
  readonly startTime: number | undefined;
  /** Whether an order that is not in this range is absent. */
  readonly isProof: boolean;
  /** Whether it is a {@link FullSearch}. */
  readonly isFull: boolean;
}

/** Everything is read. */
export const everything: Range = { startTime: undefined, isProof: true, isFull: true };

/** What is known about the exchange. */
export interface KnownTime {
  readonly serverNow: () => number;
  /** Whether the exchange's time was learned, and the local clock has not been set since. */
  readonly isTimeKnown: () => boolean;
  /** How long after its execution an order may stay invisible, in milliseconds. */
  readonly visibleWithinMs: number;
}

/**
 * Since when an order with an id can exist: its lookups need not read the history before. An id that the client
 * generates is new. Another one that a full search has not seen is absent up to the start of that search, if a second
 * one after `visibleWithinMs` has not seen it either: an order that left the list of open orders just before the first
 * one is in the history by then.
 */
export class KnownAbsences {
  readonly #time: KnownTime;
  readonly #generated: Map<string, Moment> = new Map();
  readonly #readLong: Set<string> = new Set();
  readonly #coverages: Map<string, Coverage> = new Map();

  constructor(time: KnownTime) {
    this.#time = time;
  }

  static now(): Moment {
    return { passed: performance.now(), wall: Date.now() };
  }

  /**
   * Begins to read the rest of a long history: one lookup of a symbol at a time, since what it finds out shortens the
   * others. Returns what ends the turn.
   *
   * @throws WEEXSystemError if another lookup reads it.
   */
  readLong(kind: SightingKind, symbol: string): () => void {
    const key = `${kind} ${symbol}`;
    if (this.#readLong.has(key)) throw noProof(symbol);
    this.#readLong.add(key);
    return () => this.#readLong.delete(key);
  }

  /** Notes that an id was generated just now. */
  generated(kind: SightingKind, id: string): void {
    this.#generated.set(`${kind} ${id}`, KnownAbsences.now());
    if (this.#generated.size <= capacity.generated) return;
    for (const oldest of this.#generated.keys()) {
      this.#generated.delete(oldest);
      return;
    }
  }

  /** Notes a full search that was read to its end. */
  searched(kind: SightingKind, symbol: string, { begun, ids, pages }: FullSearch): void {
    const key = `${kind} ${symbol}`;
    const { last, seen, until } = this.#coverages.get(key) ?? { seen: new Set(), until: undefined };
    for (const id of ids) seen.add(id);
    const isConfirmed = last !== undefined && begun.passed >= last.endedAt + this.#time.visibleWithinMs;
    const next = last && !isConfirmed ? last : { begun, endedAt: performance.now(), pages };
    if (seen.size > capacity.seen) this.#coverages.delete(key);
    else this.#coverages.set(key, { seen, until: isConfirmed ? last.begun : until, last: next });
  }

  /**
   * Returns what has to be read for orders with these ids. If `mayWait`, it is not everything while a long history
   * that was just read cannot be confirmed yet.
   */
  range(kind: SightingKind, symbol: string, ids: ReadonlySet<string>, mayWait: boolean): Range {
    if (!this.#time.isTimeKnown()) return everything;
    const { seen, until, last } = this.#coverages.get(`${kind} ${symbol}`) ?? {};
    const now = KnownAbsences.now();
    const isTooEarly =
      mayWait &&
      last !== undefined &&
      last.pages > fewPages &&
      now.passed < last.endedAt + this.#time.visibleWithinMs;
    let agoMs = 0;
    let isProof = true;
    for (const id of ids) {
      let moment = this.#generated.get(`${kind} ${id}`);
      if (!moment && seen && !seen.has(id)) {
        moment = until ?? (isTooEarly ? last.begun : undefined);
        isProof &&= until !== undefined;
      }
      if (!moment) return everything;
      agoMs = Math.max(agoMs, since(moment, now));
    }
    if (agoMs > longestMs) return everything;
    const startTime = Math.floor(this.#time.serverNow() - agoMs - marginMs);
    return { startTime, isProof, isFull: until !== undefined && agoMs >= since(until, now) };
  }
}

/** The error of a lookup that found nothing and proves nothing. */
export function noProof(symbol: string): WEEXSystemError {
  return new WEEXSystemError(
    `Cannot tell yet whether the order exists: the long history of ${symbol} was read a moment ago, when it may not have ` +
      'been complete',
    { retryAfter: 1 },
  );
}

function since({ passed, wall }: Moment, now: Moment): number {
  return Math.max(0, now.passed - passed, now.wall - wall);
}
