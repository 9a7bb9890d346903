import { describe, expect, it } from 'vitest';
import {
  type CircuitBreakerOptions,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXAuthenticationError,
  WEEXBulkheadFullError,
  WEEXCircuitOpenError,
  WEEXError,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXRequestError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { broken, build, defer, down, hang, lasting, limited, settle } from './harness.js';

const fail = (policy: ResiliencePolicy, error: unknown = broken(), key?: string) =>
  policy.executeOutcome(() => Promise.reject(error), { key });
const succeed = (policy: ResiliencePolicy, key?: string) =>
  policy.executeOutcome(async () => 'value', { key });
const stateOf = (policy: ResiliencePolicy, key?: string) => {
  const circuits = policy.snapshot().circuitBreaker;
  return (key === undefined ? circuits?.common : circuits?.keys[key])?.state;
};
const protectedBy = (circuitBreaker: CircuitBreakerOptions) => build({ circuitBreaker });

describe('when it opens', () => {
  it('consecutive failures: after this many with no success in between', async () => {
    const { policy } = protectedBy({ consecutiveFailures: 3, halfOpenAfterMs: 60_000 });
    await fail(policy);
    await fail(policy);
    await succeed(policy);
    await fail(policy);
    await fail(policy);
    expect(stateOf(policy)).toBe('closed');
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
    expect(await succeed(policy)).toMatchObject({
      ok: false,
      error: { kind: 'circuit-open', policy: 'policy', retryAfter: 60, executionStatus: 'not-executed' },
    });
  });

  it('failure rate in a window of time: not before the minimum, and only with enough of them', async () => {
    const { policy } = protectedBy({ failureRate: 0.5, windowMs: 10_000, minimumCalls: 4 });
    for (let call = 0; call < 3; call += 1) await fail(policy);
    expect(stateOf(policy)).toBe('closed');
    const { policy: half } = protectedBy({ failureRate: 0.5, windowMs: 10_000, minimumCalls: 4 });
    await succeed(half);
    await succeed(half);
    await succeed(half);
    await fail(half);
    await fail(half);
    expect(stateOf(half)).toBe('closed');
    await fail(half);
    expect(stateOf(half)).toBe('open');
  });

  it('forgets what left the window, however long there were no calls', async () => {
    for (const pauseMs of [10_000, 3_600_000]) {
      const { policy, clock } = protectedBy({ failureRate: 0.5, windowMs: 10_000, minimumCalls: 5 });
      for (let call = 0; call < 4; call += 1) await fail(policy);
      await clock.advance(pauseMs);
      await fail(policy);
      expect(stateOf(policy)).toBe('closed');
      expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ calls: 1, failures: 1 });
    }
  });

  it('shows in its snapshot only what is still in the window', async () => {
    const { policy, clock } = protectedBy({ windowMs: 10_000 });
    await fail(policy);
    await clock.advance(3_600_000);
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ calls: 0, failures: 0 });
  });

  it('keeps what is in the window while it slides', async () => {
    const { policy, clock } = protectedBy({ failureRate: 1, windowMs: 1_000, minimumCalls: 5 });
    for (let call = 0; call < 5; call += 1) {
      expect(stateOf(policy)).toBe('closed');
      await fail(policy);
      await clock.advance(200);
    }
    expect(stateOf(policy)).toBe('open');
  });

  it('failure rate over a number of calls: the oldest is dropped', async () => {
    const { policy } = protectedBy({ failureRate: 0.5, windowCalls: 4 });
    for (const call of [fail, succeed, succeed, succeed, fail]) await call(policy);
    expect(stateOf(policy)).toBe('closed');
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ calls: 4, failures: 1 });
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
  });

  it('slow calls, though they succeed, and not the fast ones', async () => {
    const { policy, clock } = protectedBy({ slowCallMs: 100, slowCallRate: 0.5, minimumCalls: 4 });
    const call = async (ms: number) => {
      const outcome = policy.executeOutcome(lasting(clock, ms));
      await clock.advance(ms);
      await outcome;
    };
    for (const ms of [99, 99, 100]) await call(ms);
    expect(stateOf(policy)).toBe('closed');
    await call(100);
    expect(stateOf(policy)).toBe('open');
  });

  it.each<[string, unknown, 'open' | 'closed']>([
    ['system', broken(), 'open'],
    ['network', down(), 'open'],
    ['rate limit', limited(1), 'closed'],
    ['authentication', new WEEXAuthenticationError('no', { data: { status: 500 } }), 'closed'],
    [
      'request, sent as HTTP 500',
      new WEEXRequestError('-1054', { code: -1054, context: { httpStatus: 500 } }),
      'closed',
    ],
    [
      'order, sent as HTTP 500',
      new WEEXOrderError('no', { code: -1054, context: { httpStatus: 500 } }),
      'closed',
    ],
    ['unknown kind', new WEEXError(), 'closed'],
    ['open circuit inside', new WEEXCircuitOpenError(), 'closed'],
    ['full bulkhead inside', new WEEXBulkheadFullError(), 'closed'],
    ['a bug', new TypeError(), 'closed'],
    ['no error at all', null, 'closed'],
  ])('%s: %s is then %s', async (_name, error, state) => {
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    await fail(policy, error);
    expect(stateOf(policy)).toBe(state);
  });

  it("on: counts those classes and no others; the library's own refusals only by their own name", async () => {
    const on = [WEEXOrderError, RangeError];
    for (const [error, state] of [
      [new WEEXOrderError(), 'open'],
      [new RangeError(), 'open'],
      [broken(), 'closed'],
    ] as const) {
      const { policy } = protectedBy({ consecutiveFailures: 1, on });
      await fail(policy, error);
      expect(stateOf(policy)).toBe(state);
    }
    const { policy } = protectedBy({ consecutiveFailures: 1, on: [WEEXSystemError] });
    await fail(policy, new WEEXCircuitOpenError());
    await fail(policy, new WEEXBulkheadFullError());
    expect(stateOf(policy)).toBe('closed');
  });

  it('by rules: what a registry sets to count does, and nothing else', async () => {
    class BusyError extends Error {}
    const registry = new PolicyRegistry()
      .forError(BusyError, { circuitBreaker: true })
      .forError(WEEXNetworkError, { circuitBreaker: false });
    const policy = registry.define('p', {
      clock: createFakeClock(),
      circuitBreaker: { consecutiveFailures: 1 },
    });
    await fail(policy, down());
    expect(stateOf(policy)).toBe('closed');
    await fail(policy, new BusyError());
    expect(stateOf(policy)).toBe('open');
  });

  it('not by an abort of the caller, a full bulkhead, or a call cut short by its deadline', async () => {
    const { policy, clock } = build({
      circuitBreaker: { consecutiveFailures: 1 },
      bulkhead: { limit: 1, queue: 1, maxWaitMs: 10 },
      deadlineMs: 150,
      attemptTimeoutMs: 100,
    });
    const controller = new AbortController();
    const stuck = defer();
    const first = policy.executeOutcome(() => stuck.promise, controller.signal);
    const waiting = policy.executeOutcome(hang);
    expect(await policy.executeOutcome(hang)).toMatchObject({ error: { kind: 'bulkhead-full' } });
    await clock.advance(10);
    expect(await waiting).toMatchObject({ error: { kind: 'bulkhead-full' } });
    controller.abort();
    await first;
    stuck.resolve(undefined);
    await settle();
    expect(stateOf(policy)).toBe('closed');
    const late = build({
      circuitBreaker: { consecutiveFailures: 1 },
      deadlineMs: 150,
      attemptTimeoutMs: 100,
      bulkhead: { limit: 1, queue: 1 },
    });
    const holder = late.policy.executeOutcome(lasting(late.clock, 90));
    const cutShort = late.policy.executeOutcome(hang);
    await late.clock.advance(150);
    await holder;
    expect(await cutShort).toMatchObject({ error: { kind: 'timeout', scope: 'deadline' } });
    expect(stateOf(late.policy)).toBe('closed');
  });

  it('by timeouts of attempts, each once', async () => {
    const { policy, clock } = build({ circuitBreaker: { consecutiveFailures: 2 }, attemptTimeoutMs: 100 });
    const stuck = defer();
    const first = policy.executeOutcome(() => stuck.promise);
    await clock.advance(100);
    await first;
    stuck.reject(broken());
    await settle();
    expect(policy.snapshot().circuitBreaker?.common).toMatchObject({ state: 'closed', failures: 1 });
    const second = policy.executeOutcome(hang);
    await clock.advance(100);
    await second;
    expect(stateOf(policy)).toBe('open');
  });
});

