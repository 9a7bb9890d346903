import type { ClassicLevel } from 'classic-level';
import type { IntentJournal } from './intent-journal.js';
import { decodeIntent, encodeIntent } from './stored-intent.js';

/** A journal of intents on disk. */
export interface DurableIntentJournal extends IntentJournal {
  /** Gives the directory free. Every intent that is open then is found by the next `openIntentJournal`. */
  close(): Promise<void>;
}

/**
 * Opens a journal of intents in a directory of its own, which is made if it is missing. An intent is flushed to the
 * disk (fsync) before its order is sent, so that it survives `kill -9` and a power cut; what is settled is deleted.
 *
 * It needs the package `classic-level` (LevelDB), an optional peer dependency. One process at a time can hold a
 * directory. Arguments of calls are kept as JSON: the journal holds what your orders hold, and no credentials.
 *
 * In a worker thread, wait for `close()` before the worker ends: classic-level 3.0.0 crashes the whole process when a
 * worker is terminated while a write is under way, and nothing runs in a terminated worker that could prevent it.
 *
 * Each record has a version and a checksum. One that is damaged costs itself alone: `open()` leaves it out and emits a
 * process warning, `WEEX_JOURNAL_DAMAGED`, with the ids that cannot be read. What LevelDB itself drops from a log that
 * was damaged on the disk is not seen.
 *
 * @throws Error when `classic-level` is not installed, or when the directory cannot be opened, for example because
 * another process holds it.
 * @example
 * ```ts
 * import { recoverIntents } from 'weex-resilience';
 * import { openIntentJournal } from 'weex-resilience/journal';
 *
 * export async function start(directory: string, findOrder: (id: string) => Promise<object | undefined>) {
 *   const journal = await openIntentJournal(directory);
 *   await recoverIntents({ journal, find: (intent) => findOrder(intent.clientOrderId) });
 *   return journal;
 * }
 * ```
 */
export async function openIntentJournal(directory: string): Promise<DurableIntentJournal> {
  const level = await makeLevel(directory);
  try {
    await level.open();
  } catch (error) {
    const { message } = (error as { cause?: Error }).cause ?? (error as Error);
    throw new Error(`Cannot open the journal of intents in ${directory}: ${message}`, { cause: error });
  }
  return {
    sent: async (intent) => level.put(intent.clientOrderId, encodeIntent(intent), { sync: true }),
    // Without a flush: an intent that comes back after a power cut is looked up once more, and that is all.
    settled: (clientOrderId) => level.del(clientOrderId),
    async open() {
      const records = await level.iterator().all();
      const intents = records.flatMap(([, text]) => decodeIntent(text) ?? []);
      const damaged = records.filter(([, text]) => decodeIntent(text) === undefined).map(([id]) => id);
      if (damaged.length > 0) warnOfDamage(directory, damaged, records.length);
      return intents.toSorted((a, b) => a.begunAt - b.begunAt);
    },
    async close() {
      // What callers were just told is still to be taken out.
      await new Promise((resolve) => setImmediate(resolve));
      await level.close();
    },
  };
}

async function makeLevel(directory: string): Promise<ClassicLevel> {
  try {
    const { ClassicLevel } = await import('classic-level');
    return new ClassicLevel(directory, { valueEncoding: 'utf8' });
  } catch (error) {
    throw new Error('Cannot open a journal of intents: install classic-level 3 beside weex-resilience', {
      cause: error,
    });
  }
}

/** A warning of the process, since whoever opens the journal may log nothing by itself. */
function warnOfDamage(directory: string, ids: readonly string[], total: number): void {
  process.emitWarning(
    `Cannot read ${ids.length} of ${total} intents of the journal in ${directory}: look up the orders with the client ` +
      `order ids ${ids.join(', ')} before you place them again`,
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}
