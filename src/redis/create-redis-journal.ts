import { randomUUID } from 'node:crypto';
import type { Intent, IntentJournal } from '../orders/intent-journal.js';
import { decodeIntent, encodeIntent } from '../orders/stored-intent.js';
import { checkJournalOptions } from './check-redis-options.js';
import { bePatient } from './be-patient.js';
import {
  claimScript,
  leaseScript,
  ownerScript,
  peekScript,
  sentScript,
  settledScript,
} from './journal-scripts.js';
import { type RedisClient, redisPort } from './redis-client.js';
import { runScript, startsWith, withoutCommand } from './run-script.js';

// Before the attempt of an order runs out of time, which would blame the exchange.
const writeWaitMs = 2_000;

/** Options of {@link createRedisJournal}. */
export interface RedisJournalOptions {
  /** A client of `ioredis`, or a connected one of `redis` (node-redis). It is not closed by the journal. */
  readonly client: RedisClient;
  /** The prefix of every key, the same in all processes that recover for each other. Default `'weex:'`. */
  readonly prefix?: string | undefined;
  /**
   * How long a process that no longer reports keeps its intents, in milliseconds from 1,000. Choose longer than any
   * call may take to send: a process that was stopped for longer has lost its intents and sends nothing. Default
   * 30,000.
   */
  readonly leaseMs?: number | undefined;
}

/** A journal of intents in Redis, which another machine can recover. */
export interface RedisIntentJournal extends IntentJournal {
  /** Releases the open intents, so that the next `open` of any process finds them at once. */
  close(): Promise<void>;
}

/**
 * Creates a journal of intents in Redis: what a process leaves open when it dies is recovered by another one, on
 * any machine. `open` takes over the intents of processes whose lease has ended, each by exactly one process; the
 * previous owner can neither resend nor settle them, even if it was only paused.
 *
 * It is as durable as the server: with `appendfsync always` an intent survives a power cut; with `everysec` the
 * last second may be lost, and without `appendonly` everything since the last snapshot. A promoted replica may lack
 * the last writes; set `min-replicas-to-write` if that matters.
 *
 * Unlike limits and cool-downs, `sent` fails if Redis does not answer within 2 s: an order that is not recorded is
 * not sent. A recorded order is sent within the lease or not at all.
 *
 * The lease runs from the last `sent` or `open` of the process and is renewed in the background while intents are
 * open.
 *
 * @throws TypeError that lists every invalid option.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { recoverIntents } from 'weex-resilience';
 * import { createRedisJournal } from 'weex-resilience/redis';
 *
 * export async function start(findOrder: (id: string) => Promise<object | undefined>) {
 *   const journal = createRedisJournal({ client: new Redis(), prefix: 'desk-1:' });
 *   await recoverIntents({ journal, find: (intent) => findOrder(intent.clientOrderId) });
 *   return journal;
 * }
 * ```
 */
