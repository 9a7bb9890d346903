import type { IntentJournal, IntentOutcome } from './intent-journal.js';

/** The ids of each journal whose outcome is known but not recorded yet. */
const pending: WeakMap<IntentJournal, Map<string, NodeJS.Immediate>> = new WeakMap();

/** The open ids of journals without `isOpen`, read when they are first needed. */
const leftOpen: WeakMap<IntentJournal, Promise<Set<string>>> = new WeakMap();

/**
 * Removes an intent from a journal one turn of the event loop after the caller has the result: a program that dies
 * in between finds it again after its restart, rather than never. It never throws.
 */
export function settleAfterwards(
  journal: IntentJournal,
  clientOrderId: string,
  outcome: IntentOutcome,
): void {
  const settlements = pending.get(journal) ?? new Map<string, NodeJS.Immediate>();
  pending.set(journal, settlements);
  keepOpen(journal, clientOrderId);
  const settlement = setImmediate(() => {
    settlements.delete(clientOrderId);
    void settle(journal, clientOrderId, outcome);
  });
  settlements.set(clientOrderId, settlement);
}

/**
 * Cancels what {@link settleAfterwards} has not written yet, because an intent with the same id is recorded again.
 */
export function keepOpen(journal: IntentJournal, clientOrderId: string): void {
  const settlements = pending.get(journal);
  clearImmediate(settlements?.get(clientOrderId));
  settlements?.delete(clientOrderId);
}

/** Whether an intent of an earlier call, perhaps of an earlier run, is open in a journal. */
export async function isLeftOpen(journal: IntentJournal, clientOrderId: string): Promise<boolean> {
  if (pending.get(journal)?.has(clientOrderId)) return false;
  if (journal.isOpen) return journal.isOpen(clientOrderId);
  const ids = leftOpen.get(journal) ?? readOpen(journal);
  leftOpen.set(journal, ids);
  try {
    return (await ids).has(clientOrderId);
  } catch (error) {
    // Its store may be up at the next call.
    leftOpen.delete(journal);
    throw error;
  }
}

async function readOpen(journal: IntentJournal): Promise<Set<string>> {
  const intents = await journal.open();
  return new Set(intents.map(({ clientOrderId }) => clientOrderId));
}

async function settle(journal: IntentJournal, clientOrderId: string, outcome: IntentOutcome): Promise<void> {
  try {
    await journal.settled(clientOrderId, outcome);
    const ids = await leftOpen.get(journal);
    ids?.delete(clientOrderId);
  } catch {
    // It stays open: the next recovery looks it up once more.
  }
}
