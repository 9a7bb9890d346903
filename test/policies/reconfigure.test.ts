import { describe, expect, it } from 'vitest';
import { createPolicy, PolicyRegistry, WEEXSystemError } from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { broken, build, defer, lasting, settle } from './harness.js';

/** Starts so many calls at once, each over at once, and says how many had begun by then. */
async function flood(policy: { execute(fn: () => unknown): Promise<unknown> }, calls: number) {
  let begun = 0;
  for (let call = 0; call < calls; call += 1) void policy.execute(() => (begun += 1)).catch(() => undefined);
  await settle();
  return () => begun;
}

/** A clock that can be set, beside a fake one that runs its timers. */
function settable(): { clock: FakeClock; set(byMs: number): void } {
  const fake = createFakeClock(10_000_000);
  let offset = 0;
  const clock: FakeClock = Object.create(fake, { now: { value: () => fake.now() + offset } }) as FakeClock;
  return { clock, set: (byMs) => (offset += byMs) };
}

describe('another window of the rate limit', () => {
  it('10 per hour changed to 10 per second is free after a second', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 10, windowMs: 3_600_000 } });
    const begun = await flood(policy, 25);
    expect(begun()).toBe(10);
    policy.reconfigure({ rateLimit: { limit: 10, windowMs: 1_000 } });
    await clock.advance(1_100);
    expect(begun()).toBeGreaterThan(10);
    await clock.advance(3_000);
    expect(begun()).toBe(25);
  });

  it('counts again what has left the shorter one', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 10, windowMs: 1_000 } });
    for (let second = 0; second < 6; second += 1) {
      await flood(policy, 10);
      await clock.advance(1_001);
    }
    policy.reconfigure({ rateLimit: { limit: 10, windowMs: 60_000 } });
    expect(policy.snapshot().rateLimit).toMatchObject({ used: 60 });
    const begun = await flood(policy, 20);
    await clock.advance(50_000);
    expect(begun()).toBe(0);
    // The last ten of the sixty are the window's, and come back a minute after they were sent.
    await clock.advance(10_000);
    expect(begun()).toBe(10);
  });

  it('remembers a long past in little space, rounded to the late side', async () => {
    const { policy, clock } = build({ rateLimit: { limit: 10, windowMs: 100 } });
    for (let call = 0; call < 3_000; call += 1) {
      await policy.execute(() => call);
      await clock.advance(100);
    }
    policy.reconfigure({ rateLimit: { limit: 10_000, windowMs: 100_000 } });
    const { used } = policy.snapshot().rateLimit ?? { used: 0 };
    expect(used).toBeGreaterThanOrEqual(999);
    expect(used).toBeLessThan(1_100);
  });
});

describe('a shared rate limit', () => {
  const scoped = (limit: number, windowMs = 1_000) => ({ rateLimit: { limit, windowMs, scope: 'ip' } });

  it('accepts another window from the only policy of its scope, and from no other', () => {
    const registry = new PolicyRegistry({ clock: createFakeClock() });
    const first = registry.define('first', scoped(10));
    first.reconfigure(scoped(10, 5_000));
    expect(() => registry.define('second', scoped(10))).toThrow('rateLimit.windowMs is 5000 there');
    registry.define('second', scoped(10, 5_000));
    expect(() => first.reconfigure(scoped(10))).toThrow('Cannot share');
    expect(first.describe().options).toMatchObject(scoped(10, 5_000));
    registry.get('second').reconfigure({ rateLimit: false });
    first.reconfigure(scoped(10));
  });

  it('keeps the last configured limit whatever else changes', () => {
    const registry = new PolicyRegistry({ clock: createFakeClock() });
    const first = registry.define('first', scoped(10));
    const second = registry.define('second', scoped(10));
    second.reconfigure(scoped(3));
    first.reconfigure({ deadlineMs: 5_000 });
    registry.forError(WEEXSystemError, { retry: { maxRetries: 1 } });
    expect(first.snapshot().rateLimit).toMatchObject({ limit: 3 });
    first.reconfigure(scoped(7));
    expect(second.snapshot().rateLimit).toMatchObject({ limit: 7 });
  });
});

