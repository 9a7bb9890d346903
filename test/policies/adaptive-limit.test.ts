import { onTestFinished, describe, expect, it } from 'vitest';
import { onResilienceEvent, PolicyRegistry } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { build, limited, settle } from './harness.js';

const rateLimit = { limit: 100, windowMs: 1_000, adaptive: true } as const;

/** Calls that are answered, in one moment. */
async function use(policy: ReturnType<typeof build>['policy'], count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => policy.execute(async () => 1)));
}

const refuse = (policy: ReturnType<typeof build>['policy']) =>
  policy.executeOutcome(() => Promise.reject(limited(1)));

describe('rateLimit.adaptive', () => {
  it('leaves four fifths of what was used, and says so', async () => {
    const { policy } = build({ rateLimit });
    const reported: unknown[] = [];
    onTestFinished(onResilienceEvent('limitAdapted', (event) => reported.push(event)));
    await use(policy, 89);
    await refuse(policy);
    expect(policy.snapshot().rateLimit).toEqual({ used: 89, limit: 72, adaptive: true });
    expect(reported).toMatchObject([{ policy: 'policy', from: 100, to: 72, error: { kind: 'rate-limit' } }]);
  });

  it('counts refusals of one moment once', async () => {
    const { policy, clock } = build({ rateLimit });
    const refusals = Array.from({ length: 10 }, () =>
      policy.executeOutcome(() => new Promise((_, reject) => clock.setTimeout(() => reject(limited(1)), 20))),
    );
    await clock.advance(20);
    await Promise.all(refusals);
    expect(policy.snapshot().rateLimit?.limit).toBe(50);
  });

  it('grows by a tenth per window to near the refusal, stays there for 30 windows, and recovers fully in the end', async () => {
    const { policy, clock } = build({ rateLimit });
    await use(policy, 89);
    await refuse(policy);
    const limitAfter = async (windows: number): Promise<number | undefined> => {
      await clock.advance(windows * 1_000);
      return policy.snapshot().rateLimit?.limit;
    };
    // 81 is nine tenths of the 90 that were refused.
    expect([await limitAfter(1), await limitAfter(29), await limitAfter(1), await limitAfter(1)]).toEqual([
      81, 81, 82, 83,
    ]);
    await clock.advance(60_000);
    expect(policy.snapshot().rateLimit).toEqual({ used: 0, limit: 100 });
  });

  it('soon returns to the configured one if little of it was used: others used the rest', async () => {
    const { policy, clock } = build({ rateLimit });
    await use(policy, 9);
    await refuse(policy);
    expect(policy.snapshot().rateLimit?.limit).toBe(50);
    await clock.advance(5_000);
    expect(policy.snapshot().rateLimit).toEqual({ used: 0, limit: 100 });
  });

  it('counts usage like exchanges, from the last multiple of the window', async () => {
    const { policy, clock } = build({ rateLimit });
    await clock.advance(900);
    await use(policy, 30);
    await clock.advance(100);
    await use(policy, 59);
    await refuse(policy);
    // Of the 60 since then; all 90 were used within a second.
    expect(policy.snapshot().rateLimit).toEqual({ used: 89, limit: 48, adaptive: true });
  });

  it('delays calls at the learned limit', async () => {
    const { policy, clock } = build({ rateLimit, bulkhead: { limit: 100, queue: 100 } });
    await use(policy, 89);
    await refuse(policy);
    await clock.advance(1_000);
    expect(policy.snapshot().rateLimit?.limit).toBe(81);
    let started = 0;
    for (let index = 0; index < 95; index += 1) void policy.execute(() => (started += 1));
    await settle();
    expect(started).toBe(81);
    await clock.advance(2_000);
    expect(started).toBe(95);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is off while the headers report the count, and by default', async () => {
    const { policy } = build({ rateLimit: { ...rateLimit, type: 'weight' } });
    const shows = () =>
      policy.execute((context) =>
        context.observeUsage?.([{ type: 'weight', intervalMs: 1_000, used: 10, remaining: 90 }]),
      );
    await shows();
    await refuse(policy);
    expect(policy.snapshot().rateLimit).not.toHaveProperty('adaptive');
    const plain = build({ rateLimit: { limit: 100, windowMs: 1_000 } });
    await refuse(plain.policy);
    expect(plain.policy.snapshot().rateLimit?.limit).toBe(100);
  });

  it('ends when the headers report the count again', async () => {
    const { policy } = build({ rateLimit });
    await refuse(policy);
    expect(policy.snapshot().rateLimit).toHaveProperty('adaptive');
    await policy.execute((context) =>
      context.observeUsage?.([{ type: 'weight', intervalMs: 1_000, used: 10, remaining: 90 }]),
    );
    expect(policy.snapshot().rateLimit).not.toHaveProperty('adaptive');
  });

  it('is one for all policies of a scope', async () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const one = registry.define('one', { clock, rateLimit: { ...rateLimit, scope: 'shared' } });
    const two = registry.define('two', {
      clock,
      rateLimit: { limit: 100, windowMs: 1_000, scope: 'shared' },
    });
    await use(one, 9);
    await refuse(two);
    expect(one.snapshot().rateLimit).toEqual({ used: 9, limit: 50, adaptive: true });
  });
});
