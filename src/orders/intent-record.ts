import type { Intent, IntentJournal, IntentOutcome } from './intent-journal.js';

/** What is written down of one intent, and by whom. */
export interface RecordOptions {
  readonly journal: IntentJournal | undefined;
  /** The caller's own hook, called until it has succeeded once. */
  readonly persist: () => unknown;
  readonly intent: Omit<Intent, 'begunAt' | 'sentAt'>;
}

/** Keeps the memory of one intent: before it is sent, and when its outcome is known. */
export class IntentRecord {
  readonly #options: RecordOptions;
  readonly #begunAt: number = Date.now();
  #persisted = false;
  #written = false;

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** Writes it down; nothing may be sent before. */
  async beforeSend(): Promise<void> {
    const { intent, journal, persist } = this.#options;
    if (!this.#persisted) {
      await persist();
      this.#persisted = true;
    }
    if (!journal) return;
    await journal.sent({ ...intent, begunAt: this.#begunAt, sentAt: Date.now() });
    this.#written = true;
  }

  /**
   * Forgets it, one turn of the event loop after the caller was told: a program that dies in between hears of it
   * once more after its restart, rather than never.
   */
  settle(outcome: IntentOutcome): void {
    if (this.#written) setImmediate(() => void this.#forget(outcome));
  }

  async #forget(outcome: IntentOutcome): Promise<void> {
    const { intent, journal } = this.#options;
    try {
      await journal?.settled(intent.clientOrderId, outcome);
    } catch {
      // It stays open: the next recovery looks it up once more.
    }
  }
}
