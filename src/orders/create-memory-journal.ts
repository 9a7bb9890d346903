import type { Intent, IntentJournal } from './intent-journal.js';

/**
 * Returns a journal of intents that lives as long as the process: enough to settle, after an outage, what calls had
 * to leave open, but not to survive a crash.
 *
 * @example
 * ```ts
 * import { createMemoryJournal } from 'weex-resilience';
 *
 * const journal = createMemoryJournal();
 * console.log((await journal.open()).length); // 0
 * ```
 */
export function createMemoryJournal(): IntentJournal {
  const intents = new Map<string, Intent>();
  return {
    sent(intent) {
      intents.set(intent.clientOrderId, intent);
    },
    settled(clientOrderId) {
      intents.delete(clientOrderId);
    },
    isOpen: (clientOrderId) => intents.has(clientOrderId),
    open: () => [...intents.values()].toSorted((a, b) => a.begunAt - b.begunAt),
  };
}
