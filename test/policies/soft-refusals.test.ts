import { onTestFinished, describe, expect, it } from 'vitest';
import {
  onResilienceEvent,
  type PolicyOptions,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXRateLimitError,
} from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { answering, defer, lasting, limited, settle } from './harness.js';

const weight = { limit: 500, windowMs: 10_000, type: 'weight', scope: 'weight' } as const;
const orders = { limit: 300, windowMs: 60_000, type: 'orders', scope: 'orders' } as const;

interface Market {
  readonly clock: FakeClock;
  readonly reads: ResiliencePolicy;
  readonly orders: ResiliencePolicy;
  readonly cancels: ResiliencePolicy;
}

/** Policies as a client has them, after an answer whose headers left room. */
async function market(options: PolicyOptions = {}): Promise<Market> {
  const clock = createFakeClock();
  const registry = new PolicyRegistry();
  const common = { clock, retry: false, ...options } as const;
  const made = {
    reads: registry.define('reads', { ...common, rateLimit: weight, coolDown: { scope: 'all' } }),
    orders: registry.define('orders', {
      ...common,
      rateLimit: orders,
      coolDown: { scope: 'account', within: 'all' },
    }),
    cancels: registry.define('cancels', { ...common, rateLimit: weight, coolDown: { scope: 'all' } }),
  };
  const shows = (policy: ResiliencePolicy, type: 'weight' | 'orders', intervalMs: number) =>
    policy.execute((context) => context.observeUsage?.([{ type, intervalMs, used: 1, remaining: 299 }]));
  await shows(made.reads, 'weight', 10_000);
  await shows(made.orders, 'orders', 60_000);
  return { clock, ...made };
}

const activeForMs = (policy: ResiliencePolicy): number | undefined => policy.snapshot().coolDown?.activeForMs;
const refuse = (policy: ResiliencePolicy, error: Error = limited()) =>
  policy.executeOutcome(() => Promise.reject(error));
const spent = (limitType: string) =>
  new WEEXRateLimitError('Too many requests', { limitType, requestCount: 300, requestLimit: 300 });

/** Starts so many calls that take `ms`, and notes when each began. */
function calls(policy: ResiliencePolicy, clock: FakeClock, count: number, ms = 10): number[] {
  const at: number[] = [];
  for (let index = 0; index < count; index += 1) {
    void policy.executeOutcome(() => {
      at.push(clock.now());
      return lasting(clock, ms)();
    });
  }
  return at;
}

