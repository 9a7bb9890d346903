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

/** What an intent of the journal can turn out to be; a conditional order has an `algoId`. */
export type RecoveredOrder = SpotOrder | ContractOrder | RecoveredAlgoOrder;

/** What the orders are looked up with. */
export interface RecoverParts {
  readonly spot: SpotClient;
  readonly contract: ContractClient;
  readonly settleMs: SettleMs | undefined;
  readonly reconcileDeadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Settles the orders that the parts of a journal hold open, oldest first; what else they hold is left alone. */
export async function recoverOrders(
  sections: JournalSections,
  { spot, contract, ...search }: RecoverParts,
): Promise<RecoveredIntent<RecoveredOrder>[]> {
  // The search knows an order by its `orderId` or `clientOrderId`.
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
