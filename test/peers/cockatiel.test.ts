import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  fallback,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { broken, build, defer, down, hang, settle } from '../policies/harness.js';

// cockatiel takes the time from the global timers.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = () => undefined;
const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a newcomer overtakes the queue of the bulkhead', () => {
  const order = async (execute: (fn: () => unknown) => Promise<unknown>) => {
    const started: string[] = [];
    const shared = defer();
    const first = execute(() => shared.promise);
    const queued = execute(() => void started.push('queued'));
    const newcomer = (async () => {
      await shared.promise;
      await Promise.resolve();
      await Promise.resolve();
      await execute(() => void started.push('newcomer'));
    })();
    shared.resolve(undefined);
    await Promise.all([first, queued, newcomer]);
    return started;
  };

  it('shows the fault in cockatiel 4', async () => {
    const orders = new Set<string>();
    for (const turns of [0, 1, 2, 3, 4, 5]) {
      const policy = bulkhead(1, 5);
      const started: string[] = [];
      const shared = defer();
      const first = policy.execute(() => shared.promise);
      const queued = policy.execute(() => void started.push('queued'));
      const newcomer = (async () => {
        await shared.promise;
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        await policy.execute(() => void started.push('newcomer'));
      })();
      shared.resolve(undefined);
      await Promise.all([first, queued, newcomer]);
      orders.add(started.join());
    }
    expect(orders).toContain('newcomer,queued');
  });

  it('is absent here', async () => {
    const { policy } = build({ bulkhead: { limit: 1, queue: 5 } });
    expect(await order((fn) => policy.execute(fn))).toEqual(['queued', 'newcomer']);
  });
});

describe('what was admitted to the queue is rejected after all', () => {
  const accepted = async (make: () => (fn: () => unknown) => Promise<unknown>) => {
    const outcomes: unknown[] = [];
    for (const turns of [0, 1, 2, 3, 4, 5]) {
      const execute = make();
      const shared = defer();
      const first = execute(() => shared.promise);
      const queued = execute(() => 'ran');
      const newcomers = (async () => {
        await shared.promise;
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        await Promise.all(['x', 'y'].map((name) => quietly(execute(() => name))));
      })();
      shared.resolve(undefined);
      await Promise.all([first, newcomers]);
      outcomes.push(await quietly(queued));
    }
    return outcomes;
  };

  it('shows the fault in cockatiel 4', async () => {
    const outcomes = await accepted(() => {
      const policy = bulkhead(1, 1);
      return (fn) => policy.execute(fn);
    });
    expect(outcomes.some((outcome) => outcome !== 'ran')).toBe(true);
  });

  it('is absent here', async () => {
    const outcomes = await accepted(() => {
      const { policy } = build({ bulkhead: { limit: 1, queue: 1 } });
      return (fn) => policy.execute(fn);
    });
    expect(outcomes).toEqual(['ran', 'ran', 'ran', 'ran', 'ran', 'ran']);
  });
});

describe('onSuccess and onFailure of a bulkhead never fire', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = bulkhead(1);
    const heard = vi.fn();
    policy.onSuccess(heard);
    policy.onFailure(heard);
    await policy.execute(nothing);
    await quietly(policy.execute(() => Promise.reject(down())));
    expect(heard).not.toHaveBeenCalled();
  });

  it('is absent here', async () => {
    const { policy } = build({ bulkhead: { limit: 1 } });
    const heard = vi.fn();
    policy.onSuccess(heard);
    policy.onFailure(heard);
    await policy.execute(nothing);
    await quietly(policy.execute(() => Promise.reject(down())));
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

describe('a queued call that aborts rejects only at the front', () => {
  const told = async (execute: (fn: () => unknown, signal?: AbortSignal) => Promise<unknown>) => {
    void execute(hang);
    const controller = new AbortController();
    let outcome: unknown = 'still waiting';
    void execute(nothing, controller.signal).catch((error: unknown) => {
      outcome = error;
    });
    controller.abort('enough');
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    return outcome;
  };

  it('shows the fault in cockatiel 4', async () => {
    const policy = bulkhead(1, 1);
    expect(await told((fn, signal) => policy.execute(fn, signal))).toBe('still waiting');
  });

  it('is absent here', async () => {
    const { policy } = build({ bulkhead: { limit: 1, queue: 1 } });
    expect(await told((fn, signal) => policy.execute(fn, signal))).toBe('enough');
  });
});

describe('the backoff cannot be aborted, and the function runs once more after it', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(200) });
    const controller = new AbortController();
    const method = vi.fn(() => Promise.reject(down()));
    const outcome = quietly(policy.execute(method, controller.signal));
    await vi.advanceTimersByTimeAsync(20);
    controller.abort('enough');
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    expect(method).toHaveBeenCalledTimes(2);
  });

  it('is absent here', async () => {
    const policy = createPolicy({
      retry: { maxRetries: 3, backoff: { initialDelayMs: 200, jitter: 'none' } },
    });
    const controller = new AbortController();
    const method = vi.fn(() => Promise.reject(down()));
    const outcome = quietly(policy.execute(method, controller.signal));
    await vi.advanceTimersByTimeAsync(20);
    controller.abort('enough');
    expect(await outcome).toBe('enough');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(method).toHaveBeenCalledTimes(1);
  });
});

