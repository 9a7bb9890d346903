import { describe, expect, it } from 'vitest';
import {
  type Clock,
  policies,
  PolicyRegistry,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

describe('new PolicyRegistry({ clock, random })', () => {
  it('passes its clock to every policy without one, including presets and unnamed ones', () => {
    const clock = createFakeClock(1_000);
    const own = createFakeClock(2_000);
    const registry = new PolicyRegistry({ clock });
    expect(registry.define('orders', {}).clock).toBe(clock);
    expect(registry.define('market', policies.marketData()).clock).toBe(clock);
    expect(registry.create({}).clock).toBe(clock);
    expect(registry.define('slow', { clock: own }).clock).toBe(own);
    expect(registry.define('orders', { retry: {} }).clock).toBe(clock);
  });

  it('passes its random source to them', async () => {
    const delays: number[] = [];
    const clock: Clock = {
      now: () => 0,
      setTimeout(fn, ms) {
        delays.push(ms);
        return setImmediate(fn);
      },
      clearTimeout: () => undefined,
    };
    const registry = new PolicyRegistry({ clock, random: () => 0.5 });
    const backoff = { initialDelayMs: 100, jitter: 'full' } as const;
    const policy = registry.define('orders', { retry: { maxRetries: 1, backoff } });
    await expect(
      policy.execute(() => Promise.reject(new WEEXSystemError('down', { executionStatus: 'not-executed' }))),
    ).rejects.toThrow('down');
    expect(delays).toEqual([50]);
  });

  it('rejects an invalid clock and unknown options', () => {
    expect(() => new PolicyRegistry({ clock: {} as never })).toThrow(/^Cannot create a registry: clock/);
    const ofPolicy: object = { deadlineMs: 5_000 };
    expect(() => new PolicyRegistry(ofPolicy)).toThrow(
      'Cannot create a registry: unknown option "deadlineMs"; expected one of clock, coordinator, random',
    );
    expect(() => new PolicyRegistry({ clocks: createFakeClock() } as never)).toThrow(
      /^Cannot create a registry: unknown option "clocks"/,
    );
  });
});

describe('a clock', () => {
  it('is told which of its timers only wait', async () => {
    const clock = createFakeClock();
    const purposes: (string | undefined)[] = [];
    const policy = new PolicyRegistry({
      clock: {
        ...clock,
        setTimeout(fn, ms, purpose) {
          purposes.push(purpose);
          return clock.setTimeout(fn, ms);
        },
      },
    }).define('orders', {
      deadlineMs: 60_000,
      retry: { maxRetries: 1, backoff: { jitter: 'none', initialDelayMs: 100 } },
      coolDown: true,
      effect: 'read',
    });
    const failures = [new WEEXSystemError('down'), new WEEXRateLimitError('slow down', { retryAfter: 3 })];
    const call = () => {
      const error = failures.shift();
      return error ? Promise.reject(error) : Promise.resolve('done');
    };
    const first = policy.executeOutcome(call);
    await clock.advance(100);
    expect(await first).toMatchObject({ ok: false });
    expect(purposes).toEqual([undefined, 'wait', undefined]);
    const second = policy.execute(call);
    await clock.advance(3_000);
    expect(await second).toBe('done');
    // The call's deadline, the cool-down, the deadline again; what follows is the probe's time.
    expect(purposes.slice(3, 5)).toEqual([undefined, 'wait']);
  });
});
