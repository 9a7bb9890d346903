import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  onResilienceEvent,
  WEEXNetworkError,
  WEEXError,
  PolicyRegistry,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const s of stops.splice(0)) s();
});
const fail = (e: unknown) => async (): Promise<never> => {
  throw e;
};
const settledWithin = async (p: Promise<unknown>) => {
  const marker = Symbol('pending');
  for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r));
  return Promise.race([
    p.then(
      () => 'ok',
      () => 'failed',
    ),
    Promise.resolve().then(() => marker),
  ]).then((v) => (v === marker ? 'pending' : v));
};

describe('a policy with hostile callers and listeners', () => {
  it('half-open lets only halfOpenTrials through, also when a queued call leaves at the moment a new one comes', async () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const clock = { now: () => now, setTimeout: (fn: () => void) => timers.push(fn), clearTimeout: () => {} };
    const policy = createPolicy({
      clock,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 500 },
      rateLimit: { limit: 2, windowMs: 1000 },
    });
    const gone = new WEEXNetworkError('x', { executionStatus: 'not-executed' });
    let release!: () => void;
    const g = new Promise<void>((r) => {
      release = r;
    });
    const a = policy.executeOutcome(() =>
      g.then(() => {
        throw gone;
      }),
    );
    const b = policy.executeOutcome(() =>
      g.then(() => {
        throw gone;
      }),
    );
    let trials = 0;
    const queued = policy.executeOutcome(() => {
      trials++;
      return new Promise(() => {});
    });
    release();
    await a;
    await b;
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
    now = 1000;
    void policy.executeOutcome(() => {
      trials++;
      return new Promise(() => {});
    });
    expect(trials).toBe(1);
    void queued;
  });

  it('a thenable whose then throws does not lock the bulkhead', async () => {
    const policy = createPolicy({ bulkhead: { limit: 1, queue: 5 } });
    let release!: () => void;
    const g = new Promise<void>((r) => {
      release = r;
    });
    const first = policy.execute(() => g);
    const bad = policy.executeOutcome(
      () =>
        new Proxy(
          {},
          {
            get: () => () => {
              throw new Error('then');
            },
          },
        ) as never,
    );
    const next = policy.executeOutcome(async () => 'next');
    release();
    await first;
    expect(await settledWithin(bad)).toBe('ok');
    expect(await settledWithin(next)).toBe('ok');
  });

  it('staleMs with an argument that JSON cannot represent (bigint)', async () => {
    const policy = createPolicy({ staleMs: 1000 });
    expect(await settledWithin(policy.execute(async () => 1, { args: [10n], operation: 'x' }))).toBe('ok');
  });
  it('staleMs with a circular argument', async () => {
    const policy = createPolicy({ staleMs: 1000 });
    const o: Record<string, unknown> = {};
    o['self'] = o;
    expect(await settledWithin(policy.execute(async () => 1, { args: [o], operation: 'x' }))).toBe('ok');
  });

  it('cost NaN does not switch the rate limit off', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, rateLimit: { limit: 1, windowMs: 1000 }, deadlineMs: 100 });
    await policy.executeOutcome(async () => 1, { cost: Number.NaN });
    const runs = vi.fn(async () => 1);
    const all = Array.from({ length: 5 }, () => policy.executeOutcome(runs));
    await clock.advance(0);
    await clock.advance(5000);
    expect(runs.mock.calls.length).toBeGreaterThan(0);
    await clock.advance(200);
    await Promise.all(all);
  });
  it('a cost above the limit is refused rather than waiting forever and blocking all behind it', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, rateLimit: { limit: 10, windowMs: 1000 } });
    const big = policy.executeOutcome(async () => 1, { cost: 25 });
    const small = policy.executeOutcome(async () => 1, { cost: 1 });
    await clock.advance(60_000);
    expect(await settledWithin(small)).toBe('ok');
    expect(await settledWithin(big)).toBe('ok');
  });

  it('fewer halfOpenTrials by reconfigure does not lock a half-open circuit forever', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      clock,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1000, halfOpenTrials: 3 },
    });
    await policy.executeOutcome(fail(new WEEXNetworkError('x')));
    await clock.advance(1000);
    await policy.execute(async () => 1);
    policy.reconfigure({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1000, halfOpenTrials: 1 },
    });
    await clock.advance(3_600_000);
    expect((await policy.executeOutcome(async () => 1)).ok).toBe(true);
  });

  for (const type of ['attemptSettled', 'retryScheduled'] as const) {
    it(`6 a listener of ${type} that aborts the call's signal ends it: nothing starts after an abort`, async () => {
      const clock = createFakeClock();
      const policy = createPolicy({
        clock,
        retry: { maxRetries: 3, backoff: { initialDelayMs: 10, jitter: 'none' } },
      });
      const controller = new AbortController();
      stops.push(onResilienceEvent(type, () => controller.abort(new Error('stop'))));
      const settled: unknown[] = [];
      stops.push(onResilienceEvent('callSettled', (e) => settled.push(e)));
      const fn = vi.fn(fail(new WEEXNetworkError('x')));
      const r = policy.executeOutcome(fn, { signal: controller.signal });
      await clock.advance(1000);
      await r;
      expect(fn).toHaveBeenCalledTimes(1);
      expect(settled).toHaveLength(1);
      expect(clock.pendingTimers).toBe(0);
    });
  }
  it('a listener of attemptStarted that aborts', async () => {
    const policy = createPolicy({});
    const controller = new AbortController();
    stops.push(onResilienceEvent('attemptStarted', () => controller.abort(new Error('stop'))));
    const fn = vi.fn(async () => 1);
    await policy.executeOutcome(fn, { signal: controller.signal });
    expect(fn).not.toHaveBeenCalled();
  });
  it('a listener of callDequeued that aborts', async () => {
    const policy = createPolicy({ bulkhead: { limit: 1, queue: 1 } });
    const controller = new AbortController();
    let release!: () => void;
    const g = new Promise<void>((r) => {
      release = r;
    });
    const first = policy.execute(() => g);
    const fn = vi.fn(async () => 1);
    const second = policy.executeOutcome(fn, { signal: controller.signal });
    stops.push(onResilienceEvent('callDequeued', () => controller.abort(new Error('stop'))));
    release();
    await first;
    await second;
    await settledWithin(second);
    expect(fn).not.toHaveBeenCalled();
    expect(policy.snapshot().bulkhead?.running).toBe(0);
  });

  it('resolveUnknown that returns garbage is not proof of absence and settles the call', async () => {
    const policy = createPolicy({ retry: { maxRetries: 2 } });
    const fn = vi.fn(fail(new WEEXNetworkError('x', { executionStatus: 'unknown' })));
    const r = policy.executeOutcome(fn, {
      resolveDeadlineMs: 1000,
      resolveUnknown: async () => ({ outcome: 'Found', value: 1 }) as never,
    });
    await settledWithin(r);
    expect(fn).toHaveBeenCalledTimes(1);
  });
  it('resolveUnknown that returns undefined settles the call', async () => {
    const policy = createPolicy({ retry: { maxRetries: 2 } });
    const fn = vi.fn(fail(new WEEXNetworkError('x', { executionStatus: 'unknown' })));
    const r = policy.executeOutcome(fn, {
      resolveDeadlineMs: 1000,
      resolveUnknown: async () => undefined as never,
    });
    expect(await settledWithin(r)).toBe('ok');
  });

  it('snapshot forgets failures that left the window', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      clock,
      circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10 },
    });
    await policy.executeOutcome(fail(new WEEXNetworkError('x')));
    await clock.advance(3_600_000);
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ calls: 0, failures: 0 });
  });
  it('snapshot of the retry budget after a quiet hour', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({
      clock,
      retry: {
        maxRetries: 10,
        backoff: { initialDelayMs: 1, jitter: 'none' },
        budget: { ratio: 0, minPerSecond: 1 },
      },
    });
    const r = policy.executeOutcome(fail(new WEEXNetworkError('x')));
    await clock.advance(20_000);
    await r;
    await clock.advance(3_600_000);
    expect(policy.snapshot().retryBudget?.available).toBe(10);
  });

  it('a late success while the lookup runs ends the lookup', async () => {
    const clock = createFakeClock();
    const policy = createPolicy({ clock, attemptTimeoutMs: 100 });
    let done!: (v: string) => void;
    let signal: AbortSignal | undefined;
    const events: string[] = [];
    stops.push(onResilienceEvent('*', (e) => events.push(e.type)));
    const r = policy.execute(
      () =>
        new Promise<string>((res) => {
          done = res;
        }),
      {
        resolveDeadlineMs: 10_000,
        resolveUnknown: (_e, c) => {
          signal = c.signal;
          return new Promise(() => {});
        },
      },
    );
    await clock.advance(100);
    done('late');
    expect(await r).toBe('late');
    expect(events.filter((t) => t.startsWith('reconcile'))).toEqual(['reconcileStarted', 'reconcileSettled']);
    expect(signal?.aborted).toBe(true);
  });

  it('events of an abort: the attempt settles before the call', async () => {
    const types: string[] = [];
    stops.push(onResilienceEvent('*', (e) => types.push(e.type)));
    const c = new AbortController();
    const r = createPolicy({}).executeOutcome(() => new Promise(() => {}), { signal: c.signal });
    c.abort();
    await r;
    expect(types).toEqual(['callStarted', 'attemptStarted', 'attemptSettled', 'callSettled']);
  });

  it('hostile error (revoked proxy) rejects the call', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const r = createPolicy({ retry: {} }).executeOutcome(() => Promise.reject(proxy));
    expect(await settledWithin(r)).toBe('ok');
  });
  it('an error that throws when it is read rejects the call in the same way for listeners', async () => {
    class Nasty extends Error {
      get executionStatus(): string {
        throw new Error('getter');
      }
    }
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    stops.push(
      onResilienceEvent('*', () => {}),
      () => void process.off('unhandledRejection', unhandled),
    );
    const outcome = await createPolicy({}).executeOutcome(fail(new Nasty('n')));
    expect(outcome).toMatchObject({ ok: false, error: { message: 'n' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });
  it.each([
    ['an object', () => ({ symbol: 'A' })],
    ['an object of type Promise', () => Promise.reject(new Error('no key'))],
    ['5', () => 5],
  ])('a key that is %s is rejected, and sends nothing', async (received, key) => {
    const fn = vi.fn(async () => 1);
    const outcome = await createPolicy({}).executeOutcome(fn, { key: key() as never });
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        message: `Cannot execute a call of policy 'policy': key must be a string, received ${received}`,
      },
    });
    expect(fn).not.toHaveBeenCalled();
  });
  it.each(['priority', 'cost', 'signal', 'key'])(
    'a %s that is a promise by mistake rejects the call alone',
    async (name) => {
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled);
      stops.push(() => void process.off('unhandledRejection', unhandled));
      const options = { [name]: Promise.reject(new Error('no database')) } as never;
      expect(await createPolicy({}).executeOutcome(async () => 1, options)).toMatchObject({ ok: false });
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).not.toHaveBeenCalled();
    },
  );
  it('a signal or a random source that throws rejects the call', async () => {
    const signal = {
      aborted: false,
      addEventListener: () => {
        throw new Error('signal');
      },
    };
    const policy = createPolicy({
      effect: 'read',
      retry: {},
      random: () => {
        throw new Error('random');
      },
    });
    expect(await policy.executeOutcome(async () => 1, { signal: signal as never })).toMatchObject({
      ok: false,
      error: { message: 'signal' },
    });
    const failing = policy.executeOutcome(fail(new WEEXNetworkError('down')));
    expect(await failing).toMatchObject({ ok: false, error: { message: 'random' } });
    await expect(policy.execute(fail(new WEEXNetworkError('down')))).rejects.toThrow('random');
  });
  it('execute with null options', async () => {
    expect(await settledWithin(createPolicy({}).executeOutcome(async () => 1, null as never))).toBe('ok');
  });
  it('fn that is not a function', async () => {
    expect((await createPolicy({}).executeOutcome(undefined as never)).ok).toBe(false);
  });
  it('restore with half a snapshot', () => {
    void PolicyRegistry;
    void WEEXError;
    const p = createPolicy({ circuitBreaker: { consecutiveFailures: 1 } });
    expect(() => p.restore({ name: 'x', circuitBreaker: { common: { state: 'open' } } } as never)).toThrow(
      /Cannot restore/,
    );
  });
});