describe('a listener that throws repeats a call that succeeded', () => {
  const listener = () => {
    throw new Error('a listener');
  };

  it('shows the fault in cockatiel 4', async () => {
    const inner = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(9) });
    inner.onSuccess(listener);
    const method = vi.fn(async () => 'placed');
    const policy = wrap(retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(0) }), inner);
    const outcome = quietly(policy.execute(method));
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcome).toBeInstanceOf(Error);
    expect(method).toHaveBeenCalledTimes(4);
  });

  it('is absent here', async () => {
    const { policy } = build({ retry: { maxRetries: 3, on: [Error] }, circuitBreaker: {} });
    policy.onSuccess(listener);
    const rejecting: unknown = () => Promise.reject(new Error('a listener'));
    policy.onSuccess(rejecting as () => void);
    const method = vi.fn(async () => 'placed');
    expect(await policy.execute(method)).toBe('placed');
    expect(method).toHaveBeenCalledTimes(1);
  });
});

describe('a window counts failures of an hour ago', () => {
  it('shows the fault in cockatiel 4', async () => {
    const busy = circuitBreaker(handleAll, {
      halfOpenAfter: 1_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 5_000, minimumRps: 1 }),
    });
    for (let call = 0; call < 4; call += 1) await quietly(busy.execute(() => Promise.reject(down())));
    expect(busy.state).toBe(0);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await quietly(busy.execute(() => Promise.reject(down())));
    expect(busy.state).toBe(1);
  });

  it('is absent here', async () => {
    const { policy, clock } = build({
      circuitBreaker: { failureRate: 0.5, windowMs: 5_000, minimumCalls: 5 },
    });
    const fail = () => policy.executeOutcome(() => Promise.reject(down()));
    for (let call = 0; call < 4; call += 1) await fail();
    vi.useRealTimers();
    await clock.advance(3_600_000);
    await fail();
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('closed');
  });
});

describe('callers wait forever behind a half-open trial that hangs', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(1) });
    await quietly(policy.execute(() => Promise.reject(down())));
    await vi.advanceTimersByTimeAsync(1_000);
    void policy.execute(hang);
    const settled = vi.fn();
    const controller = new AbortController();
    policy.execute(nothing, controller.signal).then(settled, settled);
    controller.abort();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(settled).not.toHaveBeenCalled();
  });

  it('is absent here', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    await quietly(policy.execute(() => Promise.reject(broken())));
    await vi.advanceTimersByTimeAsync(1_000);
    void policy.execute(hang);
    expect(await quietly(policy.execute(nothing))).toMatchObject({ kind: 'circuit-open' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await policy.execute(() => 'trial')).toBe('trial');
  });
});

describe('a late failure from before opens a half-open circuit, a late success clears the count', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(2) });
    const old = defer();
    const late = policy.execute(() => old.promise);
    const fail = () => quietly(policy.execute(() => Promise.reject(down())));
    await fail();
    old.resolve('late');
    await late;
    await fail();
    expect(policy.state).toBe(0);

    const second = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(1) });
    const stale = defer();
    const lateFailure = quietly(second.execute(() => stale.promise));
    await quietly(second.execute(() => Promise.reject(down())));
    await vi.advanceTimersByTimeAsync(1_000);
    void second.execute(hang);
    stale.reject(down());
    await lateFailure;
    expect(second.state).toBe(1);
  });

  it('is absent here', async () => {
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 } });
    const stale = defer();
    const lateFailure = quietly(policy.execute(() => stale.promise));
    await quietly(policy.execute(() => Promise.reject(broken())));
    await vi.advanceTimersByTimeAsync(1_000);
    void policy.execute(hang);
    stale.reject(broken());
    await lateFailure;
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('half-open');
  });
});

describe('the abort of the caller is reported as a timeout', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = timeout(10_000, TimeoutStrategy.Aggressive);
    const timedOut = vi.fn();
    policy.onTimeout(timedOut);
    const controller = new AbortController();
    const outcome = quietly(policy.execute(hang, controller.signal));
    controller.abort('enough');
    const error = (await outcome) as Error;
    expect(error.message).toContain('timed out after 10000ms');
    expect(timedOut).toHaveBeenCalledTimes(1);
  });

  it('is absent here', async () => {
    const { policy } = build({ attemptTimeoutMs: 10_000, deadlineMs: 20_000 });
    const controller = new AbortController();
    const outcome = quietly(policy.execute(hang, controller.signal));
    controller.abort('enough');
    expect(await outcome).toBe('enough');
  });
});

