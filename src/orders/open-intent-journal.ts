import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import type { Intent, IntentJournal } from './intent-journal.js';
import { openIdsFile } from './open-ids-file.js';
import { decodeIntent, encodeIntent } from './stored-intent.js';

/** Next to the files of LevelDB, which ignores others. */
const idsFile = 'OPEN-INTENTS';

/** A journal of intents on disk. */
export interface DurableIntentJournal extends IntentJournal {
  /** Releases the directory. The next `openIntentJournal` finds every intent that is still open. */
  close(): Promise<void>;
}

/**
 * Opens a journal of intents in its own directory, which is created if it is missing. An intent is flushed to disk
 * (fsync) before its order is sent, so it survives `kill -9` and a power cut; settled intents are deleted.
 *
 * It needs the package `classic-level` (LevelDB), an optional peer dependency. Only one process at a time can open
 * a directory. Arguments of calls are stored as JSON: the journal contains what your orders contain, and no
 * credentials.
 *
 * In a worker thread, wait for `close()` before the worker ends: classic-level 3.0.0 crashes the whole process if a
 * worker is terminated during a write, and nothing that runs in a terminated worker could prevent it.
 *
 * Each record has a version and a checksum, and the ids of open intents are kept in a file next to LevelDB's. If
 * the record of an intent cannot be read, or is lost with a damaged file, `open()` returns only its id: `args` is
 * empty, `begunAt` and `sentAt` are 0. `recoverIntents` looks it up like any other. The process warning
 * `WEEX_JOURNAL_DAMAGED` says how many there are and names them.
 *
 * @throws Error if `classic-level` is not installed, or if the directory cannot be opened, for example because
 * another process has it open.
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
  const { level, stored } = await openLevel(directory);
  const openIds = openIdsFile(join(directory, idsFile), stored.keys());
  const unreadable = [...openIds.ids].filter((id) => !decodeIntent(stored.get(id)));
  if (unreadable.length > 0) warnOfDamage(directory, unreadable, openIds.ids.size);
  const store = keepWhole(level, directory);
  const leaving = new Map<string, Promise<void>>();
  return {
    async sent(intent) {
      const { clientOrderId } = intent;
      // LevelDB does not keep these two writes in order.
      await leaving.get(clientOrderId);
      await store((db) => db.put(clientOrderId, encodeIntent(intent), { sync: true }));
      openIds.add(clientOrderId);
    },
    // Without a flush: an intent that reappears after a power cut is merely looked up once more.
    async settled(clientOrderId) {
      openIds.delete(clientOrderId);
      const left = store((db) => db.del(clientOrderId));
      leaving.set(
        clientOrderId,
        left.catch(() => {}),
      );
      await left.finally(() => leaving.delete(clientOrderId));
    },
    async open() {
      const records = new Map(await store((db) => db.iterator().all()));
      return [...openIds.ids]
        .map((id) => decodeIntent(records.get(id)) ?? unreadableIntent(id))
        .toSorted((a, b) => a.begunAt - b.begunAt);
    },
    isOpen: (clientOrderId) => openIds.ids.has(clientOrderId),
    async close() {
      // Intents whose callers have just received their result are still to be removed.
      await new Promise((resolve) => setImmediate(resolve));
      await store((db) => db.close());
      openIds.close();
    },
  };
}

/** Opens the database; if one of its files is damaged, what can still be read is saved first. */
async function openLevel(
  directory: string,
): Promise<{ readonly level: ClassicLevel; readonly stored: ReadonlyMap<string, string> }> {
  const { ClassicLevel: Level } = await import('classic-level').catch((error: unknown) => {
    throw new Error('Cannot open a journal of intents: install classic-level 3 alongside weex-resilience', {
      cause: error,
    });
  });
  for (let isRepaired = false; ; isRepaired = true) {
    const level = new Level(directory, { valueEncoding: 'utf8' });
    try {
      await level.open();
      return { level, stored: new Map(await level.iterator().all()) };
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
 * Reopens the database after a failed write, usually on a full disk: records after a partial record in the same
 * file would be lost with it.
 */
function keepWhole(
  first: ClassicLevel,
  directory: string,
): <Result>(work: (level: ClassicLevel) => Promise<Result>) => Promise<Result> {
  let level = Promise.resolve(first);
  let isWhole = true;
  return async (work) => {
    if (!isWhole) {
      isWhole = true;
      level = level
        .then(
          (torn) => torn.close(),
          () => {},
        )
        .then(() => openLevel(directory))
        .then((opened) => opened.level);
    }
    const used = level;
    try {
      return await work(await used);
    } catch (error) {
      if (used === level) isWhole = false;
      throw error;
    }
  };
}

/** An unreadable intent has only its id: enough to look it up, or to report it as unknown. */
function unreadableIntent(clientOrderId: string): Intent {
  return { clientOrderId, args: [], begunAt: 0, sentAt: 0 };
}

/** The most ids in a warning, which would not be read otherwise; `open()` returns all of them. */
const namedIds = 20;

/** Emits a process warning, since the code that opens the journal may have no logger. */
function warnOfDamage(directory: string, ids: readonly string[], total: number): void {
  const more = ids.length > namedIds ? ` and ${ids.length - namedIds} more` : '';
  process.emitWarning(
    `Cannot read ${ids.length} of ${total} intents of the journal in ${directory}: its files are damaged. Look up the ` +
      `orders with the client order ids ${ids.slice(0, namedIds).join(', ')}${more} before you place them again`,
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}
