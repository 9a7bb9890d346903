import { isPromiseLike } from '../core/is-promise-like.js';
import { quietly } from '../observability/event-channel.js';
import { judgeFound } from './judge-found.js';
import type { Evidence } from './reconcile.js';
import { isRejected } from './rejected-order.js';

/** What an order that appears is compared with. */
export interface Sought {
  readonly clientOrderId: string;
  /** Whether the call's `matches` decides which order is its own. */
  readonly isJudgedByCaller: boolean;
  /** Describes in which field an order differs from what was ordered. */
  readonly mismatchOf: (found: unknown) => string | undefined;
}

/** An order that appears elsewhere while its call is running. Its absence proves nothing. */
export class Sighting {
  /** Resolves when the order is seen; otherwise never. */
  readonly arrival: Promise<Evidence>;
  #seen: Evidence | undefined;
  readonly #arrive: (evidence: Evidence) => void;

  constructor() {
    let arrive: (evidence: Evidence) => void = () => {};
    this.arrival = new Promise((resolve) => (arrive = resolve));
    this.#arrive = arrive;
  }

  /** What has been seen so far. */
  get seen(): Evidence | undefined {
    return this.#seen;
  }

  /** What was seen, unless its status says that it was rejected. */
  get standing(): { readonly value: unknown } | undefined {
    const seen = this.#seen;
    return seen?.outcome === 'found' && !isRejected(seen.value) ? seen : undefined;
  }

  /**
   * Starts to listen; returns a function that stops it. Listening only makes the outcome known earlier, so that nothing
   * that goes wrong with it may change the outcome.
   */
  watch(listen: (seen: (value: unknown) => void) => unknown, order: Sought): () => void {
    let listening: unknown;
    quietly(() => (listening = listen((value) => this.#take(value, order))));
    return () =>
      quietly(() => (isPromiseLike(listening) ? listening.then(stopListening) : stopListening(listening)));
  }

  /** Accepts an order if it is what was ordered, like a lookup. */
  #take(value: unknown, { clientOrderId, isJudgedByCaller, mismatchOf }: Sought): void {
    try {
      if (judgeFound(value, clientOrderId, isJudgedByCaller).is !== 'order') return;
      if (mismatchOf(value) !== undefined) return;
    } catch {
      // A `matches` that throws proves nothing.
      return;
    }
    this.#seen = { outcome: 'found', value };
    this.#arrive(this.#seen);
  }
}

function stopListening(stop: unknown): unknown {
  return typeof stop === 'function' ? (stop as () => unknown)() : undefined;
}