describe('an isolated circuit that was stored stays isolated, with no documented way to release it', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(1) });
    const handle = policy.isolate();
    const restored = circuitBreaker(handleAll, {
      halfOpenAfter: 1_000,
      breaker: new ConsecutiveBreaker(1),
      initialState: policy.toJSON(),
    });
    handle.dispose();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await quietly(restored.execute(() => 'ran'))).not.toBe('ran');
  });

  it('is absent here', async () => {
    const { policy } = build({ circuitBreaker: {} });
    policy.isolate();
    const restored = build({ circuitBreaker: {} }).policy;
    restored.restore(JSON.parse(JSON.stringify(policy.snapshot())));
    restored.reset();
    expect(await restored.execute(() => 'ran')).toBe('ran');
  });
});

describe('a timeout of 2^31 ms fires after one', () => {
  it('shows the fault in cockatiel 4', async () => {
    vi.useRealTimers();
    const warned = vi.fn();
    process.once('warning', warned);
    const policy = timeout(2 ** 31, TimeoutStrategy.Aggressive);
    const error = (await quietly(policy.execute(() => hang()))) as Error;
    await settle();
    expect(error.message).toContain('2147483648ms');
    expect(warned).toHaveBeenCalledTimes(1);
  });

  it('is absent here', () => {
    expect(() => createPolicy({ attemptTimeoutMs: 2 ** 31 })).toThrow(
      'attemptTimeoutMs must be a whole number from 1 to 2147483647, received 2147483648',
    );
  });
});

describe('unknown options are accepted: attempts: 3 retries forever', () => {
  it('shows the fault in cockatiel 4', async () => {
    const policy = retry(handleAll, { attempts: 3, backoff: new ConstantBackoff(1) } as object);
    const controller = new AbortController();
    const method = vi.fn(() => Promise.reject(down()));
    const outcome = quietly(policy.execute(method, controller.signal));
    await vi.advanceTimersByTimeAsync(500);
    controller.abort();
    await vi.advanceTimersByTimeAsync(10);
    await outcome;
    expect(method.mock.calls.length).toBeGreaterThan(100);
  });

  it('is absent here', async () => {
    expect(() => createPolicy({ retry: { attempts: 3 } as object })).toThrow(
      'unknown option "retry.attempts"',
    );
    const { policy, clock } = build({ retry: {} });
    const method = vi.fn(() => Promise.reject(down()));
    const outcome = policy.executeOutcome(method);
    vi.useRealTimers();
    await clock.advance(3_600_000);
    await outcome;
    expect(method).toHaveBeenCalledTimes(4);
  });
});

describe('a fallback cannot see the error', () => {
  it('shows the fault in cockatiel 4', async () => {
    const factory = vi.fn((...facts: readonly unknown[]) => facts.length);
    await fallback(handleAll, factory).execute(() => Promise.reject(down()));
    expect(factory).toHaveBeenCalledExactlyOnceWith();
  });

  it('is absent here', async () => {
    const error = down();
    const seen = vi.fn((_error: unknown) => 'value');
    const { policy } = build({ fallback: seen });
    expect(await policy.execute(() => Promise.reject(error))).toBe('value');
    expect(seen.mock.calls[0]?.[0]).toBe(error);
  });
});

describe('a timeout under a retry runs several copies of the work at once', () => {
  it('shows the fault in cockatiel 4', async () => {
    let running = 0;
    const policy = wrap(
      retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(1) }),
      timeout(100, TimeoutStrategy.Aggressive),
    );
    const outcome = quietly(
      policy.execute(() => {
        running += 1;
        return hang();
      }),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    expect(running).toBe(3);
  });

  it('is absent here: what may have been executed is not sent again, and a slot is held until it is over', async () => {
    const write = createPolicy({ attemptTimeoutMs: 100, retry: { maxRetries: 2 } });
    const read = createPolicy({
      attemptTimeoutMs: 100,
      deadlineMs: 1_000,
      effect: 'read',
      retry: { maxRetries: 2, backoff: { initialDelayMs: 1, jitter: 'none' } },
      bulkhead: { limit: 1, queue: 5 },
    });
    for (const policy of [write, read]) {
      const method = vi.fn(hang);
      const outcome = quietly(policy.execute(method));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await outcome).toMatchObject({ kind: 'timeout' });
      expect(method).toHaveBeenCalledTimes(1);
    }
  });

  it('shows the fault in cockatiel 4: a timeout and an abort are of one class, without a code', async () => {
    const policy = timeout(100, TimeoutStrategy.Aggressive);
    const timedOut = quietly(policy.execute(hang));
    await vi.advanceTimersByTimeAsync(100);
    const controller = new AbortController();
    const aborted = quietly(policy.execute(hang, controller.signal));
    controller.abort();
    const [one, two] = (await Promise.all([timedOut, aborted])) as [Error, Error];
    expect(one.constructor).toBe(two.constructor);
    expect(one.name).toBe('Error');
  });
});
