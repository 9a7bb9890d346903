import type { StreamedOrder } from './stream-types.js';

/** The kind of a client id: an order and a conditional order may have the same one. */
export type SightingKind = 'order' | 'algo';

/** How many ids are remembered; the oldest are forgotten first. */
const capacity = 10_000;

/** The calls waiting to see an order of a market, by its client order id. */
export class Sightings {
  readonly #waiting: Map<string, Set<(order: StreamedOrder) => void>> = new Map();
  /** Ids for which a call has waited before. */
  readonly #used: Set<string> = new Set();

  /** Whether a call has waited for an order with this id before. */
  isUsed(kind: SightingKind, clientOrderId: string): boolean {
    return this.#used.has(`${kind} ${clientOrderId}`);
  }

  /** Calls `seen` with every update of an order, until the returned function is called. */
  watch(kind: SightingKind, clientOrderId: string, seen: (order: StreamedOrder) => void): () => void {
    const key = `${kind} ${clientOrderId}`;
    const listeners = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, listeners.add(seen));
    return () => {
      listeners.delete(seen);
      if (listeners.size === 0) this.#waiting.delete(key);
      this.#used.add(key);
      if (this.#used.size <= capacity) return;
      for (const oldest of this.#used) {
        this.#used.delete(oldest);
        return;
      }
    };
  }

  /** Passes an order to the calls that wait for it. */
  tell(order: StreamedOrder): void {
    const kind = kindOf(order);
    for (const seen of this.#waiting.get(`${kind} ${order.clientOrderId}`) ?? []) seen(order);
  }
}

const states: ReadonlySet<string> = new Set([
  'NEW',
  'PENDING',
  'PARTIALLY_FILLED',
  'FILLED',
  'UNTRIGGERED',
  'CANCELING',
  'CANCELED',
  'REJECTED',
  'FAILED',
  'EXPIRED',
]);

/**
 * Both kinds come in one channel that does not say which; an update that could be either, or whose size or state
 * cannot be read, is ignored.
 */
function kindOf({ origQty, status, triggerPrice, type }: StreamedOrder): SightingKind | undefined {
  if (origQty === '' || Number.isNaN(Number(origQty)) || !states.has(status)) return undefined;
  if (Number(triggerPrice) > 0) return 'algo';
  return status !== 'UNTRIGGERED' && (type === 'LIMIT' || type === 'MARKET') ? 'order' : undefined;
}
