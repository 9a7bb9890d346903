import { describe, expect, it, vi } from 'vitest';
import {
  type PolicyOptions,
  PolicyRegistry,
  TradingStrategyError,
  WEEXAuthenticationError,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRequestError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { answering, broken, build, defer, down, hang, limited, lost, settle } from './harness.js';

const plain = { initialDelayMs: 100, maxDelayMs: 1_000, jitter: 'none' } as const;
const eager = { initialDelayMs: 0, jitter: 'none' } as const;

/** Runs a call to its end and tells when its attempts were made. */
async function attemptsOf(options: PolicyOptions, ...answers: readonly unknown[]) {
  const { policy, clock } = build(options);
  const method = answering(clock, ...answers);
  const call = policy.executeOutcome(method);
  await clock.advance(10_000_000);
  expect(clock.pendingTimers).toBe(0);
  return { at: method.at, outcome: await call };
}

describe('maxRetries', () => {
  it.each([
    [0, 1],
    [1, 2],
    [3, 4],
    [undefined, 4],
  ])('%s makes %i calls', async (maxRetries, calls) => {
    const { at, outcome } = await attemptsOf({ retry: { maxRetries, backoff: eager } }, down());
    expect(at).toHaveLength(calls);
    expect(outcome).toMatchObject({ ok: false, error: { kind: 'network' } });
  });

  it('ends with the first success, and with the last error as it was thrown', async () => {
    const { outcome } = await attemptsOf({ retry: { backoff: eager } }, down(), broken(), 'value');
    expect(outcome).toEqual({ ok: true, value: 'value' });
    const last = down();
    const failed = await attemptsOf({ retry: { maxRetries: 2, backoff: eager } }, broken(), down(), last);
    expect((failed.outcome as { error: unknown }).error).toBe(last);
  });

  it('without retry, or with false, makes one call', async () => {
    for (const retry of [undefined, false] as const) {
      expect((await attemptsOf({ retry }, down())).at).toHaveLength(1);
    }
  });

  it('repeats at once if fake timers hold microtasks back, as those of Jest do', async () => {
    vi.useFakeTimers({ toFake: ['queueMicrotask', 'setImmediate', 'setTimeout'] });
    try {
      const { policy, clock } = build({ retry: { backoff: eager } });
      await expect(policy.execute(answering(clock, down(), 'value'))).resolves.toBe('value');
    } finally {
      vi.useRealTimers();
    }
  });

  it('repeats a method that throws synchronously', async () => {
    const { policy } = build({ retry: { backoff: eager } });
    const method = vi.fn(() => {
      throw down();
    });
    await expect(policy.execute(method)).rejects.toMatchObject({ kind: 'network' });
    expect(method).toHaveBeenCalledTimes(4);
  });
});

describe('what is retried', () => {
  it.each<[string, unknown, number]>([
    ['rate limit', limited(0), 4],
    ['system', broken(), 4],
    ['network', down(), 4],
    ['timeout', new WEEXTimeoutError(), 4],
    ['unknown kind', new WEEXError(), 1],
    ['authentication', new WEEXAuthenticationError(), 1],
    ['request', new WEEXRequestError(), 1],
    ['order', new WEEXOrderError(), 1],
    ['business', new TradingStrategyError('', { strategyName: 'grid' }), 1],
    ['open circuit', new WEEXCircuitOpenError(), 1],
    ['full bulkhead', new WEEXBulkheadFullError(), 1],
    ['a bug', new TypeError('x is undefined'), 1],
    ['an unknown outcome', lost(), 1],
  ])('%s: calls', async (_name, error, calls) => {
    expect((await attemptsOf({ retry: { backoff: eager } }, error)).at).toHaveLength(calls);
  });

  it('an unknown outcome of a call that only reads or may be repeated', async () => {
    for (const how of [{ effect: 'read' }, { idempotent: true }] as const) {
      const { policy, clock } = build({ retry: { backoff: eager } });
      const method = answering(clock, lost());
      expect(await policy.executeOutcome(method, how)).toMatchObject({ ok: false });
      expect(method.at).toHaveLength(4);
    }
    expect((await attemptsOf({ retry: { backoff: eager }, effect: 'read' }, lost())).at).toHaveLength(4);
  });

  it('a call declared as a write is not repeated, though the policy only reads', async () => {
    const { policy, clock } = build({ retry: { backoff: eager }, effect: 'read' });
    const method = answering(clock, lost());
    await policy.executeOutcome(method, { effect: 'write' });
    expect(method.at).toHaveLength(1);
  });

  it('on: those classes and their subclasses, and nothing else', async () => {
    const retry = { on: [WEEXSystemError, TypeError], backoff: eager };
    expect((await attemptsOf({ retry }, broken())).at).toHaveLength(4);
    expect((await attemptsOf({ retry }, down())).at).toHaveLength(4);
    expect((await attemptsOf({ retry }, new TypeError())).at).toHaveLength(4);
    expect((await attemptsOf({ retry }, limited(0))).at).toHaveLength(1);
    expect((await attemptsOf({ retry }, new RangeError())).at).toHaveLength(1);
  });

  it('on: system errors do not include refusals of an inner policy, unless they are listed', async () => {
    const refusals = [new WEEXCircuitOpenError(), new WEEXBulkheadFullError()];
    for (const refusal of refusals) {
      for (const parent of [WEEXSystemError, WEEXError, Error]) {
        const { at } = await attemptsOf({ retry: { on: [parent], backoff: eager } }, refusal);
        expect(at).toHaveLength(1);
      }
    }
    const named = { on: [WEEXSystemError, WEEXCircuitOpenError], backoff: eager };
    expect((await attemptsOf({ retry: named }, new WEEXCircuitOpenError())).at).toHaveLength(4);
  });
});

describe('backoff', () => {
  it('none doubles to the longest delay', async () => {
    const { at } = await attemptsOf({ retry: { maxRetries: 6, backoff: plain } }, down());
    expect(at).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
  });

  it('has defaults: decorrelated from 200 ms to 5 s', async () => {
    const delays: number[] = [];
    for (let seed = 0; seed < 50; seed += 1) {
      const { at } = await attemptsOf({ retry: { maxRetries: 1 }, random: () => seed / 50 }, down());
      delays.push((at[1] ?? 0) - (at[0] ?? 0));
    }
    expect(Math.min(...delays)).toBe(200);
    expect(Math.max(...delays)).toBeGreaterThan(560);
    expect(Math.max(...delays)).toBeLessThanOrEqual(600);
  });

  it('starts over with each call', async () => {
    const { policy, clock } = build({ retry: { maxRetries: 2, backoff: plain } });
    const method = answering(clock, down());
    for (let call = 0; call < 2; call += 1) {
      const outcome = policy.executeOutcome(method);
      await clock.advance(1_000);
      await outcome;
    }
    expect(method.at).toEqual([0, 100, 300, 1_000, 1_100, 1_300]);
  });

  it('an abort in it ends the call at once, with its reason, and nothing is called after', async () => {
    const { policy, clock } = build({ retry: { backoff: plain } });
    const controller = new AbortController();
    const method = answering(clock, down());
    const outcome = policy.executeOutcome(method, controller.signal);
    await clock.advance(50);
    controller.abort('enough');
    await settle();
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
    await clock.advance(10_000);
    expect(method.at).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not started if it would not end before the deadline', async () => {
    const { policy, clock } = build({ deadlineMs: 250, retry: { backoff: plain } });
    const method = answering(clock, down());
    const outcome = policy.executeOutcome(method);
    await clock.advance(100);
    await settle();
    expect(await outcome).toMatchObject({ ok: false, error: { kind: 'network' } });
    expect(clock.now()).toBe(100);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Retry-After', () => {
  it('is respected to the millisecond, whatever the jitter', async () => {
    for (const jitter of ['none', 'full', 'equal', 'decorrelated'] as const) {
      const { at } = await attemptsOf({ retry: { maxRetries: 1, backoff: { jitter } } }, limited(7));
      expect(at).toEqual([0, 7_000]);
    }
  });

  it('of any error, also beyond the longest backoff', async () => {
    const maintenance = new WEEXSystemError('Maintenance', {
      retryAfter: 60,
      executionStatus: 'not-executed',
    });
    const { at } = await attemptsOf({ retry: { maxRetries: 1 } }, maintenance);
    expect(at).toEqual([0, 60_000]);
  });

  it('of 0 means at once', async () => {
    const { at } = await attemptsOf({ retry: { maxRetries: 2, backoff: plain } }, limited(0));
    expect(at).toEqual([0, 0, 0]);
  });

  it('beyond the deadline rejects at once with the answer itself', async () => {
    const { policy, clock } = build({ deadlineMs: 5_000, retry: {} });
    const answer = limited(5);
    const method = answering(clock, answer);
    expect(await policy.executeOutcome(method)).toEqual({ ok: false, error: answer });
    expect(clock.now()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('longer than any timer does not fire early', async () => {
    const { policy, clock } = build({ retry: {} });
    const method = answering(clock, limited(3_000_000));
    const controller = new AbortController();
    const outcome = policy.executeOutcome(method, controller.signal);
    await clock.advance(2 ** 31 - 2);
    expect(method.at).toEqual([0]);
    controller.abort('enough');
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
  });
});

describe('rules per error class', () => {
  const calls = async (registry: PolicyRegistry, options: PolicyOptions, error: unknown) => {
    const clock = createFakeClock();
    const policy = registry.define('p', { clock, ...options });
    const method = answering(clock, error);
    const outcome = policy.executeOutcome(method);
    await clock.advance(1_000_000);
    await outcome;
    return method.at;
  };

  it('set the number of retries and the delays if the policy sets neither', async () => {
    const registry = new PolicyRegistry().forError(WEEXNetworkError, {
      retry: { maxRetries: 2, backoff: plain },
    });
    expect(await calls(registry, { retry: {} }, down())).toEqual([0, 100, 300]);
    expect(await calls(registry, { retry: { maxRetries: 1 } }, down())).toEqual([0, 100]);
    expect(await calls(registry, { retry: { backoff: { ...plain, initialDelayMs: 10 } } }, down())).toEqual([
      0, 10, 30,
    ]);
  });

  it('apply to subclasses, and the most specific class takes precedence', async () => {
    const registry = new PolicyRegistry()
      .forError(WEEXSystemError, { retry: { maxRetries: 1, backoff: eager } })
      .forError(WEEXNetworkError, { retry: { maxRetries: 2, backoff: eager } })
      .forError(WEEXTimeoutError, { retry: false });
    class Reset extends WEEXNetworkError {}
    expect(await calls(registry, { retry: {} }, broken())).toHaveLength(2);
    expect(await calls(registry, { retry: {} }, down())).toHaveLength(3);
    expect(await calls(registry, { retry: {} }, new Reset())).toHaveLength(3);
    expect(await calls(registry, { retry: {} }, new WEEXTimeoutError())).toHaveLength(1);
  });

  it('leave omitted fields to the parent class and to the built-in rules', async () => {
    const registry = new PolicyRegistry()
      .forError(WEEXSystemError, { retry: { maxRetries: 1, backoff: eager } })
      .forError(WEEXNetworkError, { circuitBreaker: false, retry: undefined });
    expect(await calls(registry, { retry: {} }, down())).toHaveLength(2);
    const other = new PolicyRegistry().forError(WEEXNetworkError, { coolDown: undefined, retry: undefined });
    expect(await calls(other, { retry: { backoff: eager } }, down())).toHaveLength(4);
  });

  it('retry if the policy has no retry option, and not if it is false', async () => {
    const registry = new PolicyRegistry().forError(WEEXNetworkError, {
      retry: { maxRetries: 1, backoff: eager },
    });
    expect(await calls(registry, {}, down())).toHaveLength(2);
    expect(await calls(registry, {}, broken())).toHaveLength(1);
    expect(await calls(registry, { retry: false }, down())).toHaveLength(1);
  });

  it("yield to the policy's own list of classes", async () => {
    const registry = new PolicyRegistry().forError(TradingStrategyError, { retry: false });
    const retry = { on: [TradingStrategyError], backoff: eager };
    expect(
      await calls(registry, { retry }, new TradingStrategyError('', { strategyName: 'grid' })),
    ).toHaveLength(4);
    expect(
      await calls(registry, { retry: {} }, new TradingStrategyError('', { strategyName: 'grid' })),
    ).toHaveLength(1);
  });

  it("make a user's error retried and counted", async () => {
    class BusyError extends Error {}
    const registry = new PolicyRegistry().forError(BusyError, { retry: { maxRetries: 2, backoff: eager } });
    expect(await calls(registry, { retry: {} }, new BusyError())).toHaveLength(3);
    expect(await calls(registry, { retry: {} }, new Error('other'))).toHaveLength(1);
  });

  it('apply to policies defined before them, and to calls that start after them', async () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const policy = registry.define('p', { clock, retry: { backoff: eager } });
    const before = answering(clock, down());
    await policy.executeOutcome(before);
    registry.forError(WEEXNetworkError, { retry: false });
    const after = answering(clock, down());
    await policy.executeOutcome(after);
    expect([before.at.length, after.at.length]).toEqual([4, 1]);
  });

  it('are not changed by what the caller does to the object later', async () => {
    const retry = { maxRetries: 1, backoff: { initialDelayMs: 0 } };
    const registry = new PolicyRegistry().forError(WEEXNetworkError, { retry });
    retry.maxRetries = 9;
    retry.backoff.initialDelayMs = 500;
    expect(await calls(registry, { retry: {} }, down())).toEqual([0, 0]);
  });

  it("for the library's own refusals: tried again when the circuit lets a trial through", async () => {
    const registry = new PolicyRegistry().forError(WEEXCircuitOpenError, { retry: { maxRetries: 1 } });
    const clock = createFakeClock();
    const policy = registry.define('p', {
      clock,
      retry: {},
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000, on: [RangeError] },
    });
    await policy.executeOutcome(answering(clock, new RangeError()));
    const method = answering(clock, 'back');
    const call = policy.executeOutcome(method);
    await clock.advance(999);
    expect(method.at).toEqual([]);
    await clock.advance(1);
    expect(await call).toEqual({ ok: true, value: 'back' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('for a full bulkhead: tried again after a delay, and given up after the last', async () => {
    const registry = new PolicyRegistry().forError(WEEXBulkheadFullError, {
      retry: { maxRetries: 2, backoff: plain },
    });
    const clock = createFakeClock();
    const policy = registry.define('p', { clock, retry: {}, bulkhead: { limit: 1 } });
    const first = defer();
    const running = policy.execute(() => first.promise);
    const second = policy.executeOutcome(async () => 'second');
    await clock.advance(150);
    first.resolve(undefined);
    await clock.advance(150);
    expect(await second).toEqual({ ok: true, value: 'second' });
    await running;
    void policy.execute(hang);
    const third = policy.executeOutcome(async () => 'third');
    await clock.advance(300);
    expect(await third).toMatchObject({ ok: false, error: { kind: 'bulkhead-full' } });
    expect(clock.pendingTimers).toBe(0);
  });

  it('cost the same lookup however many there are, even with classes created per error', async () => {
    const registry = new PolicyRegistry();
    for (let index = 0; index < 5_000; index += 1) {
      registry.forError(class extends WEEXError {}, { retry: { maxRetries: 1, backoff: eager } });
    }
    const fresh = class extends WEEXNetworkError {};
    registry.forError(WEEXNetworkError, { retry: { maxRetries: 1, backoff: eager } });
    expect(await calls(registry, { retry: {} }, new fresh())).toHaveLength(2);
    for (let index = 0; index < 3_000; index += 1) {
      const once = new (class extends WEEXNetworkError {})();
      if (index % 1_000 === 0) expect(await calls(registry, { retry: {} }, once)).toHaveLength(2);
    }
  });

  it.each([
    [undefined, {}, 'the first argument must be a class that extends Error, received undefined'],
    [class Other {}, {}, 'the first argument must be a class that extends Error, received function'],
    [
      WEEXError,
      { retry: { maxRetries: -1 } },
      'retry.maxRetries must be a whole number from 0 to 1000000, received -1',
    ],
    [WEEXError, { retry: true }, 'retry must be an object, received true'],
    [WEEXError, { colDown: true }, 'unknown option "colDown" (did you mean "coolDown"?); expected one of '],
    [WEEXError, null, 'options must be an object, received null'],
    [
      WEEXError,
      { retry: { backoff: { initialDelayMs: 500, maxDelayMs: 100 } } },
      'retry.backoff.initialDelayMs must not exceed maxDelayMs 100, received 500',
    ],
  ])('are checked: %o with %o', (errorClass, rule, message) => {
    const registry = new PolicyRegistry();
    expect(() => registry.forError(errorClass as typeof Error, rule as object)).toThrow(message);
  });
});

describe('the budget', () => {
  const budgeted = (budget: NonNullable<Exclude<PolicyOptions['retry'], false | undefined>['budget']>) => ({
    retry: { maxRetries: 1, backoff: eager, budget },
  });

  it('allows its minimum, and beyond that a share of the calls', async () => {
    const { policy, clock } = build(budgeted({ ratio: 0.1, minPerSecond: 1 }));
    const method = answering(clock, down());
    for (let call = 0; call < 200; call += 1) await policy.executeOutcome(method);
    // 10 for the floor of ten seconds, 20 for 200 calls.
    expect(method.at).toHaveLength(200 + 30);
  });

  it('of nothing allows no retry, of everything allows all', async () => {
    const none = build(budgeted({ ratio: 0, minPerSecond: 0 }));
    const method = answering(none.clock, down());
    for (let call = 0; call < 50; call += 1) await none.policy.executeOutcome(method);
    expect(method.at).toHaveLength(50);
    const all = build(budgeted({ ratio: 1, minPerSecond: 0 }));
    const again = answering(all.clock, down());
    for (let call = 0; call < 50; call += 1) await all.policy.executeOutcome(again);
    expect(again.at).toHaveLength(100);
  });

  it('lets a program with few calls retry', async () => {
    const { policy, clock } = build(budgeted({}));
    const method = answering(clock, down(), 'value');
    expect(await policy.execute(method)).toBe('value');
  });

  it('forgets after ten seconds', async () => {
    const { policy, clock } = build(budgeted({ ratio: 0, minPerSecond: 0.1 }));
    const retried = async () => {
      const method = answering(clock, down());
      await policy.executeOutcome(method);
      return method.at.length === 2;
    };
    expect([await retried(), await retried()]).toEqual([true, false]);
    await clock.advance(9_000);
    expect(await retried()).toBe(false);
    await clock.advance(1_000);
    expect([await retried(), await retried()]).toEqual([true, false]);
  });

  it('is one for all policies of a scope, and of a registry, and the snapshot shows what is left', async () => {
    const shared = { ratio: 0, minPerSecond: 0.2 };
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const one = registry.define('one', { clock, ...budgeted(shared) });
    const two = registry.define('two', { clock, ...budgeted(shared) });
    const apart = registry.define('apart', { clock, ...budgeted({ ...shared, scope: 'mine' }) });
    const method = answering(clock, down());
    await one.executeOutcome(method);
    await two.executeOutcome(method);
    expect([one, two, apart].map((policy) => policy.snapshot().retryBudget?.available)).toEqual([0, 0, 2]);
    await one.executeOutcome(method);
    await two.executeOutcome(method);
    expect(method.at).toHaveLength(6);
  });

  it('of a policy outside a registry is its own, unless it has a scope', async () => {
    const options = budgeted({ ratio: 0, minPerSecond: 0.1 });
    const { policy, clock } = build(options);
    const other = build({ ...options, clock }).policy;
    await policy.executeOutcome(answering(clock, down()));
    expect([policy, other].map((each) => each.snapshot().retryBudget?.available)).toEqual([0, 1]);
  });

  it('is not used for errors that are not retried anyway', async () => {
    const { policy, clock } = build(budgeted({ ratio: 0, minPerSecond: 0.1 }));
    await policy.executeOutcome(answering(clock, new WEEXOrderError()));
    expect(policy.snapshot().retryBudget?.available).toBe(1);
  });
});

describe('a refused timestamp', () => {
  const skewed = () =>
    new WEEXAuthenticationError('Timestamp expired', { reason: 'clock', executionStatus: 'not-executed' });

  it('is tried once more at once, without using up an attempt, after the clock was synchronised', async () => {
    const order: string[] = [];
    const resynchronizeClock = vi.fn(async () => {
      order.push('resynchronized');
    });
    const { policy, clock } = build({ resynchronizeClock, retry: { maxRetries: 1, backoff: eager } });
    const error = skewed();
    const method = answering(clock, error, down(), () => order.push('answered'));
    expect(await policy.executeOutcome(method)).toMatchObject({ ok: true });
    expect(resynchronizeClock).toHaveBeenCalledExactlyOnceWith(error);
    expect(order).toEqual(['resynchronized', 'answered']);
    expect(method.at).toEqual([0, 0, 0]);
  });

  it('is tried once only, and works without a hook', async () => {
    expect((await attemptsOf({ retry: { backoff: eager } }, skewed())).at).toHaveLength(2);
    expect((await attemptsOf({ retry: { maxRetries: 0 } }, skewed())).at).toHaveLength(2);
  });

  it('is final without retry, and for other authentication errors', async () => {
    expect((await attemptsOf({ retry: false }, skewed())).at).toHaveLength(1);
    expect((await attemptsOf({}, skewed())).at).toHaveLength(1);
    const credentials = new WEEXAuthenticationError('Wrong key', { reason: 'credentials' });
    expect((await attemptsOf({ retry: { backoff: eager } }, credentials)).at).toHaveLength(1);
  });

  it('ends with the refusal if the hook fails, and at the deadline if it hangs', async () => {
    for (const resynchronizeClock of [
      () => Promise.reject(new Error('no time')),
      () => {
        throw new Error('no time');
      },
    ]) {
      const { at, outcome } = await attemptsOf({ resynchronizeClock, retry: {} }, skewed());
      expect(at).toHaveLength(1);
      expect(outcome).toMatchObject({ ok: false, error: { reason: 'clock' } });
    }
    const { policy, clock } = build({ resynchronizeClock: hang, retry: {}, deadlineMs: 500 });
    const outcome = policy.executeOutcome(answering(clock, skewed()));
    await clock.advance(500);
    expect(await outcome).toMatchObject({ ok: false, error: { kind: 'timeout', scope: 'deadline' } });
  });

  it('can be aborted while the hook runs', async () => {
    const { policy, clock } = build({ resynchronizeClock: hang, retry: {} });
    const controller = new AbortController();
    const outcome = policy.executeOutcome(answering(clock, skewed()), controller.signal);
    await settle();
    controller.abort('enough');
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
  });
});
