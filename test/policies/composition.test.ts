import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  fallback,
  handleAll,
  handleType,
  type IPolicy,
  noop,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import type { CallContext } from '../../src/core/context/call-context.js';
import { type AnyPolicy, createPolicy, PolicyRegistry } from '../../src/index.js';
import { answering, broken, build, down, hang } from './harness.js';

const cockatiels: readonly (readonly [name: string, make: () => AnyPolicy])[] = [
  ['retry', () => retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) })],
  [
    'circuitBreaker',
    () => circuitBreaker(handleAll, { halfOpenAfter: 1, breaker: new ConsecutiveBreaker(5) }),
  ],
  ['bulkhead', () => bulkhead(1, 1)],
  ['timeout', () => timeout(1_000, TimeoutStrategy.Aggressive)],
  ['fallback', () => fallback(handleAll, 'fallback')],
  ['noop', () => noop],
];

describe('a policy of ours in the wrap() of cockatiel', () => {
  it.each([
    ['never settles', () => new Promise<never>(() => {})],
    [
      'ends with the signal',
      ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    ],
  ])('leaves the error of a timeout to it if the method %s', async (_, method) => {
    const timed = wrap(timeout(1, TimeoutStrategy.Aggressive), createPolicy({}));
    const stood = wrap(fallback(handleType(TaskCancelledError), 'stand-in'), timed);
    expect(await stood.execute(method)).toBe('stand-in');
  });

  it.each([0, 1, 2])('passes the method its own signal at position %i', async (position) => {
    const { policy, clock } = build({ attemptTimeoutMs: 100 });
    const others: IPolicy[] = [noop, noop];
    others.splice(position, 0, policy);
    let signal: AbortSignal | undefined;
    const result = wrap(...others)
      .execute((context) => {
        ({ signal } = context);
        return hang();
      })
      .catch((error: unknown) => error);
    await clock.advance(100);
    expect(await result).toMatchObject({ kind: 'timeout', scope: 'attempt' });
    expect(signal?.aborted).toBe(true);
  });

  it.each([0, 1, 2])('passes inner policies its signal at position %i', async (position) => {
    const { policy, clock } = build({ attemptTimeoutMs: 100, effect: 'read' });
    const seen: (AbortSignal | undefined)[] = [];
    const watching = {
      ...noop,
      execute: (fn: (context: { signal: AbortSignal }) => unknown, signal?: AbortSignal) => {
        seen.push(signal);
        return Promise.resolve(fn({ signal: signal as AbortSignal }));
      },
    } as unknown as IPolicy;
    const others: IPolicy[] = [noop, noop];
    others.splice(position, 0, policy);
    const result = wrap(...others, watching)
      .execute(hang)
      .catch((error: unknown) => error);
    await clock.advance(100);
    await result;
    expect(seen).toHaveLength(1);
    expect(seen[0]?.aborted).toBe(true);
  });

  it('passes the method the whole context, as outside wrap()', async () => {
    const { policy } = build({
      deadlineMs: 5_000,
      attemptTimeoutMs: 100,
      retry: { backoff: { initialDelayMs: 0 } },
    });
    const contexts: Record<string, unknown>[] = [];
    await wrap(policy, noop).execute((context) => {
      contexts.push({ ...context });
      if (contexts.length === 1) throw down();
    });
    expect(contexts).toMatchObject([
      { attempt: 0, deadline: 5_000, remainingMs: 100 },
      { attempt: 1, deadline: 5_000, remainingMs: 100 },
    ]);
    expect(Object.keys(contexts[0] ?? {})).toEqual(
      expect.arrayContaining(['attempt', 'operation', 'signal', 'deadline', 'remainingMs', 'clientOrderId']),
    );
  });

  it.each(cockatiels)('works with %s on either side', async (_name, make) => {
    for (const order of [
      (ours: AnyPolicy, theirs: AnyPolicy) => wrap(ours, theirs),
      (ours: AnyPolicy, theirs: AnyPolicy) => wrap(theirs, ours),
    ]) {
      const { policy } = build({ deadlineMs: 1_000, retry: {}, bulkhead: { limit: 2 } });
      const wrapped = order(policy, make());
      expect(await wrapped.execute(({ signal }) => signal.aborted)).toBe(false);
      expect(await wrapped.execute(async () => 'value')).toBe('value');
    }
  });

  it('passes the abort of the caller inwards with its reason', async () => {
    const { policy } = build({ deadlineMs: 1_000 });
    const controller = new AbortController();
    const result = wrap(noop, policy, noop)
      .execute(hang, controller.signal)
      .catch((error: unknown) => error);
    controller.abort('enough');
    expect(await result).toBe('enough');
  });

  it('lets a retry of cockatiel see the typed error, and its own listeners fire', async () => {
    const { policy, clock } = build();
    const failed = vi.fn();
    const wrapped = wrap(policy, noop);
    wrapped.onFailure(failed);
    const method = answering(clock, down());
    await expect(wrapped.execute(method)).rejects.toMatchObject({ kind: 'network' });
    expect(failed).toHaveBeenCalledTimes(1);
  });
});

describe('a policy of cockatiel in ours', () => {
  it.each(cockatiels)('runs %s as inner, with its signal and our context', async (_name, make) => {
    const { policy } = build({ inner: make(), attemptTimeoutMs: 100 });
    const seen = await policy.execute(
      ({ signal, attempt, remainingMs }) => [signal.aborted, attempt, remainingMs],
      {
        operation: 'x',
      },
    );
    expect(seen).toEqual([false, 0, 100]);
  });

  it.each(cockatiels)('accepts %s in the registry under a name', async (_name, make) => {
    const registry = new PolicyRegistry();
    const policy = registry.define('theirs', make());
    expect(registry.get('theirs')).toBe(policy);
    expect(policy.name).toBe('theirs');
    expect(await policy.execute(async () => 7)).toBe(7);
    expect(policy.describe().order).toEqual(['inner policy', 'call']);
  });

  it('repeats inside one attempt what the inner retry repeats', async () => {
    const inner = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) });
    const { policy } = build({
      inner,
      retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    const attempts: number[] = [];
    const result = policy.executeOutcome(({ attempt }) => {
      attempts.push(attempt);
      throw broken();
    });
    expect(await result).toMatchObject({ ok: false, error: { kind: 'system' } });
    expect(attempts).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it("passes our timeout to the method's signal through it", async () => {
    const { policy, clock } = build({ inner: wrap(noop, noop), attemptTimeoutMs: 100 });
    let context: CallContext | undefined;
    const result = policy.executeOutcome((inner) => {
      context = inner;
      return hang();
    });
    await clock.advance(100);
    expect(await result).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    expect(context?.signal.aborted).toBe(true);
  });

  it('rejects with what an inner policy throws, also synchronously', async () => {
    const inner = {
      ...noop,
      execute: () => {
        throw new TypeError('no inner');
      },
    } as unknown as IPolicy;
    const { policy } = build({ inner, bulkhead: { limit: 1 } });
    await expect(policy.execute(async () => 1)).rejects.toThrow('no inner');
    expect(policy.snapshot().bulkhead?.running).toBe(0);
  });

  it('nests: a policy of ours inside another of ours', async () => {
    const { policy: inner, clock } = build({ attemptTimeoutMs: 50, effect: 'read' });
    const outer = createPolicy({
      clock,
      inner,
      effect: 'read',
      retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } },
    });
    let runs = 0;
    const result = outer.execute(() => {
      runs += 1;
      return runs === 1 ? hang() : 'second';
    });
    await clock.advance(50);
    expect(await result).toBe('second');
  });
});
