import { describe, expect, it } from 'vitest';
import { createPolicy, WEEXRateLimitError, WEEXSystemError, WEEXTimeoutError } from '../../src/index.js';
import { createSkippingClock } from '../../src/testing/index.js';

describe('createSkippingClock()', () => {
  it('lets no call wait, and shows the time at which the waits would have ended', async () => {
    const clock = createSkippingClock(1_000);
    const policy = createPolicy({
      clock,
      effect: 'read',
      retry: { maxRetries: 3, backoff: { jitter: 'none', initialDelayMs: 60_000, maxDelayMs: 60_000 } },
      coolDown: true,
      rateLimit: { limit: 1, windowMs: 3_600_000 },
    });
    const failures = [new WEEXSystemError('down'), new WEEXRateLimitError('busy', { retryAfter: 600 })];
    const work = (): string => {
      const error = failures.shift();
      if (error) throw error;
      return 'done';
    };
    expect(await policy.execute(work)).toBe('done');
    // The backoff, or the allowance if it takes longer, and the cool-down; then the next window.
    expect(clock.now()).toBeGreaterThanOrEqual(1_000 + 60_000 + 600_000);
    expect(await policy.execute(work)).toBe('done');
    expect(clock.now()).toBeGreaterThanOrEqual(3_600_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('wakes waiting calls in order of time, each before the next', async () => {
    const clock = createSkippingClock();
    const order: string[] = [];
    const woken = [300, 100, 200].map(
      (ms) =>
        new Promise<void>((resolve) => {
          clock.setTimeout(
            () => {
              order.push(`${ms} at ${clock.now()}`);
              queueMicrotask(() => order.push(`after ${ms}`));
              resolve();
            },
            ms,
            'wait',
          );
        }),
    );
    await Promise.all(woken);
    expect(order).toEqual(['100 at 100', 'after 100', '200 at 200', 'after 200', '300 at 300', 'after 300']);
  });

  it('expires time limits, and opens a circuit for a trial, only when it is advanced', async () => {
    const clock = createSkippingClock();
    const policy = createPolicy({
      clock,
      deadlineMs: 5_000,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 10_000 },
    });
    const hanging = policy.executeOutcome(() => new Promise(() => undefined));
    await clock.advance(4_999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(await hanging).toEqual({ ok: false, error: expect.any(WEEXTimeoutError) });
    expect(await policy.executeOutcome(() => 1)).toMatchObject({ ok: false });
    await clock.advance(10_000);
    expect(await policy.execute(() => 1)).toBe(1);
  });

  it('forgets a cancelled timer', async () => {
    const clock = createSkippingClock();
    let ran = 0;
    for (const purpose of ['wait', undefined] as const) {
      clock.clearTimeout(clock.setTimeout(() => (ran += 1), 10, purpose));
    }
    await clock.advance(10);
    expect([ran, clock.pendingTimers, clock.now()]).toEqual([0, 0, 10]);
  });

  it('rejects going back', async () => {
    await expect(createSkippingClock().advance(-1)).rejects.toThrow(
      'Cannot advance the clock: ms must be a finite number from 0, received -1',
    );
  });
});
