/** What is counted of one key. */
export interface TopCount {
  readonly key: string;
  /** How often it was counted: never too low, and too high by at most `overcount`. */
  readonly count: number;
  /** How much of `count` may belong to keys that this one replaced; 0 if it is exact. */
  readonly overcount: number;
  /** How many of these errors left an outcome unknown. */
  readonly unknownOutcomes: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** An entry knows its place in the heap, so that moving it touches no map. */
type Entry = { -readonly [Field in keyof TopCount]: TopCount[Field] } & { place: number };

/**
 * The most frequent of any number of keys, in bounded memory: the Space-Saving sketch of Metwally, Agrawal and El
 * Abbadi (2005). Up to `capacity` distinct keys every count is exact. Beyond, a new key takes the place and the
 * count of the rarest one: a count is too high by at most the total divided by `capacity`, a key more frequent
 * than that is always present, and the counts always add up to the total.
 */
export class TopCounts {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();
  // A binary heap, the rarest key on top, so that finding the one to push out costs no scan.
  readonly #heap: Entry[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many keys are held. */
  get size(): number {
    return this.#heap.length;
  }

  /** Counts a key once. */
  add(key: string, nowMs: number, unknownOutcome: boolean): void {
    const entry = this.#entries.get(key) ?? this.#enter(key, nowMs);
    entry.count += 1;
    entry.lastSeenMs = nowMs;
    if (unknownOutcome) entry.unknownOutcomes += 1;
    this.#sink(entry);
  }

  /** Those that were certainly counted most often first, equals in the order they came; at most `limit` of them. */
  top(limit: number = this.#capacity): TopCount[] {
    return [...this.#entries.values()]
      .toSorted((a, b) => b.count - b.overcount - (a.count - a.overcount))
      .slice(0, limit)
      .map(({ place: _place, ...entry }) => entry);
  }

  /** Replaces everything by these counts; if there is no room, the rarest are left out. */
  restore(counts: readonly TopCount[]): void {
    const kept = counts.toSorted((a, b) => b.count - a.count).slice(0, this.#capacity);
    this.#entries.clear();
    for (const count of kept) this.#entries.set(count.key, { ...count, place: 0 });
    this.#heap.length = 0;
    // In ascending order a list is a heap already.
    for (const entry of [...this.#entries.values()].toReversed()) this.#put(entry, this.#heap.length);
  }

  /** A place for a new key, not counted yet: a free one, or that of the rarest. */
  #enter(key: string, nowMs: number): Entry {
    const rarest = this.#heap.length < this.#capacity ? undefined : this.#heap[0];
    const entry: Entry = {
      key,
      count: rarest?.count ?? 0,
      overcount: rarest?.count ?? 0,
      unknownOutcomes: 0,
      firstSeenMs: nowMs,
      lastSeenMs: nowMs,
      place: rarest ? 0 : this.#heap.length,
    };
    if (rarest) this.#entries.delete(rarest.key);
    this.#entries.set(key, entry);
    if (rarest) this.#heap[0] = entry;
    else this.#rise(entry);
    return entry;
  }

  #rise(entry: Entry): void {
    for (let place = this.#heap.length; ; ) {
      const above = this.#heap[(place - 1) >> 1];
      if (place === 0 || !above || above.count <= entry.count) {
        this.#put(entry, place);
        return;
      }
      place = above.place;
      this.#put(above, entry.place);
      entry.place = place;
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      const rarer = right && left && right.count < left.count ? right : left;
      if (!rarer || entry.count <= rarer.count) {
        this.#put(entry, entry.place);
        return;
      }
      const { place } = rarer;
      this.#put(rarer, entry.place);
      entry.place = place;
    }
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}
