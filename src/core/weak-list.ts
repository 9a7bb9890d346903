/** A list that keeps nothing alive: items that are not referenced elsewhere disappear from it. */
export class WeakList<Item extends object> implements Iterable<Item> {
  readonly #references: Set<WeakRef<Item>> = new Set();
  readonly #forgotten: FinalizationRegistry<WeakRef<Item>> = new FinalizationRegistry((reference) =>
    this.#references.delete(reference),
  );

  add(item: Item): void {
    const reference = new WeakRef(item);
    this.#references.add(reference);
    this.#forgotten.register(item, reference);
  }

  /** The items still in use, in insertion order. */
  *[Symbol.iterator](): Iterator<Item> {
    for (const reference of this.#references) {
      const item = reference.deref();
      if (item) yield item;
    }
  }
}
