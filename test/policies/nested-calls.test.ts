import { describe, expect, it } from 'vitest';
import {
  type CallContext,
  createPolicy,
  policies,
  Resilient,
  type ResiliencePolicy,
} from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { broken, build, defer, hang, lasting, limited, settle } from './harness.js';

/** A class with an outer and an inner method under one policy; the inner one takes 10 ms. */
function nesting(policy: ResiliencePolicy, clock: FakeClock, ambient?: boolean) {
  const seen = { inner: 0 };
  class Account {
    @Resilient(policy, { effect: 'read', ...(ambient === undefined ? {} : { ambient }) })
    async outer(inner = 1): Promise<string> {
      await lasting(clock, 10)();
      await Promise.all(Array.from({ length: inner }, () => this.inner()));
      return 'outer';
    }

    @Resilient(policy, { effect: 'read', ...(ambient === undefined ? {} : { ambient }) })
    async inner(): Promise<unknown> {
      seen.inner += 1;
      return lasting(clock, 10, 'inner')();
    }
  }
  return { account: new Account(), seen };
}

async function outcomes(clock: FakeClock, ms: number, calls: readonly Promise<unknown>[]) {
  const settled = Promise.allSettled(calls);
  await clock.advance(ms);
  const tally = { fulfilled: 0, rejected: 0 };
  for (const { status } of await settled) tally[status] += 1;
  return tally;
}

const idle = { bulkhead: { running: 0, waiting: 0 } };

describe('a call inside a call of the same policy', () => {
  it('takes no second slot: 200 at once under the standard policy all succeed', async () => {
    const clock = createFakeClock();
    const policy = policies.standard({ clock });
    const { account } = nesting(policy, clock);
    const calls = Array.from({ length: 200 }, () => account.outer());
    expect(await outcomes(clock, 60_000, calls)).toEqual({ fulfilled: 200, rejected: 0 });
    expect(policy.snapshot()).toMatchObject(idle);
  });

  it('shares the slot with several at once, and through another policy', async () => {
    const { policy, clock } = build({ deadlineMs: 1_000, bulkhead: { limit: 1 } });
    const between = createPolicy({ clock, deadlineMs: 1_000, bulkhead: { limit: 1 } });
    const { account } = nesting(policy, clock);
    class Between {
      @Resilient(between, { effect: 'read' })
      async pass(): Promise<unknown> {
        return account.outer(5);
      }
    }
    class Outside {
      @Resilient(policy, { effect: 'read' })
      async start(): Promise<unknown> {
        return new Between().pass();
      }
    }
    const running = new Outside().start();
    await settle();
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 1, waiting: 0 } });
    const tally = await outcomes(clock, 1_000, [running]);
    expect(tally).toEqual({ fulfilled: 1, rejected: 0 });
    expect([policy.snapshot(), between.snapshot()]).toMatchObject([idle, idle]);
  });

  it('keeps the slot taken if it outlives the outer one, and frees it once', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 1 } });
    const gate = defer();
    let left: Promise<unknown> | undefined;
    const outer = policy.execute(async (context) => {
      left = policy.execute(() => gate.promise, { signal: context.signal });
      return 'outer';
    });
    expect(await outer).toBe('outer');
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 1, waiting: 0 } });
    expect(await policy.executeOutcome(() => 'third')).toMatchObject({ ok: false });
    gate.resolve('inner');
    expect(await left).toBe('inner');
    expect(policy.snapshot()).toMatchObject(idle);
    expect(await policy.execute(() => 'third')).toBe('third');
    await clock.advance(120_000);
    expect(policy.snapshot()).toMatchObject(idle);
  });

  it('frees the slot if both were abandoned, within a minute', async () => {
    const { policy, clock } = build({ deadlineMs: 100, bulkhead: { limit: 1 } });
    const call = policy.executeOutcome((context: CallContext) =>
      policy.execute(hang, { signal: context.signal }),
    );
    await clock.advance(100);
    expect(await call).toMatchObject({ ok: false });
    expect(await policy.executeOutcome(() => 'next')).toMatchObject({ ok: false });
    await clock.advance(60_000);
    expect(await policy.execute(() => 'next')).toBe('next');
    expect(policy.snapshot()).toMatchObject(idle);
  });

  it('waits for no permit that the outer one keeps', async () => {
    const { policy, clock } = build({
      deadlineMs: 60_000,
      bulkhead: { limit: 5, queue: 100 },
      rateLimit: { limit: 10, windowMs: 1_000 },
    });
    const { account, seen } = nesting(policy, clock);
    const calls = Array.from({ length: 50 }, () => account.outer(2));
    // 150 calls at ten a second.
    expect(await outcomes(clock, 20_000, calls)).toEqual({ fulfilled: 50, rejected: 0 });
    expect(seen.inner).toBe(100);
    expect(policy.snapshot()).toMatchObject(idle);
  });

  it('stays within the rate limit', async () => {
    const { policy, clock } = build({
      bulkhead: { limit: 3, queue: 100 },
      rateLimit: { limit: 4, windowMs: 1_000 },
    });
    const at: number[] = [];
    const call = () =>
      policy.execute(async (context) => {
        at.push(clock.now());
        await policy.execute(async () => at.push(clock.now()), { signal: context.signal });
      });
    const calls = Array.from({ length: 20 }, call);
    await clock.advance(12_000);
    await Promise.all(calls);
    expect(at).toHaveLength(40);
    for (const [index, first] of at.entries()) {
      const fifth = at[index + 4];
      if (fifth !== undefined) expect(fifth - first).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('is part of the trial of a circuit and of the probe of a cool-down', async () => {
    const { policy, clock } = build({
      deadlineMs: 2_000,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 },
      bulkhead: { limit: 2 },
      coolDown: true,
    });
    const { account } = nesting(policy, clock);
    await policy.executeOutcome(() => Promise.reject(broken()));
    await clock.advance(1_000);
    expect(await outcomes(clock, 100, [account.outer(3)])).toEqual({ fulfilled: 1, rejected: 0 });
    expect(policy.snapshot()).toMatchObject({ circuitBreaker: { common: { state: 'closed' } } });
    await policy.executeOutcome(() => Promise.reject(limited(1)));
    await clock.advance(1_000);
    expect(await outcomes(clock, 200, [account.outer(3)])).toEqual({ fulfilled: 1, rejected: 0 });
    expect(policy.snapshot()).toMatchObject({ ...idle, coolDown: { activeForMs: 0, waiting: 0 } });
  });

  it('is a call of its own if the ambient context is off and it has no signal of the outer one', async () => {
    const { policy, clock } = build({ deadlineMs: 1_000, bulkhead: { limit: 1, queue: 5 } });
    const { account } = nesting(policy, clock, false);
    expect(await outcomes(clock, 5_000, [account.outer()])).toEqual({ fulfilled: 0, rejected: 1 });
  });

  it('waits its turn once the outer call is over', async () => {
    const { policy } = build({ bulkhead: { limit: 1, queue: 1 } });
    const go = defer();
    let later: Promise<unknown> | undefined;
    await policy.execute(async ({ signal }) => {
      later = go.promise.then(() => policy.execute(() => 'later', { signal }));
    });
    const gate = defer();
    const other = policy.execute(() => gate.promise);
    go.resolve(undefined);
    await settle();
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 1, waiting: 1 } });
    gate.resolve('other');
    expect([await other, await later]).toEqual(['other', 'later']);
  });
});
