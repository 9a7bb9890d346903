import type { SettleMs } from '../orders/order-safety.js';
import { sum } from '../orders/patience.js';
import { createPolicy } from '../policies/create-policy.js';
import type { ResiliencePolicy } from '../policies/resilience-policy.js';

/** The policy for lookups of orders: without stages, because the methods that read have their own policies. */
export const lookupPolicy: ResiliencePolicy = createPolicy({ name: 'clientLookup', effect: 'read' });

/** How long a search may take, in milliseconds: enough for its patience and one ban. */
export function defaultReconcileDeadlineMs(settleMs: SettleMs = 0): number {
  return Math.max(75_000, sum([settleMs].flat()) + 15_000);
}
