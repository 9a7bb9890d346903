import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { type Clock, createPolicy, type ExecuteOptions, type PolicyOptions } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, build, down } from './harness.js';

const everything: PolicyOptions = {
  deadlineMs: 5_000,
  attemptTimeoutMs: 1_000,
  retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } },
  circuitBreaker: {},
  bulkhead: { limit: 1, queue: 1 },
  rateLimit: { limit: 100, windowMs: 1_000 },
  coolDown: true,
};

/** The same clock, which notes how often it is read. */
function counting(clock: Clock): Clock & { reads: number } {
  const counted = {
    ...clock,
    reads: 0,
    now: () => {
      counted.reads += 1;
      return clock.now();
    },
  };
  return counted;
}

describe('a call that succeeds', () => {
  it.each<[string, PolicyOptions, number]>([
    ['nothing', {}, 0],
    ['retry', { retry: { maxRetries: 3 } }, 0],
    ['consecutive failures', { circuitBreaker: { consecutiveFailures: 5 } }, 0],
    ['failures among the last calls', { circuitBreaker: { windowCalls: 10 } }, 0],
    ['failures in a time', { circuitBreaker: { windowMs: 1_000 } }, 2],
    ['slow calls', { circuitBreaker: { windowCalls: 10, slowCallMs: 1_000 } }, 2],
    ['bulkhead', { bulkhead: { limit: 1 } }, 0],
    ['deadline', { deadlineMs: 1_000 }, 1],
  ])('reads the clock no more than needed: %s', async (_name, options, reads) => {
    const clock = counting(createFakeClock());
    const policy = createPolicy({ ...options, clock });
    clock.reads = 0;
    await policy.execute(async () => 1);
    expect(clock.reads).toBe(reads);
  });
});

