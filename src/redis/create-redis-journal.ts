import { randomUUID } from 'node:crypto';
import type { Intent, IntentJournal } from '../orders/intent-journal.js';
import { decodeIntent, encodeIntent } from '../orders/stored-intent.js';
import { checkRedisOptions } from './check-redis-options.js';
import { claimScript, sentScript, settledScript } from './journal-scripts.js';
import { type RedisClient, redisPort } from './redis-client.js';
import { runScript } from './run-script.js';

/** Options of {@link createRedisJournal}. */
export interface RedisJournalOptions {
  /** A client of `ioredis`, or a connected one of `redis` (node-redis). It stays yours: close it yourself. */
  readonly client: RedisClient;
  /** What every key begins with. All processes that recover for each other give the same. Default `'weex:'`. */
  readonly prefix?: string | undefined;
  /**
   * How long a process that no longer renews its lease keeps its intents, in milliseconds from 1,000. Choose longer
   * than any call may take to send: a process that was paused for longer finds its intents taken over, and sends
   * nothing. Default 30,000.
   */
  readonly leaseMs?: number | undefined;
}

/** A journal of intents in Redis, which another machine can recover. */
export interface RedisIntentJournal extends IntentJournal {
  /** Gives the intents that are open free, so that the next `open` of any process finds them at once. */
  close(): Promise<void>;
}

/**
 * Makes a journal of intents in Redis: what a process leaves open when it dies is recovered by another one, on any
 * machine. `open` takes over the intents of processes whose lease has ended, each by exactly one process; the
 * previous owner can neither send it again nor settle it, even if it was only paused.
 *
 * It is as durable as the server is configured to be: with `appendfsync always` an intent survives a power cut; with
 * `everysec` the last second may be lost, and without `appendonly` everything since the last snapshot. A promoted
 * replica may lack the last writes; set `min-replicas-to-write` if that matters.
 *
 * Unlike limits and cool-downs, `sent` fails when Redis does not answer: an order that could not be recorded is not
 * sent.
 *
 * The lease runs from the last `sent` or `open` of the process and is renewed in the background while intents are open.
 *
 * @throws TypeError that names every unknown or invalid option.
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
  const { client, prefix = 'weex:', leaseMs = 30_000 } = checkRedisOptions(options, 'create a Redis journal');
  const port = redisPort(client, 'create a Redis journal');
  const owner = randomUUID();
  // One slot of a cluster for the intents and the leases.
  const key = `${prefix}{journal}:intents`;
  const leases = `${prefix}{journal}:lease:`;
  const mine = new Set<string>();
  let renewal: NodeJS.Timeout | undefined;

  const renew = (): void => {
    if (mine.size === 0 || renewal) return;
    renewal = setTimeout(() => {
      renewal = undefined;
      // A renewal that is lost is made up for by the next one.
      port.command('SET', `${leases}${owner}`, '1', 'PX', String(leaseMs)).catch(() => undefined);
      renew();
    }, leaseMs / 3);
    renewal.unref();
  };

  return {
    async sent(intent) {
      const { clientOrderId } = intent;
      const record = encodeIntent(intent);
      const written = await runScript(port, sentScript, key, [clientOrderId, owner, record, leases, leaseMs]);
      if (written !== 1) {
        throw new Error(
          `Cannot record the intent ${clientOrderId}: another process has taken it over. Nothing was sent; ` +
            'look the order up before you place it again',
        );
      }
      mine.add(clientOrderId);
      renew();
    },
    async settled(clientOrderId) {
      await runScript(port, settledScript, key, [clientOrderId, owner]);
      mine.delete(clientOrderId);
    },
    async open() {
      const answer = (await runScript(port, claimScript, key, [owner, leases, leaseMs])) as [
        string,
        string,
      ][];
      const intents: Intent[] = [];
      const damaged: string[] = [];
      for (const [id, text] of answer) {
        mine.add(id);
        const intent = decodeIntent(text);
        if (intent) intents.push(intent);
        else damaged.push(id);
      }
      renew();
      if (damaged.length > 0) warnOfDamage(key, damaged);
      return intents.toSorted((a, b) => a.begunAt - b.begunAt);
    },
    // What others hold, `sent` refuses to write.
    isOpen: (clientOrderId) => mine.has(clientOrderId),
    async close() {
      // Intents whose callers just got their result are still to be removed.
      await new Promise((resolve) => setImmediate(resolve));
      clearTimeout(renewal);
      mine.clear();
      await port.command('DEL', `${leases}${owner}`);
    },
  };
}

/** A process warning, since the code that opens the journal may log nothing. */
function warnOfDamage(key: string, ids: readonly string[]): void {
  process.emitWarning(
    `Cannot read ${ids.length} intents of the journal in ${key}: look up the orders with the client order ids ` +
      `${ids.join(', ')} before you place them again`,
    { code: 'WEEX_JOURNAL_DAMAGED' },
  );
}