describe('half-open', () => {
  const opened = async (options: CircuitBreakerOptions = {}) => {
    const built = protectedBy({ consecutiveFailures: 1, halfOpenAfterMs: 1_000, ...options });
    await fail(built.policy);
    return built;
  };

  it('lets one trial through at a time and refuses the rest at once', async () => {
    const { policy, clock } = await opened();
    await clock.advance(999);
    expect(await succeed(policy)).toMatchObject({ ok: false, error: { retryAfterMs: 1 } });
    await clock.advance(1);
    const trial = defer();
    const tried = policy.executeOutcome(() => trial.promise);
    expect(await succeed(policy)).toMatchObject({ ok: false, error: { kind: 'circuit-open' } });
    expect(stateOf(policy)).toBe('half-open');
    trial.resolve('back');
    expect(await tried).toEqual({ ok: true, value: 'back' });
    expect(stateOf(policy)).toBe('closed');
    expect(await succeed(policy)).toMatchObject({ ok: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it('opens again when the trial fails, for as long as before', async () => {
    const { policy, clock } = await opened();
    await clock.advance(1_000);
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
    await clock.advance(999);
    expect(await succeed(policy)).toMatchObject({ ok: false });
    await clock.advance(1);
    expect(await succeed(policy)).toMatchObject({ ok: true });
  });

  it('waits longer after each failed trial up to the longest, and starts over after it closed', async () => {
    const { policy, clock } = await opened({ maxHalfOpenAfterMs: 5_000 });
    const openFor = () => policy.snapshot().circuitBreaker?.common.halfOpenAfterMs ?? 0;
    const times = [openFor()];
    for (let trial = 0; trial < 4; trial += 1) {
      await clock.advance(openFor());
      await fail(policy);
      times.push(openFor());
    }
    expect(times).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    await clock.advance(5_000);
    await succeed(policy);
    await fail(policy);
    expect(openFor()).toBe(1_000);
  });

  it('needs all of its trials, and allows the configured share of them to fail', async () => {
    const { policy, clock } = await opened({ halfOpenTrials: 4, halfOpenFailureRate: 0.5 });
    await clock.advance(1_000);
    const trials = Array.from({ length: 4 }, () => defer());
    const outcomes = trials.map((trial) => policy.executeOutcome(() => trial.promise));
    expect(await succeed(policy)).toMatchObject({ ok: false });
    trials[0]?.reject(broken());
    trials[1]?.reject(broken());
    trials[2]?.resolve(undefined);
    await Promise.all(outcomes.slice(0, 3));
    expect(stateOf(policy)).toBe('half-open');
    trials[3]?.resolve(undefined);
    await outcomes[3];
    expect(stateOf(policy)).toBe('closed');

    const second = await opened({ halfOpenTrials: 4, halfOpenFailureRate: 0.5 });
    await second.clock.advance(1_000);
    await fail(second.policy);
    await fail(second.policy);
    await fail(second.policy);
    expect(stateOf(second.policy)).toBe('open');
  });

  it('frees the place of a trial that hangs, and of one without a result', async () => {
    const { policy, clock } = await opened();
    await clock.advance(1_000);
    void policy.execute(hang);
    await clock.advance(999);
    expect(await succeed(policy)).toMatchObject({ ok: false, error: { retryAfterMs: 1 } });
    await clock.advance(1);
    await fail(policy, new WEEXOrderError());
    expect(stateOf(policy)).toBe('half-open');
    const controller = new AbortController();
    const aborted = policy.executeOutcome(hang, controller.signal);
    controller.abort();
    await aborted;
    expect(await succeed(policy)).toMatchObject({ ok: true });
    expect(stateOf(policy)).toBe('closed');
  });

  it('refuses those that waited in the queue, all but the trial', async () => {
    const { policy, clock } = build({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000 },
      bulkhead: { limit: 2, queue: 10 },
    });
    const running = [defer(), defer()];
    const outcomes = running.map(({ promise }) => policy.executeOutcome(() => promise));
    const started: number[] = [];
    const queued = [0, 1, 2].map((index) =>
      policy.executeOutcome(() => {
        started.push(index);
        return hang();
      }),
    );
    running[0]?.reject(broken());
    await outcomes[0];
    await settle();
    expect(started).toEqual([]);
    expect(await Promise.all(queued)).toMatchObject(
      [0, 1, 2].map(() => ({ error: { kind: 'circuit-open' } })),
    );
    running[1]?.resolve(undefined);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('starts one trial, not two, if the allowance for two returns at once', async () => {
    const { policy, clock } = build({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 500 },
      rateLimit: { limit: 2, windowMs: 1_000 },
    });
    await fail(policy);
    await clock.advance(500);
    await fail(policy);
    await clock.advance(500);
    let running = 0;
    const runs = [0, 1, 2].map(() =>
      policy.executeOutcome(() => {
        running += 1;
        return hang();
      }),
    );
    await clock.advance(2_000);
    expect(running).toBeLessThanOrEqual(3);
    expect(runs).toHaveLength(3);
  });
});

describe('late results of an earlier state', () => {
  const withRunning = async (clock: FakeClock, policy: ResiliencePolicy) => {
    const old = defer();
    const outcome = policy.executeOutcome(() => old.promise);
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
    await clock.advance(1_000);
    return { old, outcome };
  };
  const options = { consecutiveFailures: 1, halfOpenAfterMs: 1_000, halfOpenTrials: 2 };

  it('a failure from before does not open it again while it is half-open', async () => {
    const { policy, clock } = protectedBy(options);
    const { old, outcome } = await withRunning(clock, policy);
    await succeed(policy);
    old.reject(broken());
    await outcome;
    expect(stateOf(policy)).toBe('half-open');
    await succeed(policy);
    expect(stateOf(policy)).toBe('closed');
  });

  it('a success from before does not count as a trial', async () => {
    const { policy, clock } = protectedBy(options);
    const { old, outcome } = await withRunning(clock, policy);
    await succeed(policy);
    old.resolve('late');
    expect(await outcome).toEqual({ ok: true, value: 'late' });
    expect(stateOf(policy)).toBe('half-open');
  });

  it('a failure from before does not open a circuit that has closed since', async () => {
    const { policy, clock } = protectedBy(options);
    const { old, outcome } = await withRunning(clock, policy);
    await succeed(policy);
    await succeed(policy);
    expect(stateOf(policy)).toBe('closed');
    old.reject(broken());
    await outcome;
    expect(stateOf(policy)).toBe('closed');
  });

  it('a success from before does not clear the count', async () => {
    const { policy } = protectedBy({ ...options, consecutiveFailures: 2 });
    const old = defer();
    const outcome = policy.executeOutcome(() => old.promise);
    policy.reset();
    policy.isolate();
    policy.reset();
    await fail(policy);
    old.resolve(undefined);
    await outcome;
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
  });

  it('an abandoned attempt does not affect the circuit later', async () => {
    const { policy, clock } = build({
      circuitBreaker: { consecutiveFailures: 2 },
      attemptTimeoutMs: 100,
      effect: 'read',
      retry: { maxRetries: 1, backoff: { initialDelayMs: 50, jitter: 'none' } },
    });
    const old = defer();
    let runs = 0;
    const outcome = policy.executeOutcome(() => ((runs += 1) === 1 ? old.promise : 'second'));
    await clock.advance(100);
    old.reject(broken());
    await clock.advance(50);
    expect(await outcome).toEqual({ ok: true, value: 'second' });
    expect(stateOf(policy)).toBe('closed');
    expect(policy.snapshot().circuitBreaker?.common.failures).toBe(0);
  });
});

describe('by hand', () => {
  it('isolate refuses until reset, and reset clears the history', async () => {
    const { policy, clock } = protectedBy({ consecutiveFailures: 2 });
    await fail(policy);
    policy.isolate();
    expect(stateOf(policy)).toBe('isolated');
    await clock.advance(1_000_000);
    const refused = (await succeed(policy)) as { error: WEEXCircuitOpenError };
    expect(refused.error).toMatchObject({ kind: 'circuit-open' });
    expect(refused.error.retryAfter).toBeUndefined();
    policy.reset();
    expect(stateOf(policy)).toBe('closed');
    await fail(policy);
    expect(stateOf(policy)).toBe('closed');
  });

  it('isolate without a circuit breaker throws instead of letting calls through', () => {
    const { policy } = build({ name: 'bare' });
    expect(() => policy.isolate()).toThrow("Cannot isolate policy 'bare': it has no circuitBreaker");
    expect(() => policy.reset()).not.toThrow();
  });

  it('one key at a time, or all with reset', async () => {
    const { policy } = protectedBy({});
    policy.isolate('BTC');
    policy.isolate('ETH');
    expect(await succeed(policy, 'BTC')).toMatchObject({ ok: false });
    expect(await succeed(policy, 'SOL')).toMatchObject({ ok: true });
    expect(await succeed(policy)).toMatchObject({ ok: true });
    policy.reset('BTC');
    expect(await succeed(policy, 'BTC')).toMatchObject({ ok: true });
    expect(await succeed(policy, 'ETH')).toMatchObject({ ok: false });
    policy.reset();
    expect(await succeed(policy, 'ETH')).toMatchObject({ ok: true });
  });
});

describe('a refusal', () => {
  it('captures no stack, and does not affect those of other errors', async () => {
    const limit = Error.stackTraceLimit;
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    await fail(policy);
    const outcome = await succeed(policy);
    const { stack, message } = (outcome as { error: Error }).error;
    expect(stack).toBe(`WEEXCircuitOpenError: ${message}`);
    expect(Error.stackTraceLimit).toBe(limit);
    expect(broken().stack).toContain('circuit-breaker.test');
  });

  it('is created even if a program has frozen Error', async () => {
    const property = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor;
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    await fail(policy);
    Object.defineProperty(Error, 'stackTraceLimit', { ...property, writable: false });
    try {
      expect(await succeed(policy)).toMatchObject({ error: { kind: 'circuit-open' } });
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', property);
    }
  });
});

describe('keys', () => {
  it('have a circuit each, apart from that of calls without a key', async () => {
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    await fail(policy, broken(), 'BTC');
    expect([stateOf(policy, 'BTC'), stateOf(policy)]).toEqual(['open', 'closed']);
    expect(await succeed(policy, 'ETH')).toMatchObject({ ok: true });
    const named = { message: expect.stringMatching(/^Circuit 'BTC' of policy '/), context: { key: 'BTC' } };
    expect(await succeed(policy, 'BTC')).toMatchObject({ ok: false, error: named });
  });

  it('are bounded: the least recently used is dropped', async () => {
    const { policy } = protectedBy({ consecutiveFailures: 1, maxKeys: 2 });
    await fail(policy, broken(), 'a');
    await succeed(policy, 'b');
    await succeed(policy, 'a');
    await succeed(policy, 'c');
    expect(Object.keys(policy.snapshot().circuitBreaker?.keys ?? {})).toEqual(['a', 'c']);
    expect(stateOf(policy, 'a')).toBe('open');
  });

  it('are bounded by a smaller number as soon as it is set', async () => {
    const { policy } = protectedBy({ maxKeys: 100 });
    for (let key = 0; key < 100; key += 1) await succeed(policy, `k${key}`);
    policy.reconfigure({ circuitBreaker: { maxKeys: 3 } });
    await succeed(policy, 'new');
    expect(Object.keys(policy.snapshot().circuitBreaker?.keys ?? {})).toEqual(['k98', 'k99', 'new']);
  });

  it('may have any name', async () => {
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    for (const key of ['__proto__', 'constructor', '', 'toString']) {
      await fail(policy, broken(), key);
      expect(stateOf(policy, key)).toBe('open');
    }
    const { policy: other } = protectedBy({ consecutiveFailures: 1 });
    other.restore(JSON.parse(JSON.stringify(policy.snapshot())));
    expect(await succeed(other, '__proto__')).toMatchObject({ ok: false });
  });
});

describe('snapshot and restore', () => {
  it('transfer an open circuit to another process, with the remaining time', async () => {
    const { policy, clock } = protectedBy({
      consecutiveFailures: 1,
      halfOpenAfterMs: 1_000,
      maxHalfOpenAfterMs: 8_000,
    });
    await fail(policy, broken(), 'BTC');
    await fail(policy);
    await clock.advance(400);
    const snapshot = JSON.parse(JSON.stringify(policy.snapshot()));
    const other = build({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000, maxHalfOpenAfterMs: 8_000 },
    });
    await other.clock.advance(50_000);
    other.policy.restore(snapshot);
    expect(await succeed(other.policy)).toMatchObject({ ok: false, error: { retryAfterMs: 600 } });
    expect(await succeed(other.policy, 'BTC')).toMatchObject({ ok: false });
    await other.clock.advance(600);
    await fail(other.policy);
    expect(other.policy.snapshot().circuitBreaker?.common.halfOpenAfterMs).toBe(2_000);
  });

  it('restore an isolated circuit, which reset releases', async () => {
    const { policy } = protectedBy({});
    policy.isolate();
    const other = protectedBy({}).policy;
    other.restore(JSON.parse(JSON.stringify(policy.snapshot())));
    expect(stateOf(other)).toBe('isolated');
    other.reset();
    expect(await succeed(other)).toMatchObject({ ok: true });
  });

  it('start the trials of a half-open circuit again', async () => {
    const { policy, clock } = protectedBy({ consecutiveFailures: 1, halfOpenAfterMs: 1_000 });
    await fail(policy);
    await clock.advance(1_000);
    void policy.execute(hang);
    const other = protectedBy({ consecutiveFailures: 1, halfOpenAfterMs: 1_000 }).policy;
    other.restore(policy.snapshot());
    expect(await succeed(other)).toMatchObject({ ok: true });
    expect(stateOf(other)).toBe('closed');
  });

  it.each<[string, CircuitBreakerOptions]>([
    ['consecutive failures', { consecutiveFailures: 5 }],
    ['a window of time', { failureRate: 1, minimumCalls: 5 }],
    ['a window of calls', { failureRate: 1, windowCalls: 5 }],
  ])('transfer the failures of a closed circuit: %s', async (_name, options) => {
    const { policy } = protectedBy(options);
    for (let call = 0; call < 4; call += 1) await fail(policy);
    const other = protectedBy(options).policy;
    other.restore(JSON.parse(JSON.stringify(policy.snapshot())));
    expect(stateOf(other)).toBe('closed');
    await fail(other);
    expect(stateOf(other)).toBe('open');
  });
});

describe('reconfigure', () => {
  it('keeps an open circuit open for its original time', async () => {
    const { policy, clock } = protectedBy({ consecutiveFailures: 1, halfOpenAfterMs: 1_000 });
    await fail(policy);
    policy.reconfigure({ circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 9_000 } });
    expect(stateOf(policy)).toBe('open');
    await clock.advance(1_000);
    expect(await succeed(policy)).toMatchObject({ ok: true });
  });

  it('with fewer trials than have passed does not stay half-open forever', async () => {
    const { policy, clock } = protectedBy({
      consecutiveFailures: 1,
      halfOpenAfterMs: 1_000,
      halfOpenTrials: 5,
    });
    await fail(policy);
    await clock.advance(1_000);
    for (let trial = 0; trial < 3; trial += 1) await succeed(policy);
    expect(stateOf(policy)).toBe('half-open');
    policy.reconfigure({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000, halfOpenTrials: 2 },
    });
    for (let trial = 0; trial < 2; trial += 1) expect(await succeed(policy)).toMatchObject({ ok: true });
    expect(stateOf(policy)).toBe('closed');
  });

  it('keeps the window while its shape stays, and its calls', async () => {
    const { policy } = protectedBy({ failureRate: 1, minimumCalls: 10 });
    for (let call = 0; call < 4; call += 1) await fail(policy);
    policy.reconfigure({ circuitBreaker: { failureRate: 1, minimumCalls: 5 } });
    await fail(policy);
    expect(stateOf(policy)).toBe('open');
  });

  it('can switch it off and on', async () => {
    const { policy } = protectedBy({ consecutiveFailures: 1 });
    await fail(policy);
    policy.reconfigure({ circuitBreaker: false });
    expect(await succeed(policy)).toMatchObject({ ok: true });
    policy.reconfigure({ circuitBreaker: { consecutiveFailures: 1 } });
    expect(stateOf(policy)).toBe('closed');
  });
});
