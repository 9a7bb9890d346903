import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { recoverIntents, type Intent } from '../../src/index.js';
import { createRedisJournal, type RedisClient } from '../../src/redis/index.js';
import { hasRedis, RedisServer } from './redis-server.js';
import { until } from './until.js';

const intentOf = (clientOrderId: string, begunAt = 1): Intent => ({
  clientOrderId,
  operation: 'placeOrder',
  args: [{ symbol: 'BTCUSDT', quantity: '0.1' }],
  begunAt,
  sentAt: begunAt + 1,
});

describe.skipIf(!hasRedis)('createRedisJournal', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(() => server.close());

  const journal = (leaseMs = 1_000) =>
    createRedisJournal({ client: server.client(), prefix: 'test:', leaseMs });

  /** The lease of every process ends, as long after its death. */
  async function endLeases(): Promise<void> {
    const client = server.client();
    for (const key of await client.keys('test:{journal}:lease:*')) await client.del(key);
  }

  it('keeps what was sent until it is settled, oldest first', async () => {
    const one = journal();
    await one.sent(intentOf('b', 20));
    await one.sent(intentOf('a', 10));
    await one.sent(intentOf('c', 30));
    await one.settled('b', 'executed');

    expect((await one.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'c']);
    expect((await one.open())[0]).toEqual(intentOf('a', 10));
  });

  it('ignores what a living process holds open', async () => {
    const [one, other] = [journal(), journal()];
    await one.sent(intentOf('a'));

    expect(await other.open()).toEqual([]);
  });

  it('gives what a dead process left to exactly one process', async () => {
    const dead = journal();
    const ids = Array.from({ length: 50 }, (_, index) => `order-${index}`);
    for (const id of ids) await dead.sent(intentOf(id));
    await endLeases();
    const found = await Promise.all([journal().open(), journal().open(), journal().open()]);

    expect(
      found
        .flat()
        .map(({ clientOrderId }) => clientOrderId)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(found.filter((intents) => intents.length > 0)).toHaveLength(1);
  });

  it('lets a process that was only paused neither resend nor settle what another one took over', async () => {
    const [paused, other] = [journal(), journal()];
    await paused.sent(intentOf('a'));
    await endLeases();
    await other.open();

    await expect(paused.sent(intentOf('a'))).rejects.toThrow(
      'another process has it open, or has taken it over. Nothing was sent',
    );
    await paused.settled('a', 'not-executed');
    expect(await other.open()).toHaveLength(1);
  });

  it('lets a process that was cut off send nothing that another one has settled meanwhile', async () => {
    const [paused, other] = [journal(), journal()];
    await paused.sent(intentOf('a'));
    await endLeases();
    await other.open();
    await other.settled('a', 'not-executed');

    await expect(paused.sent(intentOf('a'))).rejects.toThrow(
      'another process has it open, or has taken it over',
    );
    // A process that has received it may place it again under its id.
    await expect(other.sent(intentOf('a'))).resolves.toBeUndefined();
  });

  it('returns until when the order of a recorded intent may be sent', async () => {
    const one = journal(5_000);
    const before = performance.now();
    await one.sent(intentOf('a'));

    expect(one.sendBefore?.()).toBeGreaterThanOrEqual(before + 5_000);
    expect(one.sendBefore?.()).toBeLessThanOrEqual(performance.now() + 5_000);
  });

  it('keeps a paused recovery from reporting what another one reports', async () => {
    await journal().sent(intentOf('a'));
    await endLeases();
    const paused = journal();
    const other = journal();
    const recovered = await recoverIntents({
      journal: paused,
      settleMs: 1,
      find: async () => {
        await endLeases();
        await other.open();
        return undefined;
      },
    });

    expect(recovered).toEqual([]);
    expect(await other.open()).toHaveLength(1);
  });

  it('takes over only what is asked for', async () => {
    const dead = journal();
    await dead.sent(intentOf('a'));
    await dead.sent(intentOf('b'));
    await endLeases();
    const [one, other] = [journal(), journal()];

    expect(await one.open(({ clientOrderId }) => clientOrderId === 'a')).toHaveLength(1);
    expect((await other.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['b']);
  });

  it('keeps its lease even if the client adds its own prefix to keys', async () => {
    const client = new Redis({ host: '127.0.0.1', port: server.port, keyPrefix: 'app:' });
    const one = createRedisJournal({ client, prefix: 'test:', leaseMs: 1_000 });
    await one.sent(intentOf('a'));
    const reader = server.client();
    const [lease = ''] = await reader.keys('*lease*');
    let previous = await reader.pttl(lease);
    await until(async () => {
      const left = await reader.pttl(lease);
      const isRenewed = left > previous;
      previous = left;
      return isRenewed;
    });
    await one.close();

    expect(await reader.keys('*lease*')).toEqual([]);
    client.disconnect();
  });

  it('records even if the client returns strings for numbers', async () => {
    const client = new Redis({ host: '127.0.0.1', port: server.port, stringNumbers: true });
    const one = createRedisJournal({ client, prefix: 'test:' });

    await expect(one.sent(intentOf('a'))).resolves.toBeUndefined();
    client.disconnect();
  });

  it('reports that Redis hangs, and removes what was written too late', async () => {
    const one = journal();
    await one.sent(intentOf('a'));
    await one.settled('a', 'executed');
    const client = server.client();
    server.signal('SIGSTOP');

    await expect(one.sent(intentOf('b'))).rejects.toThrow(
      'Cannot record the intent b: Redis did not answer within 2000 ms. Nothing was sent',
    );
    server.signal('SIGCONT');
    await until(async () => (await client.hlen('test:{journal}:intents')) === 0);
  });

  it('increases the fencing token at each takeover', async () => {
    await journal().sent(intentOf('a'));
    for (const _ of [1, 2, 3]) {
      await endLeases();
      await journal().open();
    }
    const record = await server.client().hget('test:{journal}:intents', 'a');

    expect(JSON.parse(record ?? '{}')).toMatchObject({ token: 3 });
  });

  it('renews the lease while intents are open', async () => {
    const [one, other] = [journal(), journal()];
    await one.sent(intentOf('a'));
    const client = server.client();
    const [lease = ''] = await client.keys('test:{journal}:lease:*');
    let previous = await client.pttl(lease);
    await until(async () => {
      const left = await client.pttl(lease);
      const renewed = left > previous;
      previous = left;
      return renewed;
    });

    expect(await other.open()).toEqual([]);
  });

  it('releases everything when it is closed', async () => {
    const [one, other] = [journal(), journal()];
    await one.sent(intentOf('a'));
    await one.close();

    expect(await other.open()).toHaveLength(1);
  });

  it('works with recoverIntents', async () => {
    await journal().sent(intentOf('stands'));
    await endLeases();
    const heir = journal();
    const recovered = await recoverIntents({
      journal: heir,
      find: ({ clientOrderId }) => ({ clientOrderId, status: 'FILLED' }),
    });

    expect(recovered).toMatchObject([{ outcome: 'executed', intent: { clientOrderId: 'stands' } }]);
    await until(async () => (await heir.open()).length === 0);
  });

  it('leaves out a damaged record and reports it', async () => {
    const one = journal();
    await one.sent(intentOf('a'));
    await one.sent(intentOf('b'));
    const client = server.client();
    const record = JSON.parse((await client.hget('test:{journal}:intents', 'a')) ?? '{}') as {
      intent: string;
    };
    await client.hset(
      'test:{journal}:intents',
      'a',
      JSON.stringify({ ...record, intent: record.intent.replace('BTC', 'ETH') }),
    );
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));

    expect((await one.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['b']);
    expect((await warned).message).toContain('client order ids a ');
  });

  it('sends nothing if Redis does not accept the intent', async () => {
    const client = server.client();
    const one = createRedisJournal({ client, prefix: 'test:' });
    client.disconnect();

    await expect(one.sent(intentOf('a'))).rejects.toThrow();
  });

  it('rejects invalid options', () => {
    expect(() => createRedisJournal({ client: undefined as unknown as RedisClient })).toThrow(
      'Cannot create a Redis journal: client must be',
    );
    expect(() => createRedisJournal({ client: server.client(), leaseMs: 1 })).toThrow(
      /leaseMs must be .*received 1/,
    );
  });
});
