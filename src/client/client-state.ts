import type { IntentJournal, Venue } from '../orders/index.js';
import { idKind, type OrderSafety, type SettleMs } from '../orders/order-safety.js';
import type { Coordinator } from '../policies/options/coordinator.js';
import type { ApiSymbols } from './api-symbols.js';
import type { Market } from './endpoint.js';
import type { KnownAbsences } from './known-absences.js';
import { lookupPolicy } from './lookup-policy.js';
import type { OpenCalls } from './open-calls.js';
import type { SightingKind, Sightings } from './sightings.js';

/** What the methods of one client have in common. */
export interface ClientState {
  readonly calls: OpenCalls;
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number;
  /** Knows the ids in use in other processes. */
  readonly coordinator: Coordinator | undefined;
}

/** What the methods of one market have in common. */
export interface MarketState extends ClientState {
  readonly market: Market;
  readonly venue: Venue;
  /** The present time of the exchange, in milliseconds since 1970. */
  readonly serverNow: () => number;
  /** The journal for the orders of the market. */
  readonly journal: IntentJournal | undefined;
  /** The journal for conditional orders. */
  readonly algoJournal: IntentJournal | undefined;
  /** Identifies the account and the market, without revealing the key. */
  readonly account: string;
  /** The symbols open to the API, as far as the program has read them. */
  readonly apiSymbols: ApiSymbols;
  /** Since when orders can exist, by their ids. */
  readonly absences: KnownAbsences;
  /** Passes updates of a stream to the calls that wait for an order. */
  readonly sightings: Sightings;
}

const states: WeakMap<object, MarketState> = new WeakMap();

/** Makes an object part of a client. */
export function setClientState(self: object, state: MarketState): void {
  states.set(self, state);
}

/** The client that an object is part of. */
export function clientState(self: unknown): MarketState {
  const state = typeof self === 'object' && self !== null ? states.get(self) : undefined;
  if (state) return state;
  throw new TypeError('Cannot call a client method without its object: write client.spot.getTicker(…)');
}

/** What the order safety of every method takes from its client, once per call. */
export const ofClient: Pick<
  OrderSafety<object, unknown[], unknown>,
  'settleMs' | 'journal' | 'venue' | 'account' | 'reconcileDeadlineMs' | 'lookupPolicy' | typeof idKind
> = {
  lookupPolicy,
  reconcileDeadlineMs(this: object): number {
    return clientState(this).reconcileDeadlineMs;
  },
  // Two API keys of one account have different names, so the name of the account cannot be used.
  [idKind](this: object): string {
    return clientState(this).market;
  },
  account(this: object): string {
    return clientState(this).account;
  },
  venue(this: object): Venue {
    return clientState(this).venue;
  },
  settleMs(this: object): SettleMs | undefined {
    return clientState(this).settleMs;
  },
  journal(this: object): IntentJournal | undefined {
    return clientState(this).journal;
  },
};

/** Further parts of the order safety of a method that places one order: updates from the client's stream. */
export const ofStream = (
  kind: SightingKind,
): { watch(this: object, id: string, seen: (order: never) => void): () => void } => ({
  watch(id, seen) {
    const { serverNow, sightings } = clientState(this);
    const isUsed = sightings.isUsed(kind, id);
    const startedAt = performance.now();
    return sightings.watch(kind, id, (order) => {
      // This drops a late update about an earlier use of the id, which the exchange may have refused. Only if there
      // was one: the time of the exchange is known to some milliseconds, and an order may be placed within fewer.
      if (isUsed && !(order.time >= serverNow() - (performance.now() - startedAt))) return;
      // Has every field of an acknowledgement, and more.
      seen({ ...order, transactTime: order.time, success: true } as never);
    });
  },
});
