import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { Redis } from 'ioredis';
import {
  createPolicy,
  type PolicyOptions,
  resilient,
  WEEXOutcomeUnknownError,
  WEEXTimeoutError,
} from '../../src/index.js';
import { WeexClient } from '../../src/client/index.js';
import { createRedisCoordinator, type RedisClient, type RedisCoordinator } from '../../src/redis/index.js';
import { startExchange } from '../../src/testing/index.js';
import { hasRedis, RedisServer } from './redis-server.js';
import { until } from './until.js';

interface Order {
  readonly newClientOrderId: string;
}

describe.skipIf(!hasRedis)('an order id among processes', () => {
  let server: RedisServer;
  const coordinators: RedisCoordinator[] = [];
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    await Promise.all(coordinators.splice(0).map((coordinator) => coordinator.close()));
    await server.close();
  });

  function coordinatorOn(client: RedisClient = server.client()): RedisCoordinator {
    const coordinator = createRedisCoordinator({ client, prefix: 'test:' });
    coordinators.push(coordinator);
    return coordinator;
  }

  async function connected(): Promise<RedisCoordinator> {
    const client = server.client();
    await client.ping();
    return coordinatorOn(client);
  }

  /** A method that places orders, as one process has it. */
  function placing(
    send: () => Promise<string>,
    find: () => object | undefined,
    { coordinator = coordinatorOn(), ...options }: PolicyOptions & { coordinator?: RedisCoordinator } = {},
  ) {
    const policy = createPolicy({ coordinator, ...options });
    return resilient(async (_order: Order): Promise<unknown> => send(), policy, {
      orderSafety: {
        clientOrderId: (order: Order) => order.newClientOrderId,
        find,
        settleMs: 1,
        reconcileDeadlineMs: 50,
      },
    });
  }

  const order = { newClientOrderId: 'one' };
  const key = 'test:id:{one}';

  it('is refused while a call of another process has it', async () => {
    let answer: ((value: string) => void) | undefined;
    const first = placing(
      () => new Promise((resolve) => (answer = resolve)),
      () => undefined,
    );
    let sent = 0;
    const second = placing(
      async () => `sent ${(sent += 1)}`,
      () => undefined,
    );
    const call = first(order);
    await until(() => answer !== undefined);

    await expect(second(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    answer?.('done');
    await expect(call).resolves.toBe('done');
    const client = server.client();
    await until(async () => (await client.exists(key)) === 0);
    await expect(second(order)).resolves.toBe('sent 1');
  });

  it('is looked up first if another process left its outcome unknown', async () => {
    const lost = placing(
      async () => {
        throw new WEEXTimeoutError('No answer', { executionStatus: 'unknown', scope: 'attempt' });
      },
      () => {
        throw new Error('The exchange cannot be reached');
      },
    );
    await expect(lost(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    const client = server.client();
    await until(async () => (await client.get(key)) === '["",0]');
    let sent = 0;
    const found = { newClientOrderId: 'one', status: 'FILLED' };
    const other = placing(
      async () => `sent ${(sent += 1)}`,
      () => found,
      { coordinator: await connected() },
    );

    await expect(other(order)).resolves.toEqual(found);
    expect(sent).toBe(0);
  });

  it('delays no order if Redis does not answer', async () => {
    const place = placing(
      async () => 'sent',
      () => undefined,
    );
    server.signal('SIGSTOP');

    await expect(place(order)).resolves.toBe('sent');
  });

  /** A client whose answers arrive this much later. */
  function lateClient(ms: number): RedisClient {
    const client = server.client();
    const call = client.call.bind(client) as (...args: string[]) => Promise<unknown>;
    const late = async (...args: string[]): Promise<unknown> => {
      const answer = await call(...args);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return answer;
    };
    return Object.assign(client, { call: late }) as RedisClient;
  }

  /** Another process has a call with the id under way, until the test ends it. */
  async function underWayElsewhere(): Promise<() => void> {
    let end: (() => void) | undefined;
    const place = placing(
      () => new Promise((resolve) => (end = () => resolve('done'))),
      () => undefined,
    );
    void place(order);
    await until(() => end !== undefined);
    return () => end?.();
  }

  it('is refused if this process was busy when Redis answered', async () => {
    const end = await underWayElsewhere();
    const place = placing(
      async () => 'sent',
      () => undefined,
      { coordinator: await connected() },
    );
    const call = place(order);
    const busyUntil = performance.now() + 60;
    while (performance.now() < busyUntil);

    await expect(call).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    end();
  });

  it('is refused if Redis reports it while the call waits for its turn', async () => {
    const end = await underWayElsewhere();
    const coordinator = coordinatorOn(lateClient(60));
    let answer: (() => void) | undefined;
    const sent: string[] = [];
    const place = placing(
      async () => {
        sent.push('sent');
        if (sent.length === 1) await new Promise<void>((resolve) => (answer = resolve));
        return 'done';
      },
      () => undefined,
      { coordinator, bulkhead: { limit: 1, queue: 1 }, retry: { maxRetries: 2 } },
    );
    const first = place({ newClientOrderId: 'other' });
    await until(() => answer !== undefined);
    const second = place(order);
    const late = expect(second).rejects.toThrow('another call with client order id one is under way');
    // The verdict of a third claim of the id comes after that of the second.
    await coordinator.claimId?.('other still');
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer?.();
    await first;

    await late;
    expect(sent).toHaveLength(1);
    end();
  });

  it('is kept again after Redis was lost, even without a limit', async () => {
    const client = new Redis({ host: '127.0.0.1', port: server.port, enableOfflineQueue: false });
    client.on('error', () => undefined);
    const coordinator = coordinatorOn(client);
    await until(() => client.status === 'ready');
    const lost = placing(
      async () => {
        throw new WEEXTimeoutError('No answer', { executionStatus: 'unknown', scope: 'attempt' });
      },
      () => {
        throw new Error('The exchange cannot be reached');
      },
      { coordinator },
    );
    await server.kill();
    await until(async () => {
      await coordinator.claimId?.('any');
      return !coordinator.snapshot().isConnected;
    });
    await expect(lost(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    await server.run();
    await until(() => coordinator.snapshot().isConnected);
    const reader = server.client();

    // What was left open in the meantime is published then.
    await until(async () => (await reader.get(key)) === '["",0]');
    client.disconnect();
  });

  it('is guarded if the client returns strings for numbers', async () => {
    const end = await underWayElsewhere();
    const client = new Redis({ host: '127.0.0.1', port: server.port, stringNumbers: true });
    const place = placing(
      async () => 'sent',
      () => undefined,
      { coordinator: coordinatorOn(client) },
    );

    await expect(place(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    end();
    client.disconnect();
  });

  it('also counts in a batch, and is separate on another market', async () => {
    const exchange = await startExchange({ seed: 1 });
    const { credentials, url } = exchange;
    const clientOf = async () =>
      new WeexClient({
        ...credentials,
        baseUrls: { spot: url, contract: url },
        coordinator: await connected(),
      });
    const [one, other] = [await clientOf(), await clientOf()];
    const claim = await (await connected()).claimId?.('X1', 'contract');
    const wish = { symbol: 'DOGEUSDT', side: 'BUY', type: 'MARKET', quantity: '10' } as const;
    const outcomes = await one.contract.placeOrders([
      { ...wish, positionSide: 'LONG', newClientOrderId: 'X1' },
      { ...wish, positionSide: 'LONG', newClientOrderId: 'X2' },
    ]);

    expect(claim).toMatchObject({ isUnknown: false });
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]);
    expect(exchange.orders.map(({ clientOrderId }) => clientOrderId)).toEqual(['X2']);
    await expect(other.spot.placeOrder({ ...wish, newClientOrderId: 'X1' })).resolves.toBeDefined();
    await Promise.all([one.close(), other.close()]);
    await exchange.close();
  });

  it('is another one in another account, whatever the names of the two begin with', async () => {
    const started: string[] = [];
    const placingFor = (account: string, coordinator: RedisCoordinator) =>
      resilient(
        async (_order: Order): Promise<unknown> => {
          started.push(account);
          return new Promise(() => undefined);
        },
        createPolicy({ coordinator }),
        {
          orderSafety: {
            clientOrderId: ({ newClientOrderId }: Order) => newClientOrderId,
            find: () => undefined,
            account: () => account,
          },
        },
      );
    void placingFor('desk one', await connected())({ newClientOrderId: 'a' });
    void placingFor('desk two', await connected())({ newClientOrderId: 'a' });
    await until(() => started.length === 2);
    await expect(placingFor('desk one', await connected())({ newClientOrderId: 'a' })).rejects.toThrow(
      'another call with client order id a is under way',
    );
  });

  it('is guarded under a policy inside another one', async () => {
    const end = await underWayElsewhere();
    const inner = createPolicy({ coordinator: await connected() });
    let sent = 0;
    for (const policy of [wrap(timeout(5_000, TimeoutStrategy.Aggressive), inner), createPolicy({ inner })]) {
      const place = resilient(async (_order: Order): Promise<unknown> => (sent += 1), policy, {
        orderSafety: {
          clientOrderId: ({ newClientOrderId }: Order) => newClientOrderId,
          find: () => undefined,
          settleMs: 1,
          reconcileDeadlineMs: 50,
        },
      });
      await expect(place(order)).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    }

    expect(sent).toBe(0);
    end();
  });

  it('is reported again to a Redis that has forgotten it', async () => {
    const end = await underWayElsewhere();
    const client = server.client();
    await client.flushall();
    const other = await connected();

    await until(async () => (await client.exists(key)) === 1);
    expect(await other.claimId?.('one')).toBe('under-way');
    end();
  });

  it('is soon unknown instead of in progress, if its process has died', async () => {
    const client = server.client();
    const owner = await connected();
    await owner.claimId?.('one');
    const [, endsAt] = JSON.parse((await client.get(key)) ?? '[]') as [string, number];
    const [seconds] = await client.time();

    expect(endsAt - Number(seconds) * 1_000).toBeLessThanOrEqual(7_000);
  });
});
