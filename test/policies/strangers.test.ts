import { describe, expect, it } from 'vitest';
import { PolicyRegistry, type ResiliencePolicy } from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { answering, lasting, limited } from './harness.js';

const rateLimit = { limit: 100, windowMs: 10_000, adaptive: true } as const;

interface Address {
  readonly clock: FakeClock;
  readonly policy: ResiliencePolicy;
  /** Starts so many calls whose answers show the count of the exchange, and tells when each left. */
  calls(count: number, priority?: 'critical'): number[];
  /** Others use so much. */
  others(amount: number): void;
}

/** An exchange that counts from the last multiple of the window, whoever asks. */
function address(adaptive = true): Address {
  const clock = createFakeClock();
  const policy = new PolicyRegistry().define('reads', {
    clock,
    retry: false,
    rateLimit: { ...rateLimit, adaptive },
    bulkhead: { limit: 20, queue: Infinity },
    coolDown: true,
  });
  let window = 0;
  let used = 0;
  const take = (amount: number): number => {
    const current = Math.floor(clock.now() / rateLimit.windowMs);
    used = current === window ? used + amount : amount;
    window = current;
    return used;
  };
  return {
    clock,
    policy,
    others: take,
    calls(count, priority) {
      const at: number[] = [];
      for (let index = 0; index < count; index += 1) {
        void policy.executeOutcome(async (context) => {
          at.push(clock.now());
          const shown = take(1);
          await lasting(clock, 10)();
          const usage = { type: 'weight', used: shown, remaining: rateLimit.limit - shown } as const;
          context.observeUsage?.([{ ...usage, intervalMs: rateLimit.windowMs }]);
        }, priority && { priority });
      }
      return at;
    },
  };
}

/** So many at once, in a quiet window, then one call that sees them. */
async function seen({ calls, clock, others }: Address, amount: number): Promise<void> {
  calls(1);
  await clock.advance(1_000);
  others(amount);
  calls(1);
  await clock.advance(19_000);
}

describe('others who share a limit', () => {
  it('get as much room as they usually take at once', async () => {
    const exchange = address();
    await seen(exchange, 20);
    exchange.calls(300);
    const used: (number | undefined)[] = [];
    for (let step = 0; step < 100; step += 1) {
      await exchange.clock.advance(200);
      used.push(exchange.policy.snapshot().rateLimit?.used);
    }
    expect(Math.max(...used.map(Number))).toBeLessThanOrEqual(80);
    expect(Math.max(...used.map(Number))).toBeGreaterThanOrEqual(75);
  });

  it('get no room if the limit is not adaptive, although they are counted', async () => {
    const exchange = address(false);
    await seen(exchange, 20);
    const at = exchange.calls(200);
    await exchange.clock.advance(9_900);
    expect(at).toHaveLength(100);
  });

  it('leave all of it when they were not seen for six windows', async () => {
    const exchange = address();
    await seen(exchange, 20);
    await exchange.clock.advance(60_000);
    const at = exchange.calls(200);
    await exchange.clock.advance(9_900);
    expect(at).toHaveLength(100);
  });

  it('are seen also while more of our own calls count here than at the exchange', async () => {
    const exchange = address();
    const { calls, clock, others, policy } = exchange;
    await clock.advance(9_000);
    calls(50);
    await clock.advance(1_500);
    calls(1);
    await clock.advance(100);
    others(20);
    calls(1);
    await clock.advance(100);
    // One less, which may have been counted with the first answer.
    expect(policy.snapshot().rateLimit?.used).toBe(71);
  });

  it('are not seen in answers that overtake each other', async () => {
    const { clock, policy } = address();
    const show = (used: number, afterMs: number): void => {
      void policy.execute(async (context) => {
        await lasting(clock, afterMs)();
        context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used, remaining: 100 - used }]);
      });
    };
    const order = [3, 9, 1, 7, 2, 8, 4, 10, 5, 6];
    for (const [index, used] of order.entries()) show(used, 10 + index);
    await clock.advance(100);
    expect(policy.snapshot().rateLimit?.used).toBe(10);
    show(11, 10);
    await clock.advance(100);
    expect(policy.snapshot().rateLimit?.used).toBe(11);
  });

  it('make those that waited leave evenly, once half of the limit is used', async () => {
    const exchange = address();
    await seen(exchange, 20);
    const at = exchange.calls(200);
    await exchange.clock.advance(5_500);
    const before = at.length;
    await exchange.clock.advance(3_000);
    // At most the nine tenths without the usual 20: 70 in 10 s.
    expect(at.length - before).toBeGreaterThanOrEqual(10);
    expect(at.length - before).toBeLessThanOrEqual(21);
  });

  it('get more room early in the window of the exchange than near its end', async () => {
    const exchange = address();
    await seen(exchange, 20);
    exchange.calls(300);
    await exchange.clock.advance(1_000);
    expect(exchange.policy.snapshot().rateLimit?.used).toBeLessThanOrEqual(50);
    await exchange.clock.advance(4_000);
    expect(exchange.policy.snapshot().rateLimit?.used).toBeLessThanOrEqual(65);
    await exchange.clock.advance(4_800);
    expect(exchange.policy.snapshot().rateLimit?.used).toBeGreaterThanOrEqual(75);
  });

  it('do not keep a critical call from its reserve', async () => {
    const exchange = address();
    await seen(exchange, 20);
    exchange.calls(200);
    await exchange.clock.advance(9_500);
    expect(exchange.calls(1, 'critical')).toHaveLength(1);
  });

  it('are assumed to have caused a ban that came although there was room', async () => {
    const exchange = address();
    const { calls, clock, policy } = exchange;
    calls(1);
    await clock.advance(100);
    const refused = answering(clock, limited());
    void policy.executeOutcome(refused);
    await clock.advance(1);
    void policy.executeOutcome(refused);
    await clock.advance(30_000);
    calls(300);
    let most = 0;
    for (let step = 0; step < 100; step += 1) {
      await clock.advance(200);
      most = Math.max(most, policy.snapshot().rateLimit?.used ?? 0);
    }
    // A tenth of the limit, and half as much again.
    expect(most).toBe(85);
  });

  it('are not suspected if such refusals have been proven not to be bans', async () => {
    const { calls, clock, policy } = address();
    calls(1);
    await clock.advance(100);
    void policy.executeOutcome(answering(clock, limited()));
    await clock.advance(1);
    calls(1);
    await clock.advance(2_000);
    calls(93);
    await clock.advance(5_000);
    void policy.executeOutcome(answering(clock, limited()));
    await clock.advance(1);
    expect(policy.snapshot().coolDown?.activeForMs).toBe(0);
  });
});

describe('a refused request', () => {
  it('uses nothing of the limit', async () => {
    const { policy, clock } = address();
    await policy.executeOutcome(answering(clock, limited(1)));
    expect(policy.snapshot().rateLimit?.used).toBe(0);
  });

  it('uses what it cost if it may have been several', async () => {
    const { policy, clock } = address();
    await policy.executeOutcome(answering(clock, limited(1)), { cost: 5 });
    expect(policy.snapshot().rateLimit?.used).toBe(5);
  });
});

it('what is kept free for others is in the snapshot, as long as something is', async () => {
  const exchange = address();
  expect(exchange.policy.snapshot().rateLimit).not.toHaveProperty('keptForOthers');
  await seen(exchange, 20);
  expect(exchange.policy.snapshot().rateLimit).toMatchObject({ limit: 100, keptForOthers: 25 });
  await exchange.clock.advance(60_000);
  expect(exchange.policy.snapshot().rateLimit).not.toHaveProperty('keptForOthers');
});