describe('a refusal without a time while the headers show room', () => {
  it('is probed after a second, and the rest follows the answer', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    expect(activeForMs(reads)).toBe(1_000);
    const at = calls(reads, clock, 4);
    await clock.advance(999);
    expect(at).toEqual([]);
    await clock.advance(500);
    expect(at[0]).toBe(1_000);
    expect(at).toHaveLength(4);
  });

  it('is soft also after hours without a call, since the last headers still hold', async () => {
    const { clock, reads, cancels } = await market();
    await clock.advance(3 * 3_600_000);
    await refuse(reads);
    expect(activeForMs(cancels)).toBe(1_000);
  });

  it('is soft without headers for a minute only while little of the limit is used', async () => {
    for (const [cost, waitMs] of [
      [50, 1_000],
      [200, 10_000],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const { clock, reads } = await market();
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(60_001);
      // oxlint-disable-next-line no-await-in-loop
      await reads.execute(async () => 'an answer without headers', { cost });
      // oxlint-disable-next-line no-await-in-loop
      await refuse(reads);
      expect(activeForMs(reads)).toBe(waitMs);
    }
  });

  it('is a ban if the probe is refused: no request is sent for the documented time from then', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    const probe = answering(clock, limited(), 'late');
    void reads.executeOutcome(probe);
    const others = calls(reads, clock, 3);
    await clock.advance(1_000);
    expect(probe.at).toEqual([1_000]);
    expect(activeForMs(reads)).toBe(10_000);
    await clock.advance(9_999);
    expect(others).toEqual([]);
    await clock.advance(200);
    expect(others).toHaveLength(3);
    // It is remembered: the next one may be another ban, and a probe would make it longer.
    await refuse(reads);
    expect(activeForMs(reads)).toBe(2_000);
  });

  it('costs a second if it meets the first two probes after a ban, and is a ban if it meets the third', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    const waits: (number | undefined)[] = [];
    for (const probeAt of [1_000, 10_000, 1_000, 1_000, 10_000, 1_000, 15_000]) {
      await clock.advance(probeAt);
      await refuse(reads);
      waits.push(activeForMs(reads));
    }
    // After each further ban there are fewer of them.
    expect(waits).toEqual([10_000, 1_000, 1_000, 10_000, 1_000, 15_000, 22_500]);
  });

  it('is probed later and later while one ban follows another', async () => {
    const { clock, reads } = await market();
    const waits: (number | undefined)[] = [];
    for (let ban = 0; ban < 5; ban += 1) {
      await refuse(reads);
      waits.push(activeForMs(reads));
      const probe = answering(clock, limited(), 'late');
      void reads.executeOutcome(probe);
      await clock.advance(10_000);
      void reads.executeOutcome(probe);
      await clock.advance(20_000);
      await reads.execute((context) =>
        context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 1, remaining: 499 }]),
      );
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('is probed again after a second if it follows a ban that was waited for in full', async () => {
    const { clock, reads } = await market();
    await refuse(reads, spent('weight/10s'));
    expect(activeForMs(reads)).toBe(10_000);
    const probe = answering(clock, limited(), limited(), limited(), 'late');
    for (let index = 0; index < 4; index += 1) void reads.executeOutcome(probe);
    await clock.advance(10_000);
    expect(activeForMs(reads)).toBe(1_000);
    await clock.advance(2_000);
    expect(activeForMs(reads)).toBe(10_000);
    await clock.advance(10_000);
    expect(probe.at).toEqual([10_000, 11_000, 12_000, 22_000]);
  });

  it('is waited for as long as the last ban, once a probe is refused', async () => {
    const { clock, reads } = await market();
    const probes: (number | undefined)[] = [];
    await refuse(reads);
    // Longer than documented.
    for (let probe = activeForMs(reads); (probe ?? 0) < 15_000; probe = activeForMs(reads)) {
      await clock.advance(probe ?? 0);
      await refuse(reads);
    }
    await clock.advance(15_000);
    await reads.execute((context) =>
      context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 1, remaining: 499 }]),
    );
    for (let refusal = 0; refusal < 2; refusal += 1) {
      await refuse(reads);
      probes.push(activeForMs(reads));
      await clock.advance(activeForMs(reads) ?? 0);
    }
    expect(probes).toEqual([2_000, 15_000]);
  });

  it('is forgotten as a ban after a while', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    await clock.advance(1_000);
    await refuse(reads);
    expect(activeForMs(reads)).toBe(10_000);
    await clock.advance(71_000);
    await reads.execute((context) =>
      context.observeUsage?.([{ type: 'weight', intervalMs: 10_000, used: 1, remaining: 499 }]),
    );
    await refuse(reads);
    expect(activeForMs(reads)).toBe(1_000);
  });

  it('is not a ban if a request that was sent later is answered: no call waits any longer', async () => {
    const { clock, reads } = await market();
    const [first, second] = [defer(), defer()];
    const refused = reads.executeOutcome(() => first.promise);
    await clock.advance(5);
    const answered = reads.executeOutcome(() => second.promise);
    await clock.advance(5);
    first.reject(limited());
    await refused;
    expect(activeForMs(reads)).toBe(1_000);
    const at = calls(reads, clock, 1);
    second.resolve(1);
    await answered;
    expect(at).toEqual([10]);
    expect(activeForMs(reads)).toBe(0);
  });

  it('proves nothing if the answered request was sent before', async () => {
    const { clock, reads } = await market();
    const [early, late] = [defer(), defer()];
    const answered = reads.executeOutcome(() => early.promise);
    await clock.advance(5);
    const refused = reads.executeOutcome(() => late.promise);
    late.reject(limited());
    await refused;
    early.resolve(1);
    await answered;
    expect(activeForMs(reads)).toBe(1_000);
  });

  it('adds nothing if its request was in progress with another refused one', async () => {
    const { clock, reads } = await market();
    const answers = [defer(), defer(), defer()];
    const refused = answers.map(({ promise }) => reads.executeOutcome(() => promise));
    await clock.advance(5);
    for (const { reject } of answers) reject(limited());
    await Promise.all(refused);
    expect(activeForMs(reads)).toBe(1_000);
  });

  it('slows those that follow a probe instead of stopping all', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    const reported: unknown[] = [];
    onTestFinished(onResilienceEvent('coolDownEntered', (event) => reported.push(event)));
    const at: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      void reads.executeOutcome(() => {
        at.push(clock.now());
        return at.length === 9 ? Promise.reject(limited()) : lasting(clock, 5)();
      });
    }
    await clock.advance(1_500);
    const steps = [...new Set(at)].map((time) => at.filter((other) => other === time).length);
    // The ninth is in the batch of eight: the next one has four, half of it, and then it grows again.
    expect(steps).toEqual([1, 1, 2, 4, 8, 4, 8, 12]);
    expect(reported).toEqual([]);
  });

  it('is a ban at once if the headers show no room, or a time is given', async () => {
    const { reads } = await market();
    await refuse(reads, spent('weight/10s'));
    expect(activeForMs(reads)).toBe(10_000);
    const other = await market();
    await refuse(other.reads, limited(3));
    expect(activeForMs(other.reads)).toBe(3_000);
  });
});

