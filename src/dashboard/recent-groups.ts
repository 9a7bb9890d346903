/** How often something was, and when. */
export interface Group<Facts> {
  facts: Facts;
  count: number;
  readonly first: number;
  last: number;
}

/** The latest items, with equal ones grouped; limited in number, those seen longest ago are forgotten first. */
export class RecentGroups<Facts> {
  readonly #capacity: number;
  readonly #groups: Map<string, Group<Facts>> = new Map();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(key: string, facts: Facts, now: number): void {
    const known = this.#groups.get(key);
    const { count = 0, first = now } = known ?? {};
    this.#groups.delete(key);
    this.#groups.set(key, { facts, count: count + 1, first, last: now });
    if (this.#groups.size <= this.#capacity) return;
    const [oldest] = this.#groups.keys();
    if (oldest !== undefined) this.#groups.delete(oldest);
  }

  /** The latest first. */
  latest(): Group<Facts>[] {
    return [...this.#groups.values()].toReversed();
  }
}
