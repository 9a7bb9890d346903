import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { hasRedis, RedisServer } from './redis-server.js';
import { type FleetOptions, SimulatedFleet } from './simulated-fleet.js';

const limit = 200;
const windowMs = 1_000;

describe.skipIf(!hasRedis)('a limit that processes share, in virtual time', () => {
  let server: RedisServer;
  let redis: Redis;
  let fleet: SimulatedFleet;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = server.client();
  });
  beforeEach(() => redis.flushall());
  afterEach(() => fleet.end());
  afterAll(() => server.close());

  async function start(options: Partial<FleetOptions> = {}, wanted = 125): Promise<void> {
    fleet = new SimulatedFleet({ redis, processes: 4, rateLimit: { limit, windowMs }, ...options });
    for (const process of fleet.processes) process.wanted = wanted;
    await fleet.run(2_500);
    for (const { criticalMs } of fleet.processes) criticalMs.length = 0;
  }

  /** What came of some time: goodput, the least share of the largest, and the most in any window. */
  async function watch(ms: number, meanwhile: () => Promise<unknown> = () => fleet.run(ms)) {
    const from = performance.now();
    await meanwhile();
    const until = performance.now();
    const counts = fleet.processes.map(
      ({ sentAt }) => sentAt.filter((at) => at >= from && at < until).length,
    );
    const all = fleet.processes.flatMap(({ sentAt }) => sentAt);
    return {
      goodput: counts.reduce((sum, count) => sum + count, 0) / ((limit * (until - from)) / windowMs),
      evenness: Math.min(...counts) / Math.max(...counts),
      most: mostInAWindow(all),
    };
  }

  it('is used up evenly by processes that want five times as much, and never exceeded', async () => {
    await start({ processes: 8, criticalEveryMs: 200 });
    const result = await watch(5_000);

    expect(result.most).toBeLessThanOrEqual(limit);
    expect(result.goodput).toBeGreaterThan(0.95);
    expect(result.evenness).toBeGreaterThan(0.9);
    const critical = fleet.processes.flatMap(({ criticalMs }) => criticalMs).toSorted((a, b) => a - b);
    expect(critical[Math.floor(critical.length * 0.99)]).toBeLessThan(25);
  });

  it('loses nothing if Redis is flushed', async () => {
    await start();
    const result = await watch(5_000, async () => {
      await fleet.run(1_000);
      await redis.flushall();
      await fleet.run(4_000);
    });

    expect(result.most).toBeLessThanOrEqual(limit);
    expect(result.goodput).toBeGreaterThan(0.95);
  });

  it('gives nothing to a new process that is the first to reach a Redis that has lost its data', async () => {
    await start();
    fleet.redisMs = undefined;
    await redis.flushall();
    const newcomer = fleet.add();
    newcomer.wanted = 125;
    // The others still have to reconnect.
    const result = await watch(3_000, async () => {
      await fleet.run(1);
      fleet.redisMs = 1;
      await fleet.run(250);
      await fleet.resume();
      await fleet.run(2_750);
    });

    expect(result.most).toBeLessThanOrEqual(limit);
    expect(result.goodput).toBeGreaterThan(0.9);
  });

  it('goes on if Redis is stopped, and if it is slow', async () => {
    await start();
    const result = await watch(8_000, async () => {
      fleet.redisMs = undefined;
      await fleet.run(4_000);
      await fleet.resume(200);
      await fleet.run(4_000);
    });

    expect(result.most).toBeLessThanOrEqual(limit);
    expect(result.goodput).toBeGreaterThan(0.95);
  });

  it('is used by the others within a second if one is idle', async () => {
    await start();
    const [idle, ...others] = fleet.processes;
    if (idle) idle.wanted = 0;
    await fleet.run(1_000);
    const before = others.flatMap(({ sentAt }) => sentAt).length;
    await fleet.run(1_000);

    expect(others.flatMap(({ sentAt }) => sentAt).length - before).toBeGreaterThan(limit * 0.93);
  });

  it('lets costly calls take turns, one process after the other', async () => {
    fleet = new SimulatedFleet({
      redis,
      processes: 3,
      rateLimit: { limit: 40, windowMs },
      deadlineMs: 60_000,
    });
    const state = { isOver: false };
    const [first, ...others] = fleet.processes;
    // One has a line of them, the others each one after the other.
    const line = Array.from({ length: 10 }, () => first).filter((process) => process !== undefined);
    for (const process of line) void fleet.call(process, 'normal', 30);
    for (const process of others) {
      void (async () => {
        while (!state.isOver) await fleet.call(process, 'normal', 30);
      })();
    }
    await fleet.run(14_000);
    state.isOver = true;

    const sent = fleet.processes.map(({ sentAt }) => sentAt.length / 30);
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(2);
    expect(mostInAWindow(fleet.processes.flatMap(({ sentAt }) => sentAt))).toBeLessThanOrEqual(40);
  });

  it('lets a costly call through while the others want everything', async () => {
    await start();
    const [first] = fleet.processes;
    if (!first) throw new Error('No process');
    first.wanted = 0;
    let isSent = false;
    void fleet.call(first, 'normal', 120).then(() => (isSent = true));
    await fleet.run(3_900);

    expect(isSent).toBe(true);
    expect(mostInAWindow(fleet.processes.flatMap(({ sentAt }) => sentAt))).toBeLessThanOrEqual(limit);
  });
});

function mostInAWindow(sentAt: readonly number[]): number {
  const sorted = sentAt.toSorted((left, right) => left - right);
  let most = 0;
  let first = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] as number) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