describe('another bulkhead', () => {
  it('knows what is running when it is switched off and on', async () => {
    const { policy } = build({ bulkhead: { limit: 2 } });
    const gate = defer();
    const run = () => policy.executeOutcome(() => gate.promise);
    void Promise.all([run(), run()]);
    policy.reconfigure({ bulkhead: false });
    expect(policy.snapshot().bulkhead).toBeUndefined();
    const third = run();
    policy.reconfigure({ bulkhead: { limit: 2 } });
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 3 } });
    expect(await run()).toMatchObject({ error: { kind: 'bulkhead-full' } });
    gate.resolve('done');
    expect(await third).toMatchObject({ ok: true });
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 0, waiting: 0 } });
  });

  it('starts waiting calls when it grows or is removed, and none when it shrinks', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 1, queue: 9 } });
    const calls = Array.from({ length: 8 }, () => policy.execute(lasting(clock, 100)));
    const running = () => policy.snapshot().bulkhead?.running;
    policy.reconfigure({ bulkhead: { limit: 3, queue: 1 } });
    expect(running()).toBe(3);
    expect(await policy.executeOutcome(() => 1)).toMatchObject({ error: { kind: 'bulkhead-full' } });
    policy.reconfigure({ bulkhead: { limit: 1, queue: 1 } });
    await clock.advance(100);
    expect(running()).toBe(1);
    policy.reconfigure({ bulkhead: false });
    await clock.advance(100);
    await Promise.all(calls);
  });
});

describe('another circuit breaker', () => {
  it('keeps its state and how long it is open', async () => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    await policy.executeOutcome(() => Promise.reject(broken()));
    policy.reconfigure({ circuitBreaker: { consecutiveFailures: 9, halfOpenAfterMs: 60_000 } });
    expect(await policy.executeOutcome(() => 1)).toMatchObject({ error: { kind: 'circuit-open' } });
    await clock.advance(1_000);
    expect(await policy.executeOutcome(() => 1)).toEqual({ ok: true, value: 1 });
  });

  it('counts a running call as slow if it goes on for slowCallMs after the change', async () => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 5 } });
    const calls = [999, 1_000].map((ms) => policy.execute(lasting(clock, ms)));
    policy.reconfigure({ circuitBreaker: { windowCalls: 10, slowCallMs: 1_000 } });
    await clock.advance(1_000);
    await Promise.all(calls);
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ calls: 2, slowCalls: 1 });
  });
});

describe('a clock that is set back an hour', () => {
  it('makes no permit, no circuit and no cool-down wait longer', async () => {
    const { clock, set } = settable();
    const options = { clock, random: () => 0.5 };
    const limited = createPolicy({ ...options, rateLimit: { limit: 1, windowMs: 1_000 } });
    const tripped = createPolicy({
      ...options,
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 },
    });
    await limited.execute(() => 1);
    await tripped.executeOutcome(() => Promise.reject(broken()));
    set(-3_600_000);
    const next = limited.execute(() => 'next');
    await clock.advance(1_100);
    expect(await next).toBe('next');
    expect(await tripped.execute(() => 'trial')).toBe('trial');
  });

  it('ends a waiting call at its deadline', async () => {
    const { clock, set } = settable();
    const policy = createPolicy({ clock, deadlineMs: 1_000, rateLimit: { limit: 1, windowMs: 60_000 } });
    await policy.execute(() => 1);
    const late = policy.executeOutcome(() => 2);
    set(-3_600_000);
    await clock.advance(1_000);
    expect(await late).toMatchObject({ error: { kind: 'timeout', scope: 'deadline' } });
  });
});
