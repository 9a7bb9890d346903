/** A call that waits. It is itself the node of the list, so it can leave from any position in constant time. */
export interface Waiter {
  /** As a number: 0 critical, 1 normal, 2 background. */
  readonly priority: number;
  /** The cool-down of its policy. */
  readonly coolDown?: object | undefined;
  /** What it takes from a rate limit. */
  readonly cost?: number | undefined;
  /** When it started to wait. */
  waitingSince: number;
  /** The fields that the list uses. */
  links?: Links | undefined;
}

/** The position of a waiter in its list. */
export interface Links {
  list: WaitList | undefined;
  previous: Waiter | undefined;
  next: Waiter | undefined;
  order: number;
}

/** The waiters of one class, in order of arrival. */
export class WaitList {
  head: Waiter | undefined;
  tail: Waiter | undefined;
  size = 0;
}

// Every fourth grant goes to the call that has waited longest, if it has waited long enough.
const agedEvery = 4;
const agedAfterMs = 1_000;

/**
 * Waiting calls, in order of class and, within a class, of arrival. So that no class starves, every fourth grant goes
 * to the call that has waited longest, once it has waited over a second. Every operation takes constant time.
 */
export class WaitQueue {
  readonly #lists = [new WaitList(), new WaitList(), new WaitList()] as const;
  #size = 0;
  #arrivals = 0;
  #grants = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of waiting calls that are not critical. */
  get ordinarySize(): number {
    return this.#lists[1].size + this.#lists[2].size;
  }

  sizeOf(priority: number): number {
    return this.#list(priority).size;
  }

  /** The cost of all waiting calls of a class, assuming that each costs as much as the first. */
  costOf(priority: number): number {
    const { head, size } = this.#list(priority);
    return (head?.cost ?? 0) * size;
  }

  /** Whether a call waits that a new call of this class may not overtake. */
  hasAhead(priority: number): boolean {
    if (this.#size === 0) return false;
    for (let higher = 0; higher <= priority; higher += 1) if (this.#list(higher).head) return true;
    return false;
  }

  /** The head of the highest class with waiting calls. */
  get first(): Waiter | undefined {
    return this.#lists[0].head ?? this.#lists[1].head ?? this.#lists[2].head;
  }

  add(waiter: Waiter, now: number): void {
    const list = this.#list(waiter.priority);
    this.#arrivals += 1;
    waiter.waitingSince = now;
    waiter.links = { list, previous: list.tail, next: undefined, order: this.#arrivals };
    if (list.tail?.links) list.tail.links.next = waiter;
    else list.head = waiter;
    list.tail = waiter;
    list.size += 1;
    this.#size += 1;
  }

  /** Removes a call from any position; `false` if it does not wait here. */
  remove(waiter: Waiter): boolean {
    const { links } = waiter;
    const list = links?.list;
    if (!links || !list || !this.#lists.includes(list)) return false;
    if (links.previous?.links) links.previous.links.next = links.next;
    else list.head = links.next;
    if (links.next?.links) links.next.links.previous = links.previous;
    else list.tail = links.previous;
    list.size -= 1;
    this.#size -= 1;
    waiter.links = undefined;
    return true;
  }

  /** Returns the call that goes next, or `undefined` if no call may go. */
  next(now: number, may: (waiter: Waiter) => boolean): Waiter | undefined {
    const heads = this.#lists.map((list) => list.head).filter((head) => head !== undefined);
    if (heads.length > 1 && this.#grants % agedEvery === agedEvery - 1) {
      const aged = this.longest(may);
      if (aged && now - aged.waitingSince >= agedAfterMs) return aged;
    }
    // If the first class may not go, the lower ones wait too: they would take what it waits for.
    const first = heads[0];
    return first && may(first) ? first : undefined;
  }

  /** Removes the call that {@link WaitQueue.next} returned, and counts the grant. */
  grant(waiter: Waiter): void {
    this.remove(waiter);
    this.#grants += 1;
  }

  /** The head of the highest class with waiting calls, if it may go. */
  nextByClass(may: (waiter: Waiter) => boolean): Waiter | undefined {
    const { first } = this;
    return first && may(first) ? first : undefined;
  }

  /** Returns the call that has waited longest among the heads that may go. */
  longest(may: (waiter: Waiter) => boolean): Waiter | undefined {
    let longest: Waiter | undefined;
    for (const { head } of this.#lists) {
      if (head && (!longest || head.waitingSince < longest.waitingSince) && may(head)) longest = head;
    }
    return longest;
  }

  /** Returns the call of a class that has waited longest. */
  oldest(priority: number): Waiter | undefined {
    return this.#list(priority).head;
  }

  #list(priority: number): WaitList {
    return this.#lists[priority] ?? this.#lists[1];
  }
}