describe('execute', () => {
  it('passes a context that prints only its public fields', async () => {
    const { policy } = build(everything);
    let printed = '';
    await policy.execute((context) => (printed = inspect(context)), { operation: 'price' });
    const deadline = 5_000;
    expect(printed).toBe(
      inspect({ operation: 'price', attempt: 0, deadline, remainingMs: 1_000, clientOrderId: undefined }),
    );
  });

  it.each([
    ['a promise', async () => 'value'],
    ['a value', () => 'value'],
    [
      'a promise of another library',
      () => ({ then: (resolve: (value: string) => void) => queueMicrotask(() => resolve('value')) }),
    ],
    [
      'a promise that settles at once',
      () => ({ then: (resolve: (value: string) => void) => resolve('value') }),
    ],
  ])('resolves to what the method returns as %s', async (_name, method) => {
    const { policy, clock } = build(everything);
    expect(await policy.execute(method as () => Promise<string>)).toBe('value');
    expect(await policy.executeOutcome(method as () => Promise<string>)).toEqual({
      ok: true,
      value: 'value',
    });
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([undefined, null, 0, '', false, Number.NaN])('passes %s on unchanged', async (value) => {
    const { policy } = build({ ...everything, staleMs: 1_000 });
    expect(await policy.execute(async () => value)).toBe(value);
    expect(await policy.execute(() => value)).toBe(value);
  });

  const fault = new TypeError('a bug');
  it.each([
    [
      'throws at once',
      () => {
        throw fault;
      },
    ],
    ['rejects', () => Promise.reject(fault)],
    [
      'gives a promise whose then throws',
      () => ({
        then: () => {
          throw fault;
        },
      }),
    ],
    [
      'gives an object whose then cannot be read',
      () => ({
        get then() {
          throw fault;
        },
      }),
    ],
  ])('rejects with what a method %s with, and frees its slot', async (_name, method) => {
    const { policy, clock } = build(everything);
    const run = method as unknown as () => Promise<unknown>;
    await expect(policy.execute(run)).rejects.toBe(fault);
    expect(await policy.executeOutcome(run)).toEqual({ ok: false, error: fault });
    const waiting = Promise.allSettled([policy.execute(run), policy.execute(run)]);
    expect(await waiting).toEqual([
      { status: 'rejected', reason: fault },
      { status: 'rejected', reason: fault },
    ]);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([undefined, null, 'text', 7, Symbol('s'), Object.create(null), Object.freeze({ code: 1 })])(
    'rejects with a thrown %o unchanged, once',
    async (thrown) => {
      const { policy } = build(everything);
      const method = vi.fn(async () => {
        throw thrown;
      });
      expect(await policy.executeOutcome(method)).toEqual({ ok: false, error: thrown });
      expect(method).toHaveBeenCalledTimes(1);
    },
  );

  it('starts synchronously, so that the order of calls is the order of requests', () => {
    const { policy } = build(everything);
    const method = vi.fn(async () => 1);
    void policy.execute(method);
    expect(method).toHaveBeenCalledTimes(1);
  });

  it('accepts a signal or options as second argument, or neither', async () => {
    const { policy } = build();
    const { signal } = new AbortController();
    for (const given of [undefined, null, signal, {}, { signal }, { signal: undefined }, { signal: null }]) {
      expect(await policy.execute(async () => 1, given as ExecuteOptions)).toBe(1);
    }
  });

  it('passes the method its operation, order id and attempt number', async () => {
    const { policy, clock } = build(everything);
    const method = answering(clock, down(), 1);
    const seen: unknown[] = [];
    await policy.execute(
      (context) => {
        const { operation, clientOrderId, attempt, deadline, remainingMs } = context;
        seen.push({ operation, clientOrderId, attempt, deadline, remainingMs });
        return method(context);
      },
      { operation: 'placeOrder', clientOrderId: 'a-1' },
    );
    const facts = { operation: 'placeOrder', clientOrderId: 'a-1', deadline: 5_000, remainingMs: 1_000 };
    expect(seen).toEqual([
      { ...facts, attempt: 0 },
      { ...facts, attempt: 1 },
    ]);
  });
});

describe('executeOutcome', () => {
  it.each<[unknown, unknown, string]>([
    [undefined, {}, 'the first argument must be a function, received undefined'],
    ['text', {}, 'the first argument must be a function, received string'],
    [() => 1, 'text', 'the second argument must be an AbortSignal or an object, received string'],
    [() => 1, 5, 'the second argument must be an AbortSignal or an object, received number'],
    [() => 1, { signal: {} }, 'signal must be an AbortSignal, received object'],
    [
      () => 1,
      { priority: 'urgent' },
      "priority must be 'critical', 'normal' or 'background', received 'urgent'",
    ],
    [
      () => 1,
      { priority: 'toString' },
      "priority must be 'critical', 'normal' or 'background', received 'toString'",
    ],
    [() => 1, { cost: -1 }, 'cost must be a whole number from 0 to rateLimit.limit 100, received -1'],
    [
      () => 1,
      { cost: Number.NaN },
      'cost must be a whole number from 0 to rateLimit.limit 100, received NaN',
    ],
    [
      () => 1,
      { cost: Infinity },
      'cost must be a whole number from 0 to rateLimit.limit 100, received Infinity',
    ],
    [() => 1, { cost: 1.5 }, 'cost must be a whole number from 0 to rateLimit.limit 100, received 1.5'],
    [() => 1, { cost: '5' }, 'cost must be a whole number from 0 to rateLimit.limit 100, received 5'],
    [() => 1, { cost: 101 }, 'cost must be a whole number from 0 to rateLimit.limit 100, received 101'],
  ])('settles to an error for %o with %o', async (fn, options, message) => {
    const { policy, clock } = build(everything);
    const outcome = await policy.executeOutcome(fn as () => number, options as ExecuteOptions);
    expect(outcome).toMatchObject({ ok: false });
    expect(String((outcome as { error: unknown }).error)).toContain(
      `Cannot execute a call of policy 'policy': ${message}`,
    );
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 0 }, rateLimit: { used: 0 } });
    expect(clock.pendingTimers).toBe(0);
    await expect(policy.execute(fn as () => number, options as ExecuteOptions)).rejects.toThrow(message);
  });

  it('settles where every stage refuses', async () => {
    const { policy } = build({
      circuitBreaker: {},
      fallback: () => Promise.reject(new Error('no fallback')),
    });
    policy.isolate();
    expect(await policy.executeOutcome(async () => 1)).toMatchObject({
      ok: false,
      error: { message: 'no fallback' },
    });
  });
});
