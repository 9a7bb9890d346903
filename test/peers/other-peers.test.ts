import { describe, expect, it, vi } from 'vitest';
import { PolicyRegistry, WEEXRateLimitError } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import {
  answering,
  broken,
  build,
  defer,
  down,
  hang,
  lasting,
  limited,
  lost,
  settle,
} from '../policies/harness.js';

// Peers that are no dependency of the tests: what was seen in them is named, and shown to be absent here.

describe('nestjs-resilience: a bulkhead under a retry loses count of its slots', () => {
  it('is absent here', async () => {
    const { policy, clock } = build({
      bulkhead: { limit: 1, queue: 10 },
      retry: { maxRetries: 3, backoff: { initialDelayMs: 1, jitter: 'none' } },
    });
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 5 }, () =>
      policy.executeOutcome(async () => {
        running += 1;
        most = Math.max(most, running);
        await lasting(clock, 5)();
        running -= 1;
        throw broken();
      }),
    );
    await clock.advance(10_000);
    expect(await Promise.all(calls)).toHaveLength(5);
    expect(most).toBe(1);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
  });
});

describe('nestjs-resilience: a half-open circuit lets all callers through', () => {
  it('is absent here', async () => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 100 } });
    await policy.executeOutcome(() => Promise.reject(broken()));
    await clock.advance(100);
    let through = 0;
    const calls = Array.from({ length: 50 }, () =>
      policy.executeOutcome(() => {
        through += 1;
        return settle();
      }),
    );
    await Promise.all(calls);
    expect(through).toBe(1);
  });
});

describe('nestjs-resilience: a fallback swallows every error and sees none, and falsy values are never kept', () => {
  it('is absent here', async () => {
    const registry = new PolicyRegistry().forError(WEEXRateLimitError, { fallback: () => 'cached' });
    const policy = registry.define('p', { clock: createFakeClock() });
    expect(await policy.execute(() => Promise.reject(limited()))).toBe('cached');
    await expect(policy.execute(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    const { policy: stale, clock } = build({ staleMs: 1_000 });
    const method = answering(clock, 0, down());
    await stale.execute(method, { operation: 'getPosition' });
    expect(await stale.execute(method, { operation: 'getPosition' })).toBe(0);
  });
});

describe('resilience4ts: the error is replaced by one that says only that attempts ran out', () => {
  it('is absent here', async () => {
    const { policy, clock } = build({
      retry: { maxRetries: 10, backoff: { initialDelayMs: 1, jitter: 'none' } },
    });
    const last = down();
    const outcome = policy.executeOutcome(answering(clock, last));
    await clock.advance(60_000);
    expect(await outcome).toEqual({ ok: false, error: last });
  });
});

describe('resilience4ts: timers of timeouts remain', () => {
  it('is absent here', async () => {
    const { policy, clock } = build({ attemptTimeoutMs: 60_000, deadlineMs: 60_000 });
    await policy.execute(async () => 1);
    await policy.executeOutcome(() => Promise.reject(lost()));
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Polly and resilience4j: any late result moves a half-open circuit', () => {
  it.each(['resolve', 'reject'] as const)('is absent here: a late %s', async (how) => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 100 } });
    const old = defer();
    const late = policy.executeOutcome(() => old.promise);
    await policy.executeOutcome(() => Promise.reject(broken()));
    await clock.advance(100);
    void policy.executeOutcome(hang);
    old[how](broken());
    await late;
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('half-open');
  });
});

describe('Polly: a broken circuit does not say when to retry', () => {
  it('is absent here', async () => {
    const { policy } = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 5_000 } });
    await policy.executeOutcome(() => Promise.reject(broken()));
    expect(await policy.executeOutcome(hang)).toMatchObject({ error: { retryAfter: 5, policy: 'policy' } });
  });
});

describe('resilience4j: a fallback inside hides the error from the retry', () => {
  it('is absent here: it is outermost', async () => {
    const fallback = vi.fn(() => 'cached');
    const { policy, clock } = build({
      fallback,
      retry: { maxRetries: 2, backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const method = answering(clock, down());
    expect(await policy.execute(method)).toBe('cached');
    expect(method.at).toHaveLength(3);
    expect(fallback).toHaveBeenCalledTimes(1);
  });
});

describe('ccxt: retries bypass the rate limit, and queued calls cannot be cancelled', () => {
  it('is absent here', async () => {
    const { policy, clock } = build({
      rateLimit: { limit: 1, windowMs: 1_000 },
      retry: { maxRetries: 2, backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const method = answering(clock, down());
    const outcome = policy.executeOutcome(method);
    await clock.advance(10_000);
    await outcome;
    expect(method.at).toEqual([0, 1_000, 2_000]);
    const controller = new AbortController();
    await policy.execute(async () => 1);
    const queued = policy.executeOutcome(hang, controller.signal);
    controller.abort('enough');
    expect(await queued).toEqual({ ok: false, error: 'enough' });
  });
});
