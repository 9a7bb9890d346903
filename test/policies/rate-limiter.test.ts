import { describe, expect, it } from 'vitest';
import type { RateLimitUsage } from '../../src/core/context/rate-limit-usage.js';
import type { CallContext } from '../../src/core/context/call-context.js';
import { createPolicy, PolicyRegistry, type PolicyOptions } from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { build, hang, lasting, settle } from './harness.js';

const window = { limit: 5, windowMs: 1_000 };

/** Starts so many calls and notes when each one ran. */
function flood(policy: ReturnType<typeof build>['policy'], clock: FakeClock, count: number, how = {}) {
  const at: number[] = [];
  const outcomes = Array.from({ length: count }, () =>
    policy.executeOutcome(() => {
      at.push(clock.now());
      return undefined;
    }, how),
  );
  return { at, outcomes };
}

/** The most that any stretch of `windowMs` holds. */
function densest(at: readonly number[], windowMs: number): number {
  return Math.max(0, ...at.map((from) => at.filter((time) => time >= from && time < from + windowMs).length));
}

const observe =
  (...usages: readonly RateLimitUsage[]) =>
  (context: CallContext) =>
    context.observeUsage?.(usages);

describe('the allowance', () => {
  it('makes the rest wait until it returns, and none is lost', async () => {
    const { policy, clock } = build({ rateLimit: window });
    const { at, outcomes } = flood(policy, clock, 12);
    expect(at).toHaveLength(5);
    await clock.advance(10_000);
    expect(await Promise.all(outcomes)).toHaveLength(12);
    expect(densest(at, 1_000)).toBe(5);
    expect(at.at(-1)).toBeLessThan(3_500);
    expect(clock.pendingTimers).toBe(0);
  });

  it('returns one window after the answer, not after the request', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 1, windowMs: 1_000 } });
    const first = policy.execute(lasting(clock, 300));
    const { at } = flood(policy, clock, 1);
    await clock.advance(1_299);
    expect(at).toEqual([]);
    await clock.advance(1);
    await first;
    expect(at).toEqual([1_300]);
  });

  it('is also used by retries', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 2, windowMs: 1_000 },
      retry: { maxRetries: 3, on: [TypeError], backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const at: number[] = [];
    const outcome = policy.executeOutcome(() => {
      at.push(clock.now());
      throw new TypeError();
    });
    await clock.advance(10_000);
    await outcome;
    expect(at).toHaveLength(4);
    expect(densest(at, 1_000)).toBe(2);
  });

  it('is used by weight: of the call, otherwise of the policy, and nothing for 0', async () => {
    const { policy, clock } = build({ rateLimit: { ...window, cost: 2 } });
    await policy.execute(() => 1);
    await policy.execute(() => 1, { cost: 3 });
    expect(policy.snapshot().rateLimit).toEqual({ used: 5, limit: 5 });
    expect(await policy.execute(() => 'free', { cost: 0 })).toBe('free');
    const waiting = flood(policy, clock, 1, { cost: 1 });
    expect(waiting.at).toEqual([]);
    await clock.advance(1_000);
    expect(waiting.at).toEqual([1_000]);
  });

  it('light calls do not overtake a heavy call forever', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 4, windowMs: 1_000 } });
    flood(policy, clock, 3);
    const heavy = flood(policy, clock, 1, { cost: 4 });
    const light = flood(policy, clock, 6);
    await clock.advance(1_000);
    expect(heavy.at).toEqual([1_000]);
    expect(light.at.every((time) => time > 1_000)).toBe(true);
    await clock.advance(10_000);
    expect(light.at).toHaveLength(6);
  });

  it('a cost above a lowered limit goes alone instead of blocking the rest', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 4, windowMs: 1_000 } });
    flood(policy, clock, 4);
    const heavy = flood(policy, clock, 1, { cost: 4 });
    const behind = flood(policy, clock, 1);
    policy.reconfigure({ rateLimit: { limit: 2, windowMs: 1_000 } });
    await clock.advance(5_000);
    expect(heavy.at).toHaveLength(1);
    expect(behind.at).toHaveLength(1);
    expect(behind.at[0]! - heavy.at[0]!).toBeGreaterThanOrEqual(1_000);
  });

  it('the wait ends at the deadline and at an abort, and leaves no timer', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 1, windowMs: 60_000 }, deadlineMs: 100 });
    await policy.execute(() => 1);
    const late = policy.executeOutcome(hang);
    const controller = new AbortController();
    const aborted = policy.executeOutcome(hang, controller.signal);
    await clock.advance(50);
    controller.abort('enough');
    expect(await aborted).toEqual({ ok: false, error: 'enough' });
    await clock.advance(50);
    expect(await late).toMatchObject({
      error: { kind: 'timeout', scope: 'deadline', executionStatus: 'not-executed' },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('and slot are taken at the same time: neither is held while waiting for the other', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 1, windowMs: 1_000 },
      bulkhead: { limit: 1, queue: 5 },
    });
    await policy.execute(() => 1);
    const waiting = flood(policy, clock, 2);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 2 });
    await clock.advance(2_000);
    expect(waiting.at).toEqual([1_000, 2_000]);
  });
});

