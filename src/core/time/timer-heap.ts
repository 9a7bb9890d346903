/** Something that falls due at a time. At the same time, the one with the lower handle comes first. */
interface Due {
  readonly handle: number;
  readonly dueMs: number;
}

/** Timers in the order in which they fall due. */
export class TimerHeap<Timer extends Due> {
  readonly #timers: Map<number, Timer> = new Map();
  // Includes deleted timers until they reach the top or become too many.
  #heap: Timer[] = [];

  get size(): number {
    return this.#timers.size;
  }

  get(handle: unknown): Timer | undefined {
    return this.#timers.get(handle as number);
  }

  values(): Iterable<Timer> {
    return this.#timers.values();
  }

  add(timer: Timer): void {
    this.#timers.set(timer.handle, timer);
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Timer;
      if (order(timer, above) > 0) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  /** Deletes a timer. Values that are not the handle of a timer are ignored. */
  delete(handle: unknown): void {
    this.#timers.delete(handle as number);
    if (this.#heap.length > 2 * this.#timers.size + 64)
      this.#heap = [...this.#timers.values()].toSorted(order);
  }

  /** The timer that falls due first. */
  first(): Timer | undefined {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#timers.has(first.handle)) return first;
      this.#dropFirst();
    }
    return undefined;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Timer;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && order(heap[child + 1] as Timer, heap[child] as Timer) < 0) child += 1;
      const below = heap[child] as Timer;
      if (order(below, last) > 0) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function order(left: Due, right: Due): number {
  return left.dueMs - right.dueMs || left.handle - right.handle;
}
