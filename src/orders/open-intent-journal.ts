import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import type { IntentJournal } from './intent-journal.js';
import { decodeIntent, encodeIntent } from './stored-intent.js';

/** Beside the files of LevelDB, which leaves others alone. */
const countFile = 'OPEN-INTENTS';

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
 * process warning, `WEEX_JOURNAL_DAMAGED`, with the ids that cannot be read. Where a file of LevelDB is damaged, what
 * can be read is saved from it, and the same warning says how many intents are missing: their number is kept in a file
 * of its own. Where that was damaged too, it says how many bytes.
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
  const { level, ids } = await openLevel(directory);
  const count = openCount(join(directory, countFile));
  await warnOfLoss(directory, count.last, ids.size);
  return {
    async sent(intent) {
      const { clientOrderId } = intent;
      await level.put(clientOrderId, encodeIntent(intent), { sync: true });
      count.set(ids.add(clientOrderId).size);
    },
    // Without a flush: an intent that comes back after a power cut is looked up once more, and that is all.
    async settled(clientOrderId) {
      ids.delete(clientOrderId);
      count.set(ids.size);
      await level.del(clientOrderId);
    },
    async open() {
      const stored = await level.iterator().all();
      const intents = stored.flatMap(([, text]) => decodeIntent(text) ?? []);
      const damaged = stored.filter(([, text]) => decodeIntent(text) === undefined).map(([id]) => id);
      if (damaged.length > 0) warnOfDamage(directory, damaged, stored.length);
      return intents.toSorted((a, b) => a.begunAt - b.begunAt);
    },
    async close() {
      // What callers were just told is still to be taken out.
      await new Promise((resolve) => setImmediate(resolve));
      await level.close();
      count.close();
    },
  };
}

/** Opens the database; where a file of it is damaged, what can still be read is saved from it first. */
async function openLevel(
  directory: string,
): Promise<{ readonly level: ClassicLevel; readonly ids: Set<string> }> {
  const { ClassicLevel: Level } = await import('classic-level').catch((error: unknown) => {
    throw new Error('Cannot open a journal of intents: install classic-level 3 beside weex-resilience', {
      cause: error,
    });
  });
  for (let isRepaired = false; ; isRepaired = true) {
    const level = new Level(directory, { valueEncoding: 'utf8' });
    try {
      await level.open();
      return { level, ids: new Set(await level.keys().all()) };
    } catch (error) {
      await level.close();
      const reason = (error as { cause?: Error }).cause ?? (error as Error);
      if (isRepaired || !/corruption/i.test(reason.message)) {
        throw new Error(`Cannot open the journal of intents in ${directory}: ${reason.message}`, {
          cause: error,
        });
      }
      await Level.repair(directory);
    }
  }
}

/**
 * The number of records in a file of its own. It is not flushed: it lives through `kill -9`, and after a power cut it
 * may be too small or missing. It is never too large, so that there is no false alarm.
 */
function openCount(path: string): { readonly last: number; set(count: number): void; close(): void } {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  return {
    last: Number.parseInt(readFileSync(file, 'utf8'), 10) || 0,
    set: (count) => void writeSync(file, String(count).padStart(10), 0),
    close: () => closeSync(file),
  };
}

/** What LevelDB writes into its own log when it cannot read a part of a file. */
const dropping = /dropping (\d+) bytes/gu;

/** Warns of records that are not there any more. Half a record at the very end was never confirmed, and is no loss. */
async function warnOfLoss(directory: string, count: number, found: number): Promise<void> {
  const log = await readFile(join(directory, 'LOG'), 'utf8').catch(() => '');
  const bytes = [...log.matchAll(dropping)].reduce((sum, [, dropped]) => sum + Number(dropped), 0);
  const lost = Math.max(0, count - found);
  if (lost === 0 && bytes === 0) return;
  const what = lost > 0 ? `${lost} of ${found + lost} intents` : `${bytes} bytes, with intents or not,`;
  process.emitWarning(
    `Cannot read ${what} of the journal in ${directory}: its files are damaged. Look at the exchange for orders that ` +
      'you do not know of before you place them again',
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}

/** A warning of the process, since whoever opens the journal may log nothing by itself. */
function warnOfDamage(directory: string, ids: readonly string[], total: number): void {
  process.emitWarning(
    `Cannot read ${ids.length} of ${total} intents of the journal in ${directory}: look up the orders with the client ` +
      `order ids ${ids.join(', ')} before you place them again`,
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}
