import { keepOpen, settleAfterwards } from './journal-settlements.js';
import type { Intent, IntentJournal, IntentOutcome } from './intent-journal.js';

/** How the intent of one call is recorded, and in which journal. */
export interface RecordOptions {
  readonly journal: IntentJournal | undefined;
  /** The caller's own hook, called until it has succeeded once. */
  readonly persist: () => unknown;
  readonly intent: Omit<Intent, 'begunAt' | 'sentAt'>;
}

/** Maintains the record of one intent: before it is sent, and when its outcome is known. */
export class IntentRecord {
  readonly #options: RecordOptions;
  readonly #begunAt: number = Date.now();
  #persisted = false;
  #written = false;

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** The journal in which it is recorded, in addition to the caller's `persist`. */
  get journal(): IntentJournal | undefined {
    return this.#options.journal;
  }

  /** Takes over the record of an earlier call. */
  resume(): void {
    this.#written = true;
  }

  /** Records it; nothing may be sent before, nor after the returned time. */
  async beforeSend(): Promise<number | undefined> {
    const { intent, journal, persist } = this.#options;
    if (!this.#persisted) {
      await persist();
      this.#persisted = true;
    }
    if (!journal) return undefined;
    keepOpen(journal, intent.clientOrderId);
    await journal.sent({ ...intent, begunAt: this.#begunAt, sentAt: Date.now() });
    this.#written = true;
    return journal.sendBefore?.();
  }

  /** Removes it, after the caller has the result. */
  settle(outcome: IntentOutcome): void {
    const { intent, journal } = this.#options;
    if (journal && this.#written) settleAfterwards(journal, intent.clientOrderId, outcome);
  }
}
