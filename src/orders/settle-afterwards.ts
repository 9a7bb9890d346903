import type { IntentJournal, IntentOutcome } from './intent-journal.js';

/**
 * Takes an intent out of a journal one turn of the event loop after the caller was told: a program that dies in
 * between hears of it once more after its restart, rather than never. It never throws.
 */
export function settleAfterwards(
  journal: IntentJournal,
  clientOrderId: string,
  outcome: IntentOutcome,
): void {
  setImmediate(() => void settle(journal, clientOrderId, outcome));
}

async function settle(journal: IntentJournal, clientOrderId: string, outcome: IntentOutcome): Promise<void> {
  try {
    await journal.settled(clientOrderId, outcome);
  } catch {
    // It stays open: the next recovery looks it up once more.
  }
}