export function createRedisJournal(options: RedisJournalOptions): RedisIntentJournal {
  const { client, prefix = 'weex:', leaseMs = 30_000 } = checkJournalOptions(options);
  const port = redisPort(client, 'create a Redis journal');
  const owner = randomUUID();
  // One slot of a cluster for the intents and the leases.
  const key = `${prefix}{journal}:intents`;
  const leases = `${prefix}{journal}:lease:`;
  const taken = `${prefix}{journal}:taken:`;
  const mine = new Set<string>();
  let renewal: NodeJS.Timeout | undefined;
  // Others take over no earlier than this, on the clock of this process.
  let leaseEnds = -Infinity;

  /** Runs a script that starts or renews the lease. */
  const runAndRenew = async (script: string, args: readonly (string | number)[]): Promise<unknown> => {
    const begunAt = performance.now();
    const answer = await runScript(port, script, key, args);
    leaseEnds = Math.max(leaseEnds, begunAt + leaseMs);
    return answer;
  };
  const renew = (): void => {
    if (mine.size === 0 || renewal) return;
    renewal = setTimeout(() => {
      renewal = undefined;
      // A lost renewal is made up for by the next one.
      runAndRenew(leaseScript, [`${leases}${owner}`, leaseMs]).catch(() => undefined);
      renew();
    }, leaseMs / 3);
    renewal.unref();
  };
  const write = async (id: string, record: string): Promise<boolean> => {
    const again = mine.has(id) ? 1 : 0;
    const args = [id, owner, record, leases, leaseMs, again, taken];
    const written = Number(await inTime(runAndRenew(sentScript, args), () => forget(id))) === 1;
    if (written) mine.add(id);
    else mine.delete(id);
    return written;
  };
  const forget = async (id: string): Promise<void> => {
    await runScript(port, settledScript, key, [id, owner, taken]);
    mine.delete(id);
  };
  const readAll = async (): Promise<readonly StoredIntent[]> => {
    const answer = await inTime(runScript(port, peekScript, key, [owner, leases]));
    return (answer as [string, string, unknown][]).map(([id, text, isFree]) => ({
      id: String(id),
      intent: decodeIntent(String(text)),
      isFree: Number(isFree) === 1,
    }));
  };

  return {
    async sent(intent) {
      const { clientOrderId } = intent;
      const isWritten = await write(clientOrderId, encodeIntent(intent)).catch((error: unknown) => {
        if (startsWith(error, 'READONLY')) port.leaveReplica();
        throw failure('record', clientOrderId, error);
      });
      if (!isWritten) {
        throw new Error(
          `Cannot record the intent ${clientOrderId}: another process has it open, or has taken it over. Nothing was sent; ` +
            'look the order up before you place it again',
        );
      }
      renew();
    },
    settled: forget,
    async open(select = () => true) {
      const free = (await readAll()).filter(({ isFree }) => isFree);
      const wanted = free.filter(({ intent }) => !intent || select(intent)).map(({ id }) => id);
      const claimed = await runAndRenew(claimScript, [owner, leases, leaseMs, ...wanted]);
      const own = new Set((claimed as unknown[]).map(String));
      for (const id of own) mine.add(id);
      renew();
      const opened = free.filter(({ id }) => own.has(id));
      const damaged = opened.filter(({ intent }) => !intent).map(({ id }) => id);
      if (damaged.length > 0) warnOfDamage(key, damaged);
      return oldestFirst(opened);
    },
    // `sent` refuses to write what a living process has open; what a dead one left is looked up first.
    async isOpen(clientOrderId) {
      if (mine.has(clientOrderId)) return true;
      const claimed = await inTime(runAndRenew(claimScript, [owner, leases, leaseMs, clientOrderId])).catch(
        (error: unknown) => {
          throw failure('look for', clientOrderId, error);
        },
      );
      if ((claimed as unknown[]).length === 0) return false;
      mine.add(clientOrderId);
      renew();
      return true;
    },
    async isOwn(clientOrderId) {
      return Number(await runScript(port, ownerScript, key, [clientOrderId, owner])) === 1;
    },
    sendBefore: () => leaseEnds,
    async close() {
      // Intents whose callers have just received their result are still to be removed.
      await new Promise((resolve) => setImmediate(resolve));
      clearTimeout(renewal);
      mine.clear();
      await runScript(port, leaseScript, key, [`${leases}${owner}`, 0]);
    },
  };
}

function failure(what: string, id: string, error: unknown): Error {
  const cause = withoutCommand(error);
  return new Error(`Cannot ${what} the intent ${id}: ${cause.message}. Nothing was sent`, { cause });
}

/** The value of a hash field; without an intent if its record is damaged. */
interface StoredIntent {
  readonly id: string;
  readonly intent: Intent | undefined;
  readonly isFree: boolean;
}

function oldestFirst(stored: readonly StoredIntent[]): readonly Intent[] {
  const intents = stored.map(({ intent }) => intent).filter((intent) => intent !== undefined);
  return intents.toSorted((a, b) => a.begunAt - b.begunAt);
}

/** Resolves to the answer of Redis if it comes in time; what was written too late was not sent, and is undone. */
async function inTime(written: Promise<unknown>, undo?: () => Promise<void>): Promise<unknown> {
  let stop: (() => void) | undefined;
  const late = new Promise<'late'>((resolve) => (stop = bePatient(writeWaitMs, () => resolve('late'))));
  const answer = await Promise.race([written, late]);
  stop?.();
  if (answer !== 'late') return answer;
  written.then(undo).catch(() => undefined);
  throw new Error(`Redis did not answer within ${writeWaitMs} ms`);
}

/** Emits a process warning, since the code that opens the journal may have no logger. */
function warnOfDamage(key: string, ids: readonly string[]): void {
  process.emitWarning(
    `Cannot read ${ids.length} intents of the journal in ${key}: look up the orders with the client order ids ` +
      `${ids.join(', ')} before you place them again`,
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}