describe('a cool-down within another', () => {
  it('stops no cancel when the orders are used up', async () => {
    const { orders: placing, cancels, clock } = await market();
    await refuse(placing, spent('orders/1m'));
    expect(activeForMs(placing)).toBe(10_000);
    expect(activeForMs(cancels)).toBe(0);
    expect(calls(cancels, clock, 1)).toHaveLength(1);
  });

  it('starts with the outer one, even if an order received the refusal', async () => {
    const { orders: placing, cancels, reads } = await market();
    await refuse(reads, spent('weight/10s'));
    expect(activeForMs(placing)).toBe(10_000);
    const other = await market();
    await refuse(other.orders, spent('weight/10s'));
    expect(activeForMs(other.cancels)).toBe(10_000);
    expect(cancels.snapshot().coolDown?.waiting).toBe(0);
  });

  it('lets the probe of the outer one go first, and follows its answer', async () => {
    const { orders: placing, reads, clock } = await market();
    await refuse(reads, spent('weight/10s'));
    const placed = calls(placing, clock, 3);
    const read = calls(reads, clock, 2, 60);
    await clock.advance(10_050);
    expect(read).toEqual([10_000]);
    expect(placed).toEqual([]);
    await clock.advance(200);
    expect(placed).toHaveLength(3);
    expect(placed[0]).toBe(10_060);
  });

  it('probes for itself if no call waits for the outer one, and opens that as well', async () => {
    const { orders: placing, reads, clock } = await market();
    await refuse(reads, spent('weight/10s'));
    const placed = calls(placing, clock, 1);
    await clock.advance(10_000);
    expect(placed).toEqual([10_000]);
    await clock.advance(20);
    expect(calls(reads, clock, 2)).toHaveLength(2);
  });

  it('sends one call ahead before the outer one when its own probe finds a ban', async () => {
    const { orders: placing, reads, clock } = await market();
    await refuse(placing);
    const probe = answering(clock, limited(), 'late');
    void placing.executeOutcome(probe);
    await clock.advance(1_000);
    expect(activeForMs(placing)).toBe(10_000);
    const read = calls(reads, clock, 5);
    expect(read).toEqual([1_000]);
    await clock.advance(10);
    expect(read.slice(0, 2)).toEqual([1_000, 1_010]);
    await clock.advance(100);
    expect(read).toHaveLength(5);
  });

  it('must be within the same one for its whole scope', () => {
    const registry = new PolicyRegistry();
    registry.define('one', { coolDown: { scope: 'account' } });
    expect(() => registry.define('two', { coolDown: { scope: 'account', within: 'address' } })).toThrow(
      /Cannot share the cool-down of scope 'account'/,
    );
  });
});

describe('a critical call', () => {
  it('is not paced behind others once the probe is answered', async () => {
    const { clock, reads, cancels } = await market();
    await refuse(reads);
    const ordinary = calls(reads, clock, 30, 100);
    await clock.advance(1_101);
    const before = ordinary.length;
    const at: number[] = [];
    void cancels.execute(() => void at.push(clock.now()), { priority: 'critical' });
    await settle();
    expect(at).toEqual([1_101]);
    expect(ordinary).toHaveLength(before);
  });
});

describe('a refusal that may pass by itself', () => {
  it('is probed early three times if such refusals were proven soft', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    await clock.advance(1_000);
    await reads.execute(async () => 'answered');
    const waits: (number | undefined)[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      await refuse(reads);
      waits.push(activeForMs(reads));
      await clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([0, 250, 500, 1_000, 10_000, 250]);
  });

  it('is disproved by the answer to one of several requests of a call, although the next one is refused', async () => {
    const { clock, reads } = await market();
    await refuse(reads);
    await clock.advance(1_000);
    await reads.executeOutcome(async (context) => {
      context.observeAnswer?.();
      throw limited();
    });
    expect(activeForMs(reads)).toBe(0);
  });

  it('does not lower an adaptive limit unless it proves to be a ban', async () => {
    const { clock, reads } = await market();
    const policy = new PolicyRegistry().define('unshown', {
      clock,
      retry: false,
      rateLimit: { ...weight, adaptive: true },
      coolDown: true,
    });
    await refuse(policy);
    expect(policy.snapshot().rateLimit).toEqual({ used: 0, limit: 500 });
    await clock.advance(1_000);
    await refuse(policy);
    expect(policy.snapshot().rateLimit).toMatchObject({ limit: 250, adaptive: true });
    expect(activeForMs(reads)).toBe(0);
  });

  it('is retried without the retry budget, since the cool-down lets no storm through', async () => {
    const { clock, reads } = await market({
      retry: { maxRetries: 3, budget: { ratio: 0, minPerSecond: 0 } },
    });
    const answered = reads.execute(answering(clock, limited(), 'late'));
    await clock.advance(5_000);
    expect(await answered).toBe('late');
  });
});
