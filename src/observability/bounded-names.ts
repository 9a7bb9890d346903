/** Keeps the first names up to a limit; every further one is `other`. */
export class BoundedNames {
  readonly #names: Set<string> = new Set();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= this.#limit) return 'other';
    this.#names.add(name);
    return name;
  }
}
