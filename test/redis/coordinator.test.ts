import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from 'redis';
import {
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

  beforeEach(async () => {
    server = await RedisServer.start();
    sentAt.length = 0;
  });

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await Promise.all(coordinators.splice(0).map((coordinator) => coordinator.close()));
    await server.close();
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

  it('goes on with the last share while Redis is stopped, says so once, and joins again', async () => {
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
    const policies = [process(), process()];
    const calls = policies.map((policy) => send(policy, 150));
    await until(() => sentAt.length > 40);
    await server.kill();
    await until(() => sentAt.length > 120);
    await server.run();
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

  it('has a small share of the limit where it never reached Redis', async () => {
    await server.kill();
    const policy = process();
    await send(policy, 3);

    expect(shareOf(policy)).toBe(1);
  });

  it('works with node-redis, beside ioredis', async () => {
    const client = createClient({ socket: { host: '127.0.0.1', port: server.port } });
    client.on('error', () => undefined);
    await client.connect();
    const policies = [process(client), process()];
    await Promise.all(policies.map((policy) => send(policy, 80)));

    expect(mostInAWindow(sentAt)).toBeLessThanOrEqual(limit);
    await coordinators[0]?.close();
    client.destroy();
  });

  it('lets a call through that costs more than an even share', async () => {
    const policies = [process(), process(), process()];
    const costly = policies.map((policy) => policy.execute(async () => 'sent', { cost: 30 }));

    await expect(Promise.all(costly)).resolves.toEqual(['sent', 'sent', 'sent']);
  });

  it('learns from the headers what others use of the limit', async () => {
    const client = server.client();
    const coordinator = createRedisCoordinator({ client, prefix: 'test:' });
    coordinators.push(coordinator);
    let share = 0;
    const demand = { limit: 100, windowMs: 10_000, used: 0, waiting: 0, nextCost: 0, isUrgent: false };
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

  it('informs a process that starts later about the cool-down', async () => {
    const policy = process();
    const refusal = new WEEXRateLimitError('Too many', { code: 429, retryAfter: 30 });
    await expect(policy.execute(() => Promise.reject(refusal))).rejects.toBe(refusal);
    const client = server.client();
    await until(async () => (await client.get('test:cool-down:{spot}')) !== null);
    const late = process();

    await until(() => (late.snapshot().coolDown?.activeForMs ?? 0) > 20_000);
  });

  it('refuses options that make no sense, all at once', () => {
    expect(() => createRedisCoordinator({ client: {} as RedisClient })).toThrow(
      'client must be a client of ioredis or of redis (node-redis)',
    );
    expect(() =>
      createRedisCoordinator({ client: server.client(), prefix: '', leaseMs: 5, ttl: 1 } as never),
    ).toThrow(/unknown option ttl.*prefix must be.*leaseMs must be/);
  });
});
