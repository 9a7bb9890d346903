/** A call that waits. It is its own place in the list, so that leaving costs nothing, wherever it stands. */
export interface Waiter {
  /** As a number: 0 critical, 1 normal, 2 background. */
  readonly priority: number;
  /** What it takes of a rate limit. */
  readonly cost?: number | undefined;
  /** When it began to wait. */
  waitingSince: number;
  /** The list's own fields. */
  links?: Links | undefined;
}

/** Where a waiter stands in its list. */
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

// After this many grants the oldest call of a lower class goes first, if it has waited long enough.
const agedEvery = 4;
const agedAfterMs = 1_000;

/**
 * Calls that wait, in order of class and, within a class, of arrival. So that no class starves, every fourth grant
 * goes to the call that has waited longest, once that is over a second. Every step takes constant time.
 */
export class WaitQueue {
  readonly #lists = [new WaitList(), new WaitList(), new WaitList()] as const;
  #size = 0;
  #arrivals = 0;
  #grants = 0;

  get size(): number {
    return this.#size;
  }

  /** How many wait that are not critical. */
  get ordinarySize(): number {
    return this.#lists[1].size + this.#lists[2].size;
  }

  sizeOf(priority: number): number {
    return this.#list(priority).size;
  }

  /** What those of a class cost, as if each cost what the first of them does. */
  costOf(priority: number): number {
    const { head, size } = this.#list(priority);
    return (head?.cost ?? 0) * size;
  }

  /** Whether somebody waits that a newcomer of this class may not overtake. */
  hasAhead(priority: number): boolean {
    if (this.#size === 0) return false;
    for (let higher = 0; higher <= priority; higher += 1) if (this.#list(higher).head) return true;
    return false;
  }

  /** The head of the highest class in which somebody waits. */
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

  /** Takes a call out, wherever it stands; `false` where it does not wait here. */
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

  /** The call that goes next among those that may, or `undefined`. */
  next(now: number, may: (waiter: Waiter) => boolean): Waiter | undefined {
    const heads = this.#lists.map((list) => list.head).filter((head) => head !== undefined);
    if (heads.length > 1 && this.#grants % agedEvery === agedEvery - 1) {
      const aged = this.longest(may);
      if (aged && now - aged.waitingSince >= agedAfterMs) return aged;
    }
    // A class that may not go keeps the lower ones behind it waiting too: they would take what it waits for.
    const first = heads[0];
    return first && may(first) ? first : undefined;
  }

  /** Takes the next call out, as {@link WaitQueue.next} chose it. */
  grant(waiter: Waiter): void {
    this.remove(waiter);
    this.#grants += 1;
  }

  /** The head of the highest class in which somebody waits, if it may go. */
  nextByClass(may: (waiter: Waiter) => boolean): Waiter | undefined {
    const { first } = this;
    return first && may(first) ? first : undefined;
  }

  /** The call that has waited longest, of the heads that may go. */
  longest(may: (waiter: Waiter) => boolean): Waiter | undefined {
    let longest: Waiter | undefined;
    for (const { head } of this.#lists) {
      if (head && (!longest || head.waitingSince < longest.waitingSince) && may(head)) longest = head;
    }
    return longest;
  }

  /** The one of a class that has waited longest. */
  oldest(priority: number): Waiter | undefined {
    return this.#list(priority).head;
  }

  #list(priority: number): WaitList {
    return this.#lists[priority] ?? this.#lists[1];
  }
}
