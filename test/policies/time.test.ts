import { afterEach, describe, expect, it, vi } from 'vitest';
import { WEEXTimeoutError } from '../../src/index.js';
import { answering, build, defer, down, hang, lasting, limited, settle } from './harness.js';

const everything = {
  deadlineMs: 10_000,
  attemptTimeoutMs: 1_000,
  retry: { maxRetries: 3, backoff: { initialDelayMs: 500, jitter: 'none' } },
  circuitBreaker: {},
  bulkhead: { limit: 1, queue: 5 },
  rateLimit: { limit: 3, windowMs: 1_000 },
  coolDown: true,
} as const;

/** A signal that counts who listens. */
function watchedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const add = vi.spyOn(signal, 'addEventListener');
  const remove = vi.spyOn(signal, 'removeEventListener');
  return { controller, signal, left: () => add.mock.calls.length - remove.mock.calls.length };
}

describe('attemptTimeoutMs', () => {
  it('ends an attempt that hangs, also one that ignores its signal', async () => {
    const { policy, clock } = build({ name: 'market', attemptTimeoutMs: 100 });
    const outcome = policy.executeOutcome(hang, { operation: 'getTicker' });
    await clock.advance(99);
    await settle();
    await clock.advance(1);
    const { error } = (await outcome) as { error: WEEXTimeoutError };
    expect(error).toBeInstanceOf(WEEXTimeoutError);
    expect(error).toMatchObject({ scope: 'attempt', executionStatus: 'unknown' });
    expect(error.message).toContain("policy 'market'");
    expect(error.message).toContain('100 ms');
    expect(error.context).toMatchObject({ operation: 'getTicker' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is unknown for a write, and not for what only reads', async () => {
    const statuses: unknown[] = [];
    for (const how of [{}, { effect: 'read' }, { idempotent: true }, { effect: 'write' }] as const) {
      const { policy, clock } = build({ attemptTimeoutMs: 100 });
      const outcome = policy.executeOutcome(hang, how);
      await clock.advance(100);
      statuses.push(((await outcome) as { error: WEEXTimeoutError }).error.executionStatus);
    }
    expect(statuses).toEqual(['unknown', undefined, undefined, 'unknown']);
  });

  it('is unknown for an attempt without a seen write: it may have sent one by other means', async () => {
    const { policy, clock } = build({
      attemptTimeoutMs: 100,
      retry: { maxRetries: 1, backoff: { initialDelayMs: 0 } },
    });
    let runs = 0;
    const outcome = policy.executeOutcome(() => {
      runs += 1;
      return hang();
    });
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ ok: false, error: { executionStatus: 'unknown' } });
    expect(runs).toBe(1);
  });

  it('aborts the signal of the attempt with the error, whether it was read before or is read after', async () => {
    const { policy, clock } = build({ attemptTimeoutMs: 100 });
    const signals: (() => AbortSignal)[] = [];
    const calls = [true, false].map((early) =>
      policy.executeOutcome((context) => {
        signals.push(() => context.signal);
        if (early) expect(context.signal.aborted).toBe(false);
        return hang();
      }),
    );
    await clock.advance(100);
    const outcomes = await Promise.all(calls);
    for (const [index, signal] of signals.entries()) {
      expect(signal().reason).toBe((outcomes[index] as { error: unknown }).error);
    }
  });

  it('accepts a late success while nothing newer runs', async () => {
    const { policy, clock } = build({
      attemptTimeoutMs: 100,
      effect: 'read',
      retry: { backoff: { initialDelayMs: 500, jitter: 'none' } },
    });
    const late = defer();
    const method = vi.fn(() => late.promise);
    const outcome = policy.executeOutcome(method);
    await clock.advance(200);
    late.resolve('late');
    await settle();
    expect(await outcome).toEqual({ ok: true, value: 'late' });
    await clock.advance(10_000);
    expect(method).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('a late answer does not replace the one of a newer attempt', async () => {
    const { policy, clock } = build({
      attemptTimeoutMs: 100,
      effect: 'read',
      retry: { backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const answers = [defer(), defer()];
    let attempt = 0;
    const outcome = policy.executeOutcome(() => answers[attempt++]?.promise);
    await clock.advance(100);
    answers[0]?.resolve('old');
    await settle();
    answers[1]?.resolve('new');
    expect(await outcome).toEqual({ ok: true, value: 'new' });
  });
});

describe('deadlineMs', () => {
  it('covers queue, waits and all attempts', async () => {
    const { policy, clock } = build({
      deadlineMs: 1_000,
      effect: 'read',
      retry: { maxRetries: 100, backoff: { initialDelayMs: 100, maxDelayMs: 100, jitter: 'none' } },
    });
    const method = answering(clock, down());
    const outcome = policy.executeOutcome(method);
    await clock.advance(5_000);
    expect(await outcome).toMatchObject({ ok: false, error: { kind: 'network' } });
    expect(method.at.at(-1)).toBeLessThan(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('cuts an attempt short and names the deadline as the cause', async () => {
    const { policy, clock } = build({
      deadlineMs: 1_000,
      attemptTimeoutMs: 600,
      effect: 'read',
      retry: { backoff: { initialDelayMs: 100, jitter: 'none' } },
    });
    const remaining: (number | undefined)[] = [];
    const outcome = policy.executeOutcome((context) => {
      remaining.push(context.remainingMs);
      return hang();
    });
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ ok: false, error: { kind: 'timeout', scope: 'deadline' } });
    expect(remaining).toEqual([600, 300]);
  });

  it('starts nothing afterwards, whatever the call waits for', async () => {
    const { policy, clock } = build({ ...everything, deadlineMs: 1_000 });
    const started = vi.fn(hang);
    void policy.executeOutcome(hang);
    const waiting = [0, 1, 2].map(() => policy.executeOutcome(started));
    await clock.advance(1_000);
    for (const outcome of await Promise.all(waiting)) {
      expect(outcome).toMatchObject({
        error: { kind: 'timeout', scope: 'deadline', executionStatus: 'not-executed' },
      });
    }
    await clock.advance(100_000);
    expect(started).not.toHaveBeenCalled();
  });
});

describe('an abort', () => {
  const stages: Record<
    string,
    () => {
      policy: ReturnType<typeof build>['policy'];
      clock: ReturnType<typeof build>['clock'];
      method: () => unknown;
      ready?: () => unknown;
    }
  > = {
    'while the method runs': () => ({ ...build(everything), method: hang }),
    'in the queue': () => {
      const built = build(everything);
      return { ...built, method: hang, ready: () => void built.policy.executeOutcome(hang) };
    },
    'at the rate limit': () => {
      const built = build({ ...everything, bulkhead: false });
      return {
        ...built,
        method: hang,
        ready: () => {
          for (let call = 0; call < 3; call += 1) void built.policy.execute(() => 1);
        },
      };
    },
    'in the backoff': () => {
      const built = build(everything);
      return { ...built, method: () => Promise.reject(down()) };
    },
    'in a cool-down': () => {
      const built = build({ ...everything, retry: false });
      return {
        ...built,
        method: hang,
        ready: () => built.policy.executeOutcome(() => Promise.reject(limited(9))),
      };
    },
    'in the fallback': () => ({ ...build({ fallback: hang }), method: () => Promise.reject(down()) }),
    'before the call': () => ({ ...build(everything), method: hang }),
  };

  it.each(Object.keys(stages))('%s ends it at once with the reason, and leaves nothing', async (stage) => {
    const { policy, clock, method, ready } = stages[stage]!();
    await ready?.();
    await settle();
    const timersBefore = clock.pendingTimers;
    const { controller, signal, left } = watchedSignal();
    const reason = { why: stage };
    if (stage === 'before the call') controller.abort(reason);
    const run = vi.fn(method);
    const outcome = policy.executeOutcome(run, signal);
    await settle();
    const runs = run.mock.calls.length;
    controller.abort(reason);
    expect(await outcome).toEqual({ ok: false, error: reason });
    expect(((await outcome) as { error: unknown }).error).toBe(reason);
    expect(left()).toBeLessThanOrEqual(0);
    await clock.advance(0);
    expect(clock.pendingTimers).toBeLessThanOrEqual(timersBefore);
    await clock.advance(60_000);
    expect(run).toHaveBeenCalledTimes(runs);
    if (stage === 'before the call') expect(run).not.toHaveBeenCalled();
    expect(policy.snapshot().circuitBreaker?.common.failures ?? 0).toBe(0);
  });

  it('without a reason rejects with the AbortError of the platform', async () => {
    const { policy } = build(everything);
    const outcome = policy.executeOutcome(hang, AbortSignal.abort());
    expect(await outcome).toMatchObject({ error: { name: 'AbortError' } });
  });

  it('reaches the method with the reason', async () => {
    const { policy } = build(everything);
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const outcome = policy.executeOutcome((context) => {
      ({ signal } = context);
      return hang();
    }, controller.signal);
    controller.abort('enough');
    await outcome;
    expect(signal?.reason).toBe('enough');
  });

  it('after the end has no effect', async () => {
    const { policy } = build(everything);
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const value = await policy.execute((context) => {
      ({ signal } = context);
      return 'value';
    }, controller.signal);
    controller.abort();
    await settle();
    expect(value).toBe('value');
    expect(signal?.aborted).toBe(false);
  });

  it('one signal for a thousand calls at a time causes no warning and keeps no listener', async () => {
    const { policy, clock } = build({ deadlineMs: 1_000, bulkhead: { limit: 10, queue: Infinity } });
    const warnings: unknown[] = [];
    const note = (warning: unknown) => warnings.push(warning);
    process.on('warning', note);
    const { signal, left } = watchedSignal();
    const calls = Array.from({ length: 1_000 }, () => policy.execute(lasting(clock, 1), signal));
    await clock.advance(500);
    await Promise.all(calls);
    await settle();
    process.off('warning', note);
    expect(warnings).toEqual([]);
    expect(left()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('no AbortController', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is created unless the signal is read', async () => {
    const made = vi.fn();
    const Original = AbortController;
    vi.stubGlobal(
      'AbortController',
      class extends Original {
        constructor() {
          super();
          made();
        }
      },
    );
    const { policy, clock } = build({ ...everything, rateLimit: false });
    const { signal } = new Original();
    expect(await policy.execute(async () => 1)).toBe(1);
    expect(await policy.execute(async ({ attempt }) => attempt, signal)).toBe(0);
    const late = policy.executeOutcome(hang);
    await clock.advance(1_000);
    await late;
    await clock.advance(60_000);
    expect(made).not.toHaveBeenCalled();
    await policy.execute(async (context) => [context.signal, context.signal]);
    expect(made).toHaveBeenCalledTimes(1);
  });

  it('and a success never aborts the signal that was read', async () => {
    const { policy, clock } = build(everything);
    const aborted = vi.fn();
    const kept: AbortSignal[] = [];
    await policy.execute(async ({ signal }) => {
      signal.addEventListener('abort', aborted);
      kept.push(signal);
    });
    await clock.advance(60_000);
    expect(kept[0]?.aborted).toBe(false);
    expect(aborted).not.toHaveBeenCalled();
  });
});
