import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import {
  createPolicy,
  onResilienceEvent,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXRateLimitError,
} from '../../src/index.js';
import { createRedisCoordinator, type RedisClient, type RedisCoordinator } from '../../src/redis/index.js';
import { hasRedis, RedisServer } from './redis-server.js';
import { until } from './until.js';

const limit = 40;
const windowMs = 300;

/** The most that was sent within any stretch of the window. */
function mostInAWindow(sentAt: readonly number[]): number {
  const sorted = sentAt.toSorted((left, right) => left - right);
  return Math.max(
    0,
    ...sorted.map((start, first) => sorted.slice(first).filter((at) => at < start + windowMs).length),
  );
}

describe.skipIf(!hasRedis)('createRedisCoordinator', () => {
  let server: RedisServer;
  const coordinators: RedisCoordinator[] = [];
  const sentAt: number[] = [];
  const stops: (() => void)[] = [];
  /** Of tests that kill theirs. */
  const servers: RedisServer[] = [];

  async function ownServer(): Promise<RedisServer> {
    const own = await RedisServer.start();
    servers.push(own);
    return own;
  }

  beforeAll(async () => {
    server = await RedisServer.start();
    await server.ripen();
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    await server.client().flushall();
    sentAt.length = 0;
  });

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await Promise.all(coordinators.splice(0).map((coordinator) => coordinator.close()));
    for (const own of servers.splice(0)) await own.close();
  });

  /** What one process has: a connection, a coordinator and policies of its own. */
  function process(client: RedisClient = server.client()): ResiliencePolicy {
    const coordinator = createRedisCoordinator({ client, prefix: 'test:' });
    coordinators.push(coordinator);
    const registry = new PolicyRegistry({ coordinator });
    return registry.define('orders', {
      rateLimit: { limit, windowMs, scope: 'orders' },
      coolDown: { scope: 'spot' },
    });
  }

  async function send(policy: ResiliencePolicy, count: number): Promise<void> {
    const calls = Array.from({ length: count }, () =>
      policy.execute(async () => sentAt.push(performance.now())),
    );
    await Promise.all(calls);
  }

  const shareOf = (policy: ResiliencePolicy): number => policy.snapshot().rateLimit?.limit ?? 0;
  const allShares = (policies: readonly ResiliencePolicy[]): number =>
    policies.reduce((sum, policy) => sum + shareOf(policy), 0);

  it('never lets more than the limit through in any window, over all processes', async () => {
    const policies = [process(), process(), process()];
    await Promise.all(policies.map((policy) => send(policy, 100)));

    expect(sentAt).toHaveLength(300);
    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
  });

  it('gives the share of an idle process to one that needs it, and back', async () => {
    const [busy, idle] = [process(), process()];
    await until(() => shareOf(idle) > 5 && shareOf(busy) > 5);
    const calls = send(busy, 200);
    await until(() => shareOf(busy) > 30);
    const others = send(idle, 100);
    await until(() => shareOf(idle) > 15);

    expect(allShares([busy, idle])).toBeLessThanOrEqual(limit);
    await Promise.all([calls, others]);
    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
  });

  it('goes on with the last share while Redis is stopped, reports that once, and joins again', async () => {
    const events: string[] = [];
    stops.push(onResilienceEvent('coordinatorLost', ({ type }) => events.push(type)));
    stops.push(onResilienceEvent('coordinatorRegained', ({ type }) => events.push(type)));
    const policy = process();
    await send(policy, 60);
    server.signal('SIGSTOP');
    await until(() => events.length === 1);
    const share = shareOf(policy);
    await send(policy, 60);

    expect(coordinators[0]?.snapshot().isConnected).toBe(false);
    expect(shareOf(policy)).toBe(share);
    expect(share).toBeLessThanOrEqual(limit);
    server.signal('SIGCONT');
    await until(() => coordinators[0]?.snapshot().isConnected === true);
    await send(policy, 60);
    expect(events).toEqual(['coordinatorLost', 'coordinatorRegained']);
    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
  });

  it('keeps to the limit when Redis is killed, restarted and empty', async () => {
    const mortal = await ownServer();
    await mortal.ripen();
    const policies = [process(mortal.client()), process(mortal.client())];
    const calls = policies.map((policy) => send(policy, 150));
    await until(() => sentAt.length > 40);
    await mortal.kill();
    await until(() => sentAt.length > 120);
    await mortal.run();
    await Promise.all(calls);

    expect(sentAt).toHaveLength(300);
    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
  });

  it('keeps to the limit when Redis is flushed', async () => {
    const policies = [process(), process()];
    const calls = policies.map((policy) => send(policy, 120));
    await until(() => sentAt.length > 60);
    await server.client().call('FLUSHALL');
    await server.client().call('SCRIPT', 'FLUSH');
    await Promise.all(calls);

    expect(sentAt).toHaveLength(240);
    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
  });

  it('uses a small share of the limit if it never reached Redis', async () => {
    const mortal = await ownServer();
    await mortal.kill();
    const policy = process(mortal.client());
    await send(policy, 3);

    expect(shareOf(policy)).toBe(1);
  });

  it('works with node-redis, besides ioredis', async () => {
    const client = createClient({ socket: { host: '127.0.0.1', port: server.port } });
    client.on('error', () => undefined);
    await client.connect();
    const policies = [process(client), process()];
    await Promise.all(policies.map((policy) => send(policy, 80)));

    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
    await coordinators[0]?.close();
    client.destroy();
  });

  it('lets a call through that costs more than an equal share', async () => {
    const policies = [process(), process(), process()];
    const costly = policies.map((policy) => policy.execute(async () => 'sent', { cost: 30 }));

    await expect(Promise.all(costly)).resolves.toEqual(['sent', 'sent', 'sent']);
  });

  it("learns others' usage of the limit from the headers", async () => {
    const client = server.client();
    const coordinator = createRedisCoordinator({ client, prefix: 'test:' });
    coordinators.push(coordinator);
    let share = 0;
    const demand = { limit: 100, windowMs: 10_000, used: 0, waiting: 0, nextCost: 0, urgentCost: 0 };
    const shared = coordinator.joinLimit('weight', { demand: () => demand, shareChanged: () => undefined });
    await until(() => (share = shared.share) > 90);
    shared.observe(60);
    await until(() => shared.share < 50);

    expect(share).toBeLessThanOrEqual(100);
  });

  it('starts the cool-down of every process, sends one probe and ramps for all', async () => {
    const policies = [process(), process(), process()];
    await Promise.all(policies.map((policy) => send(policy, 1)));
    let probes = 0;
    let release: (() => void) | undefined;
    const refusal = new WEEXRateLimitError('Too many', { code: 429, retryAfter: 0.6 });
    await expect(policies[0]?.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    await until(() => policies.every((policy) => (policy.snapshot().coolDown?.activeForMs ?? 0) > 0));
    const calls = policies.map((policy) =>
      policy.execute(async () => {
        probes += 1;
        if (probes === 1) await new Promise<void>((resolve) => (release = resolve));
      }),
    );
    await until(() => probes > 0);
    // Each of the others has asked several times by then.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(probes).toBe(1);
    release?.();
    await Promise.all(calls);

    expect(probes).toBe(3);
  });

  it('lets another process send the next probe if one was refused', async () => {
    const [one, other] = [process(), process()];
    await Promise.all([send(one, 1), send(other, 1)]);
    const client = server.client();
    const refuse = (policy: ResiliencePolicy) =>
      policy.execute(() =>
        Promise.reject(new WEEXRateLimitError('Too many', { code: 429, retryAfter: 0.3 })),
      );
    await expect(refuse(one)).rejects.toBeInstanceOf(WEEXRateLimitError);
    await until(() => (other.snapshot().coolDown?.activeForMs ?? 0) > 0);
    await expect(refuse(one)).rejects.toBeInstanceOf(WEEXRateLimitError);

    await until(async () => (await client.exists('test:cool-down:{spot}:probe')) === 0);
    await expect(send(other, 1)).resolves.toBeUndefined();
  });

  it('shares the cool-down with a process that starts later', async () => {
    const policy = process();
    const refusal = new WEEXRateLimitError('Too many', { code: 429, retryAfter: 30 });
    await expect(policy.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    const client = server.client();
    await until(async () => (await client.get('test:cool-down:{spot}')) !== null);
    const late = process();

    await until(() => (late.snapshot().coolDown?.activeForMs ?? 0) > 20_000);
  });

  it('reports a cool-down to Redis late, with its remaining time', async () => {
    const mortal = await ownServer();
    const told = process(mortal.client());
    const other = process(mortal.client());
    // Both have heard from Redis by then.
    await until(() => shareOf(told) > 5 && shareOf(other) > 5);
    await mortal.kill();
    const refusal = new WEEXRateLimitError('Too many', { code: 429, retryAfter: 3 });
    await expect(told.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    await until(() => (told.snapshot().coolDown?.activeForMs ?? 0) < 2_500);
    await mortal.run();
    await until(() => (other.snapshot().coolDown?.activeForMs ?? 0) > 0);

    expect(other.snapshot().coolDown?.activeForMs).toBeLessThan(2_500);
  });

  it('learns of cool-downs even if its client may not subscribe, and reports that', async () => {
    const admin = server.client();
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', 'nopass', '~*', '+@all', 'resetchannels');
    const warned = new Promise<Error>((resolve) => globalThis.process.once('warning', resolve));
    const options = { host: '127.0.0.1', port: server.port, username: 'deaf', password: 'x' };
    const client = new Redis({ ...options, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    const [told, deaf] = [process(), process(client)];
    await Promise.all([send(told, 1), send(deaf, 1)]);

    expect((await warned).message).toContain('Cannot subscribe to test:cool-downs: NOPERM');
    const refusal = new WEEXRateLimitError('Too many', { code: 429, retryAfter: 30 });
    await expect(told.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    await until(() => (deaf.snapshot().coolDown?.activeForMs ?? 0) > 20_000);
    client.disconnect();
  });

  it('goes on with little after it was closed, and leaves no key without an expiry', async () => {
    const policy = process();
    await send(policy, 5);
    await server.client().flushall();
    await coordinators[0]?.close();
    await send(policy, 1);

    expect(shareOf(policy)).toBe(1);
    const client = server.client();
    for (const key of await client.keys('*')) expect(await client.pttl(key)).not.toBe(-1);
  });

  it('keeps policies with different coordinators apart, even if their scopes have the same name', async () => {
    const client = server.client();
    for (const prefix of ['one:', 'two:']) {
      const coordinator = createRedisCoordinator({ client, prefix });
      coordinators.push(coordinator);
      createPolicy({ coordinator, rateLimit: { limit, windowMs, scope: 'the same' } });
    }

    await until(async () => (await client.keys('*limit*')).length === 2);
  });

  it('rejects invalid options, all at once', () => {
    const cluster = createCluster({ rootNodes: [] }) as unknown as RedisClient;
    expect(() => createRedisCoordinator({ client: cluster })).toThrow(
      'a pool or a cluster of node-redis: pass a single client',
    );
    expect(() => createRedisCoordinator({ client: {} as RedisClient })).toThrow(
      'client must be a client of ioredis or of redis (node-redis)',
    );
    expect(() =>
      createRedisCoordinator({ client: server.client(), prefix: '', leaseMs: 5, ttl: 1 } as never),
    ).toThrow(/prefix must be.*leaseMs must be.*unknown option "ttl"/s);
  });
});
