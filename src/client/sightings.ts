/** Who waits to see which order of a market, by its client order id. */
export class Sightings<Order> {
  readonly #waiting: Map<string, Set<(order: Order) => void>> = new Map();

  /** Calls `seen` with everything that is told of an order, until the function returned is called. */
  watch(clientOrderId: string, seen: (order: Order) => void): () => void {
    const listeners = this.#waiting.get(clientOrderId) ?? new Set();
    this.#waiting.set(clientOrderId, listeners.add(seen));
    return () => {
      listeners.delete(seen);
      if (listeners.size === 0) this.#waiting.delete(clientOrderId);
    };
  }

  /** Tells those who wait for it of an order. */
  tell(clientOrderId: string, order: Order): void {
    for (const seen of this.#waiting.get(clientOrderId) ?? []) seen(order);
  }
}
