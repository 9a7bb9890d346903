import { type IntentJournal, type RecoveredIntent, recoverIntents, weexVenues } from '../orders/index.js';
import type { SettleMs } from '../orders/order-safety.js';
import { asRecovered } from './algo-safety.js';
import type { RecoveredAlgoOrder } from './algo-types.js';
import type { ContractClient } from './contract-client.js';
import type { ContractOrder } from './contract-types.js';
import type { JournalSections } from './journal-section.js';
import { lookupPolicy } from './lookup-policy.js';
import type { SpotClient } from './spot-client.js';
import type { SpotOrder } from './spot-types.js';
import { isUnreadable, unknownIntent } from './unreadable-intent.js';

/** An order found for an intent of the journal; a conditional order has an `algoId`. */
export type RecoveredOrder = SpotOrder | ContractOrder | RecoveredAlgoOrder;

/** What is needed to look up the orders. */
export interface RecoverParts {
  readonly spot: SpotClient;
  readonly contract: ContractClient;
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Settles the orders that the sections of a journal have open, oldest first; other entries are not touched. */
export async function recoverOrders(
  sections: JournalSections,
  { spot, contract, ...search }: RecoverParts,
): Promise<RecoveredIntent<RecoveredOrder>[]> {
  // The search recognises an order by its `orderId` or `clientOrderId`.
  const findAlgo = async (id: string, symbol: string) =>
    asRecovered(await contract.findAlgoOrder(id, symbol));
  const finders: Readonly<
    Record<string, (id: string, symbol: string) => Promise<RecoveredOrder | undefined>>
  > = {
    'spot.placeOrder': (id, symbol) => spot.findOrder(id, symbol),
    'contract.placeOrder': (id, symbol) => contract.findOrder(id, symbol),
    'contract.placeAlgoOrder': findAlgo,
    'contract.placeTpSlOrder': findAlgo,
  };
  const recovered: RecoveredIntent<RecoveredOrder>[] = [];
  const recover = async (journal: IntentJournal): Promise<void> => {
    const intents = await recoverIntents<RecoveredOrder>({
      ...search,
      journal,
      select(intent) {
        if (isUnreadable(intent)) recovered.push(unknownIntent(intent));
        return intent.operation !== undefined && intent.operation in finders;
      },
      venue: weexVenues.contract,
      lookupPolicy,
      find: async ({ args: [order], clientOrderId, operation = '' }) =>
        finders[operation]?.(clientOrderId, (order as { symbol: string }).symbol),
    });
    recovered.push(...intents);
  };
  await Promise.all(Object.values(sections).map(recover));
  return recovered.toSorted((a, b) => a.intent.begunAt - b.intent.begunAt);
}
