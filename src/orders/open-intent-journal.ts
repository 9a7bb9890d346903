import type { ClassicLevel } from 'classic-level';
import type { Intent, IntentJournal } from './intent-journal.js';

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
    sent: (intent) => level.put(intent.clientOrderId, intent, { sync: true }),
    // Without a flush: an intent that comes back after a power cut is looked up once more, and that is all.
    settled: (clientOrderId) => level.del(clientOrderId),
    async open() {
      const intents = await level.values().all();
      return intents.toSorted((a, b) => a.begunAt - b.begunAt);
    },
    async close() {
      // What callers were just told is still to be taken out.
      await new Promise((resolve) => setImmediate(resolve));
      await level.close();
    },
  };
}

async function makeLevel(directory: string): Promise<ClassicLevel<string, Intent>> {
  try {
    const { ClassicLevel } = await import('classic-level');
    return new ClassicLevel(directory, { valueEncoding: 'json' });
  } catch (error) {
    throw new Error('Cannot open a journal of intents: install classic-level 3 beside weex-resilience', {
      cause: error,
    });
  }
}
