import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPolicy, resilient, WEEXOutcomeUnknownError, WEEXTimeoutError } from '../../src/index.js';
import { createRedisCoordinator, type RedisCoordinator } from '../../src/redis/index.js';
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

  /** A method that places orders, as one process has it. */
  function placing(send: () => Promise<string>, find: () => object | undefined) {
    const coordinator = createRedisCoordinator({ client: server.client(), prefix: 'test:' });
    coordinators.push(coordinator);
    return resilient(async (_order: Order): Promise<unknown> => send(), createPolicy({ coordinator }), {
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

  it('is looked up first where another process left its outcome unknown', async () => {
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
    );

    await expect(other(order)).resolves.toEqual(found);
    expect(sent).toBe(0);
  });

  it('holds no order up where Redis does not answer', async () => {
    const place = placing(
      async () => 'sent',
      () => undefined,
    );
    server.signal('SIGSTOP');

    await expect(place(order)).resolves.toBe('sent');
  });
});
