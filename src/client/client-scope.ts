import type { IntentJournal } from '../orders/index.js';
import type { OrderSafety, SettleMs } from '../orders/order-safety.js';
import { lookUpPolicy } from './look-up-policy.js';
import type { OpenCalls } from './open-calls.js';

/** What the methods of one client have in common. */
export interface ClientScope {
  readonly calls: OpenCalls;
  readonly journal: IntentJournal | undefined;
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number;
}

const scopes: WeakMap<object, ClientScope> = new WeakMap();

/** Makes an object part of a client. */
export function setClientScope(self: object, scope: ClientScope): void {
  scopes.set(self, scope);
}

/** The client that an object is part of. */
export function clientScope(self: unknown): ClientScope {
  const scope = typeof self === 'object' && self !== null ? scopes.get(self) : undefined;
  if (scope) return scope;
  throw new TypeError('Cannot call a method of a client by itself: write client.spot.getTicker(…)');
}

/** What the order safety of every method takes from its client, once a call. */
export const ofClient: Pick<
  OrderSafety<object, unknown[], unknown>,
  'settleMs' | 'journal' | 'reconcileDeadlineMs' | 'lookUpPolicy'
> = {
  lookUpPolicy,
  reconcileDeadlineMs(this: object): number {
    return clientScope(this).reconcileDeadlineMs;
  },
  settleMs(this: object): SettleMs | undefined {
    return clientScope(this).settleMs;
  },
  journal(this: object): IntentJournal | undefined {
    return clientScope(this).journal;
  },
};
