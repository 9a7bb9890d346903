/** What is counted of one key. */
export interface TopCount {
  readonly key: string;
  /** How often it was counted: never too low, too high by at most `overcount`. */
  count: number;
  /** What `count` may hold of keys that this one pushed out; 0 where it is exact. */
  readonly overcount: number;
  /** How many of these errors left an outcome unknown. */
  unknownOutcomes: number;
  readonly firstSeenMs: number;
  lastSeenMs: number;
}

/**
 * The most frequent of any number of keys, in bounded memory: the Space-Saving sketch of Metwally, Agrawal and El
 * Abbadi (2005). Up to `capacity` distinct keys every count is exact. Beyond, a new key takes the place and the
 * count of the rarest one: a count is too high by at most the total divided by `capacity`, a key more frequent
 * than that is always present, and the counts always add up to the total.
 */
export class TopCounts {
  readonly #capacity: number;
  readonly #places = new Map<string, number>();
  // A binary heap, the rarest key on top, so that finding the one to push out costs no scan.
  readonly #heap: TopCount[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many keys are held. */
  get size(): number {
    return this.#heap.length;
  }

  /** Counts a key once. */
  add(key: string, nowMs: number, unknownOutcome: boolean): void {
    const place = this.#places.get(key);
    const entry = place === undefined ? undefined : this.#heap[place];
    if (place === undefined || !entry) {
      this.#enter({ key, firstSeenMs: nowMs, lastSeenMs: nowMs, unknownOutcomes: unknownOutcome ? 1 : 0 });
      return;
    }
    entry.count += 1;
    entry.lastSeenMs = nowMs;
    if (unknownOutcome) entry.unknownOutcomes += 1;
    this.#sink(place);
  }

  /** The most frequent first, at most `limit` of them. */
  top(limit: number = this.#capacity): TopCount[] {
    return this.#heap
      .toSorted((a, b) => b.count - a.count || a.firstSeenMs - b.firstSeenMs)
      .slice(0, limit)
      .map((entry) => ({ ...entry }));
  }

  /** Forgets everything and takes these instead, the rarest left out where there is no room. */
  restore(entries: readonly TopCount[]): void {
    this.#places.clear();
    const kept = entries.toSorted((a, b) => b.count - a.count).slice(0, this.#capacity);
    // In ascending order a list is a heap already.
    this.#heap.splice(0, this.#heap.length, ...kept.toReversed().map((entry) => ({ ...entry })));
    this.#heap.forEach((entry, place) => this.#places.set(entry.key, place));
  }

  #enter(facts: Omit<TopCount, 'count' | 'overcount'>): void {
    const rarest = this.#heap[0];
    if (this.#heap.length < this.#capacity || !rarest) {
      this.#heap.push({ ...facts, count: 1, overcount: 0 });
      this.#rise(this.#heap.length - 1);
      return;
    }
    this.#places.delete(rarest.key);
    this.#heap[0] = { ...facts, count: rarest.count + 1, overcount: rarest.count };
    this.#places.set(facts.key, 0);
    this.#sink(0);
  }

  #rise(from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#countAt(above) <= this.#countAt(place)) break;
      this.#swap(place, above);
      place = above;
    }
    this.#note(place);
  }

  #sink(from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      const smaller = this.#countAt(left + 1) < this.#countAt(left) ? left + 1 : left;
      if (this.#countAt(place) <= this.#countAt(smaller)) break;
      this.#swap(place, smaller);
      place = smaller;
    }
    this.#note(place);
  }

  /** The count at a place; beyond the end nothing is rarer. */
  #countAt(place: number): number {
    return this.#heap[place]?.count ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]] as [TopCount, TopCount];
    this.#heap[one] = b;
    this.#heap[other] = a;
    this.#note(one);
    this.#note(other);
  }

  #note(place: number): void {
    const entry = this.#heap[place];
    if (entry) this.#places.set(entry.key, place);
  }
}