describe('shared by a scope', () => {
  const shared = { ...window, scope: 'ip' };

  it('all policies in it together keep to the limit, first come first served', async () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const one = registry.define('one', { clock, rateLimit: shared });
    const two = registry.define('two', { clock, rateLimit: shared });
    const first = flood(one, clock, 6);
    const second = flood(two, clock, 6);
    await clock.advance(10_000);
    const all = [...first.at, ...second.at].toSorted((left, right) => left - right);
    expect(all).toHaveLength(12);
    expect(densest(all, 1_000)).toBe(5);
    expect(first.at.at(-1)).toBeLessThanOrEqual(second.at[0]!);
  });

  it('a critical call of one goes before what waits in the other', async () => {
    const clock = createFakeClock();
    const one = createPolicy({ clock, rateLimit: shared });
    const two = createPolicy({ clock, rateLimit: shared });
    flood(one, clock, 5);
    const waiting = flood(one, clock, 5);
    const urgent = flood(two, clock, 1, { priority: 'critical' });
    await clock.advance(1_000);
    expect(urgent.at).toEqual([1_000]);
    await clock.advance(5_000);
    expect(waiting.at).toHaveLength(5);
  });

  it('what one policy in it reserves for critical calls is reserved by all', () => {
    const clock = createFakeClock();
    const plain = createPolicy({ clock, rateLimit: shared });
    const caring = createPolicy({ clock, rateLimit: { ...shared, reserved: { critical: 2 } } });
    createPolicy({ clock, rateLimit: shared });
    expect(flood(plain, clock, 10).at.length).toBeLessThanOrEqual(3);
    expect(flood(caring, clock, 2, { priority: 'critical' }).at).toHaveLength(2);
    const orders = { ...shared, type: 'orders' } as const;
    expect(() => createPolicy({ clock, rateLimit: orders })).toThrow(
      "rateLimit.type is 'weight' there, received 'orders'",
    );
  });

  it('other scopes, other clocks and policies without a scope share nothing', async () => {
    const clock = createFakeClock();
    const policies = [
      createPolicy({ clock, rateLimit: shared }),
      createPolicy({ clock, rateLimit: { ...window, scope: 'other' } }),
      createPolicy({ clock, rateLimit: window }),
      createPolicy({ clock, rateLimit: window }),
      createPolicy({ clock: createFakeClock(), rateLimit: shared }),
    ];
    for (const policy of policies) expect(flood(policy, clock, 5).at).toHaveLength(5);
  });

  it('a full bulkhead of one policy delays no other', async () => {
    const clock = createFakeClock();
    const stuck = createPolicy({ clock, rateLimit: shared, bulkhead: { limit: 1, queue: 5 } });
    const free = createPolicy({ clock, rateLimit: shared });
    void stuck.execute(hang);
    flood(stuck, clock, 3);
    expect(flood(free, clock, 4).at).toHaveLength(4);
  });
});

describe('what the exchange reports', () => {
  const used = (count: number, remaining?: number): RateLimitUsage => ({
    type: 'weight',
    intervalMs: 1_000,
    used: count,
    ...(remaining === undefined ? {} : { remaining }),
  });

  it('what others use counts as used', async () => {
    const { policy, clock } = build({ rateLimit: window });
    await policy.execute(observe(used(4)));
    expect(policy.snapshot().rateLimit).toEqual({ used: 4, limit: 5 });
    const { at } = flood(policy, clock, 3);
    expect(at).toHaveLength(1);
    await clock.advance(1_200);
    expect(at).toHaveLength(3);
  });

  it('less than was counted changes nothing, nor do other windows and other counters', async () => {
    const { policy } = build({ rateLimit: window });
    for (const usage of [
      used(0),
      { ...used(5), intervalMs: 60_000 },
      { ...used(5), type: 'orders' as const },
    ]) {
      await policy.execute(observe(usage));
    }
    expect(policy.snapshot().rateLimit).toEqual({ used: 3, limit: 5 });
  });

  it('a lower limit than the configured one applies, a higher one does not', async () => {
    const { policy } = build({ rateLimit: { limit: 100, windowMs: 1_000 } });
    await policy.execute(observe(used(1, 9)));
    expect(policy.snapshot().rateLimit).toEqual({ used: 1, limit: 10 });
    await policy.execute(observe(used(2, 998)));
    expect(policy.snapshot().rateLimit?.limit).toBe(100);
  });

  it('only what is left counts too', async () => {
    const { policy } = build({ rateLimit: window });
    await policy.execute(observe({ type: 'weight', intervalMs: 1_000, remaining: 1 }));
    expect(policy.snapshot().rateLimit).toEqual({ used: 4, limit: 5 });
  });

  it('orders correct the limit of orders', async () => {
    const { policy } = build({ rateLimit: { limit: 10, windowMs: 1_000, type: 'orders' } });
    await policy.execute(observe({ type: 'orders', intervalMs: 1_000, used: 7, remaining: 3 }));
    expect(policy.snapshot().rateLimit).toEqual({ used: 7, limit: 10 });
  });
});

describe('critical calls', () => {
  const reserved: PolicyOptions = { rateLimit: { limit: 10, windowMs: 1_000, reserved: { critical: 3 } } };

  it('find the allowance that is reserved for them', async () => {
    const { policy, clock } = build(reserved);
    const ordinary = flood(policy, clock, 20);
    expect(ordinary.at.length).toBeLessThanOrEqual(7);
    const urgent = flood(policy, clock, 3, { priority: 'critical' });
    expect(urgent.at).toEqual([0, 0, 0]);
    await clock.advance(10_000);
    expect(ordinary.at).toHaveLength(20);
    expect(
      densest(
        [...ordinary.at, ...urgent.at].toSorted((left, right) => left - right),
        1_000,
      ),
    ).toBeLessThanOrEqual(10);
  });

  it('may use all of it', async () => {
    const { policy, clock } = build(reserved);
    expect(flood(policy, clock, 12, { priority: 'critical' }).at).toHaveLength(10);
  });

  it('keep a fiftieth of the limit for ever, if as much was named', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 100, windowMs: 1_000, reserved: { critical: 5 } },
    });
    flood(policy, clock, 2);
    await clock.advance(60_000);
    flood(policy, clock, 200);
    expect(policy.snapshot().rateLimit).toEqual({ used: 98, limit: 100 });
    expect(flood(policy, clock, 3, { priority: 'critical' }).at).toEqual([60_000, 60_000]);
  });

  it('leave their reserve to all calls after six windows without one, and have it again from the next one on', async () => {
    const { policy, clock } = build(reserved);
    const { at } = flood(policy, clock, 300);
    await clock.advance(20_000);
    const sentIn = (from: number, to: number) => at.filter((time) => time >= from && time < to).length;
    expect(sentIn(0, 6_000)).toBeLessThanOrEqual(6 * 7 + 1);
    expect(sentIn(9_000, 19_000)).toBe(100);
    flood(policy, clock, 1, { priority: 'critical' });
    await clock.advance(5_000);
    expect(sentIn(22_000, 25_000)).toBeLessThanOrEqual(3 * 7);
  });

  it('have slots of a bulkhead reserved for them, separately from permits', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 10, windowMs: 1_000 },
      bulkhead: { limit: 100, queue: 500, reserved: { critical: 50 } },
    });
    const { at } = flood(policy, clock, 400);
    await clock.advance(20_000);
    expect(at.length).toBeGreaterThanOrEqual(200);
    expect(densest(at, 1_000)).toBe(10);
  });

  it('reserve nothing if an open circuit refused them', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 10, windowMs: 1_000 },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    policy.isolate();
    await Promise.all(flood(policy, clock, 10, { priority: 'critical' }).outcomes);
    policy.reset();
    expect(flood(policy, clock, 20).at).toHaveLength(10);
  });
});

describe('the next call in turn', () => {
  /** A call of cost 1 every so often for five minutes, and when the big one went. */
  async function whenStarted(
    flow: { everyMs: number; priority: 'critical' | 'normal' },
    big: { cost: number; priority: 'normal' | 'background' },
    limit = 10,
    sameScope = false,
  ) {
    const clock = createFakeClock();
    const registry = new PolicyRegistry({ clock });
    const rateLimit = { limit, windowMs: 1_000, scope: 'ip' };
    const policy = registry.define('flow', { rateLimit });
    const other = sameScope ? registry.define('other', { rateLimit }) : policy;
    const at: number[] = [];
    const tick = () => {
      void policy.executeOutcome(() => at.push(clock.now()), { priority: flow.priority });
      if (clock.now() < 300_000) clock.setTimeout(tick, flow.everyMs);
    };
    tick();
    await clock.advance(10_000);
    let started: number | undefined;
    const beginsAt = clock.now();
    const outcome = other.executeOutcome(() => {
      started = clock.now() - beginsAt;
      at.push(...Array.from({ length: big.cost }, () => clock.now()));
    }, big);
    await clock.advance(50_000);
    await Promise.race([outcome, settle()]);
    expect(
      densest(
        at.toSorted((left, right) => left - right),
        1_000,
      ),
    ).toBeLessThanOrEqual(limit);
    return started;
  }

  for (const [what, flow, big] of [
    ['a background call of cost 2 behind normal ones', 'normal', { cost: 2, priority: 'background' }],
    ['a background call of cost 5 behind normal ones', 'normal', { cost: 5, priority: 'background' }],
    ['a background call of the whole limit', 'normal', { cost: 10, priority: 'background' }],
    ['a normal call of cost 5 behind critical ones', 'critical', { cost: 5, priority: 'normal' }],
    [
      'a background call of the whole limit behind critical ones',
      'critical',
      { cost: 10, priority: 'background' },
    ],
  ] as const) {
    it(`starts within a few windows: ${what}`, async () => {
      expect(await whenStarted({ everyMs: 100, priority: flow }, big)).toBeLessThan(5_000);
      // Of more than ever fits, those that came before it go before it.
      expect(await whenStarted({ everyMs: 40, priority: flow }, big)).toBeLessThan(17_000);
    });
  }

  it('may belong to another policy of the scope', async () => {
    const big = { cost: 1, priority: 'background' } as const;
    for (const everyMs of [50, 100]) {
      for (const priority of ['critical', 'normal'] as const) {
        expect(await whenStarted({ everyMs, priority }, big, 10, true)).toBeLessThan(12_000);
        expect(await whenStarted({ everyMs, priority }, { ...big, cost: 5 }, 10, true)).toBeLessThan(12_000);
      }
    }
  });
});

describe('reconfigure', () => {
  it('keeps what was used', async () => {
    const { policy, clock } = build({ rateLimit: window });
    flood(policy, clock, 5);
    policy.reconfigure({ rateLimit: { limit: 8, windowMs: 1_000 } });
    expect(flood(policy, clock, 10).at).toHaveLength(3);
  });

  it('returns the permits of running calls to where they came from', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 100 } });
    const running = Array.from({ length: 5 }, () => policy.execute(lasting(clock, 100)));
    policy.reconfigure({ rateLimit: window });
    await clock.advance(100);
    await Promise.all(running);
    await clock.advance(5_000);
    expect(policy.snapshot().rateLimit).toEqual({ used: 0, limit: 5 });
    const { at, outcomes } = flood(policy, clock, 20);
    await clock.advance(60_000);
    await Promise.all(outcomes);
    expect(densest(at, 1_000)).toBe(5);
  });

  it('does not leave calls of a former scope waiting', async () => {
    const clock = createFakeClock();
    const rateLimit = { limit: 1, windowMs: 1_000, scope: 'former' };
    const moving = createPolicy({ clock, rateLimit });
    const staying = createPolicy({ clock, rateLimit });
    const running = moving.execute(lasting(clock, 100));
    const waiting = flood(staying, clock, 1);
    moving.reconfigure({ rateLimit: { limit: 1, windowMs: 1_000, scope: 'new' } });
    await clock.advance(1_100);
    await running;
    await settle();
    expect(waiting.at).toEqual([1_100]);
  });
});
