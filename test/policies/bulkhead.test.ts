import { describe, expect, it } from 'vitest';
import type { ExecuteOptions, PolicyOptions, Priority } from '../../src/index.js';
import { build, defer, hang, lasting, settle } from './harness.js';

/** A policy whose calls record their start, and end when the test ends them. */
function withCalls(options: PolicyOptions) {
  const { policy, clock } = build(options);
  const started: string[] = [];
  const ends = new Map<string, (value?: unknown) => void>();
  const call = (name: string, how: ExecuteOptions = {}) => {
    const outcome = policy.executeOutcome(() => {
      started.push(name);
      const { promise, resolve } = defer();
      ends.set(name, resolve);
      return promise;
    }, how);
    return outcome;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { policy, clock, started, call, end };
}

describe('the limit', () => {
  it('runs this many at a time, and the rest in order of arrival', async () => {
    const { started, call, end, policy } = withCalls({ bulkhead: { limit: 2, queue: 10 } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) void call(name);
    expect(started).toEqual(['a', 'b']);
    expect(policy.snapshot().bulkhead).toEqual({ running: 2, waiting: 3 });
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('refuses at once when slots and queue are full, and counts neither as a failure of the exchange', async () => {
    const { call, policy } = withCalls({
      bulkhead: { limit: 1, queue: 1 },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    void call('a');
    void call('b');
    expect(await call('c')).toMatchObject({
      ok: false,
      error: { kind: 'bulkhead-full', policy: 'policy', executionStatus: 'not-executed' },
    });
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('closed');
  });

  it('has no queue by default or with 0, and an unlimited one with Infinity', async () => {
    for (const queue of [undefined, 0]) {
      const { call } = withCalls({ bulkhead: { limit: 1, queue } });
      void call('a');
      expect(await call('b')).toMatchObject({ ok: false });
      expect(await call('c', { priority: 'critical' })).toMatchObject({ ok: false });
    }
    const { call, policy } = withCalls({ bulkhead: { limit: 1, queue: Infinity } });
    for (let index = 0; index < 10_000; index += 1) void call(String(index));
    expect(policy.snapshot().bulkhead).toEqual({ running: 1, waiting: 9_999 });
  });

  it('applies to calls, whatever retries do', async () => {
    let running = 0;
    let most = 0;
    const { policy, clock } = build({
      bulkhead: { limit: 1, queue: 10 },
      retry: { maxRetries: 2, on: [TypeError], backoff: { initialDelayMs: 5, jitter: 'none' } },
    });
    const calls = Array.from({ length: 5 }, () =>
      policy.executeOutcome(async () => {
        running += 1;
        most = Math.max(most, running);
        await lasting(clock, 3)();
        running -= 1;
        throw new TypeError();
      }),
    );
    await clock.advance(1_000);
    expect(await Promise.all(calls)).toHaveLength(5);
    expect(most).toBe(1);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
  });
});

describe('first in, first out', () => {
  // The moment at which a slot comes free is followed by some microtasks; a newcomer may come in any of them.
  it.each([0, 1, 2, 3, 4, 5, 6, 8, 13])(
    'a newcomer %i microtasks after the end overtakes nobody',
    async (turns) => {
      const { started, call, policy } = withCalls({ bulkhead: { limit: 1, queue: 2 } });
      const shared = defer();
      const first = policy.execute(() => shared.promise);
      const queued = call('queued');
      const newcomer = (async () => {
        await shared.promise;
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        return Promise.race([call('newcomer'), settle()]);
      })();
      shared.resolve(undefined);
      await first;
      await newcomer;
      expect(started[0]).toBe('queued');
      expect(await Promise.race([queued, settle()])).toBeUndefined();
    },
  );

  it.each([0, 1, 2, 3, 4])(
    'what was accepted is not refused when newcomers fill the queue after %i microtasks',
    async (turns) => {
      const { started, call, policy, end } = withCalls({ bulkhead: { limit: 1, queue: 1 } });
      const shared = defer();
      const first = policy.execute(() => shared.promise);
      const accepted = call('accepted');
      const newcomers = (async () => {
        await shared.promise;
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        for (const name of ['x', 'y', 'z']) void call(name);
      })();
      shared.resolve(undefined);
      await Promise.all([first, newcomers]);
      await settle();
      expect(started[0]).toBe('accepted');
      await end('accepted');
      expect(await accepted).toMatchObject({ ok: true });
    },
  );

  it('a method that calls the policy again while it starts overtakes no one either', async () => {
    const { policy } = build({ bulkhead: { limit: 1, queue: 10 } });
    const started: string[] = [];
    const first = policy.execute(async () => {
      started.push('first');
      await settle();
    });
    const nested = policy.execute(() => {
      started.push('second');
      void policy.execute(() => void started.push('nested'));
    });
    const third = policy.execute(() => void started.push('third'));
    await Promise.all([first, nested, third]);
    await settle();
    expect(started).toEqual(['first', 'second', 'third', 'nested']);
  });

  it('a call that gives up leaves its place at once, and those behind it move up', async () => {
    const { started, call, end, policy, clock } = withCalls({ bulkhead: { limit: 1, queue: 2 } });
    const controller = new AbortController();
    void call('a');
    const gone = call('b', { signal: controller.signal });
    void call('c');
    expect(await call('full')).toMatchObject({ ok: false });
    controller.abort('enough');
    await settle();
    expect(await gone).toEqual({ ok: false, error: 'enough' });
    expect(policy.snapshot().bulkhead?.waiting).toBe(1);
    void call('d');
    await end('a');
    await end('c');
    expect(started).toEqual(['a', 'c', 'd']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('priorities', () => {
  it('let critical before normal before background, each in order of arrival', async () => {
    const { started, call, end } = withCalls({ bulkhead: { limit: 1, queue: 10 } });
    void call('running');
    const order: readonly (readonly [string, Priority | undefined])[] = [
      ['b1', 'background'],
      ['n1', undefined],
      ['c1', 'critical'],
      ['b2', 'background'],
      ['n2', 'normal'],
      ['c2', 'critical'],
    ];
    for (const [name, priority] of order) void call(name, { priority });
    for (let index = 0; index <= order.length; index += 1) await end(started[index] ?? '');
    expect(started).toEqual(['running', 'c1', 'c2', 'n1', 'n2', 'b1', 'b2']);
  });

  it('reserved slots are for the named priority and higher ones', async () => {
    const { started, call, end } = withCalls({
      bulkhead: { limit: 4, queue: 10, reserved: { critical: 1, normal: 1 } },
    });
    for (const name of ['b1', 'b2', 'b3']) void call(name, { priority: 'background' });
    for (const name of ['n1', 'n2']) void call(name);
    void call('c1', { priority: 'critical' });
    void call('c2', { priority: 'critical' });
    expect(started).toEqual(['b1', 'b2', 'n1', 'c1']);
    await end('b1');
    expect(started.slice(4)).toEqual(['c2']);
    await end('c1');
    expect(started.slice(5)).toEqual(['n2']);
  });

  it('no call starves: the one that waited longest is let in between after a second', async () => {
    const { started, call, end, clock } = withCalls({ bulkhead: { limit: 1, queue: 1_000 } });
    void call('running');
    void call('old', { priority: 'background' });
    await clock.advance(1_000);
    for (let index = 0; index < 20; index += 1) void call(`c${index}`, { priority: 'critical' });
    for (let index = 0; index < 6; index += 1) await end(started[index] ?? '');
    expect(started.indexOf('old')).toBeGreaterThan(1);
    expect(started.indexOf('old')).toBeLessThan(6);
  });

  it('a full queue drops the oldest background call for a higher one, and keeps places for critical ones', async () => {
    const { started, call, end, policy } = withCalls({ bulkhead: { limit: 1, queue: 2 } });
    void call('running');
    const oldest = call('b1', { priority: 'background' });
    const second = call('b2', { priority: 'background' });
    expect(await call('b3', { priority: 'background' })).toMatchObject({ ok: false });
    void call('n1');
    expect(await oldest).toMatchObject({ ok: false, error: { kind: 'bulkhead-full' } });
    void call('c1', { priority: 'critical' });
    void call('c2', { priority: 'critical' });
    void call('c3', { priority: 'critical' });
    expect(await second).toMatchObject({ ok: false, error: { kind: 'bulkhead-full' } });
    expect(await call('c4', { priority: 'critical' })).toMatchObject({ ok: false });
    expect(policy.snapshot().bulkhead?.waiting).toBe(4);
    for (let index = 0; index < 5; index += 1) await end(started[index] ?? '');
    expect(started).toEqual(['running', 'c1', 'c2', 'c3', 'n1']);
  });
});

describe('maxWaitMs', () => {
  it('refuses after that wait, and frees the place', async () => {
    const { call, clock, policy } = withCalls({ bulkhead: { limit: 1, queue: 5, maxWaitMs: 100 } });
    void call('a');
    const waiting = call('b');
    await clock.advance(99);
    expect(policy.snapshot().bulkhead?.waiting).toBe(1);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ ok: false, error: { kind: 'bulkhead-full' } });
    expect(policy.snapshot().bulkhead).toEqual({ running: 1, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives way to an earlier deadline, with the error of the deadline', async () => {
    const { call, clock } = withCalls({ deadlineMs: 50, bulkhead: { limit: 1, queue: 5, maxWaitMs: 100 } });
    void call('a');
    const waiting = call('b');
    await clock.advance(50);
    expect(await waiting).toMatchObject({
      ok: false,
      error: { kind: 'timeout', scope: 'deadline', executionStatus: 'not-executed' },
    });
  });
});

describe('work abandoned by its caller', () => {
  it('keeps its slot until it is over, so that the limit is what the exchange sees', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 1, queue: 5 }, attemptTimeoutMs: 100 });
    const stuck = defer();
    const outcome = policy.executeOutcome(() => stuck.promise);
    await clock.advance(100);
    expect(await outcome).toMatchObject({ error: { kind: 'timeout' } });
    let ran = false;
    const next = policy.executeOutcome(() => {
      ran = true;
    });
    await settle();
    expect(ran).toBe(false);
    stuck.resolve(undefined);
    expect(await next).toMatchObject({ ok: true });
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
  });

  it('holds it for at most a minute, also for calls queued before', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 1, queue: 5 }, attemptTimeoutMs: 100 });
    const given = policy.executeOutcome(hang);
    const queued = policy.executeOutcome(async () => 'ran');
    await clock.advance(100);
    await given;
    await clock.advance(59_999);
    expect(policy.snapshot().bulkhead).toEqual({ running: 1, waiting: 1 });
    await clock.advance(1);
    expect(await queued).toEqual({ ok: true, value: 'ran' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('that ends after its minute frees nothing twice', async () => {
    const { policy, clock } = build({ bulkhead: { limit: 1, queue: 5 }, attemptTimeoutMs: 100 });
    const stuck = defer();
    const given = policy.executeOutcome(() => stuck.promise);
    await clock.advance(70_000);
    await given;
    const running = policy.executeOutcome(hang);
    stuck.resolve(undefined);
    await settle();
    expect(policy.snapshot().bulkhead?.running).toBe(1);
    await clock.advance(100);
    await running;
  });
});

describe('reconfigure', () => {
  it('starts waiting calls when the limit grows, and runs down when it shrinks', async () => {
    const { started, call, end, policy } = withCalls({ bulkhead: { limit: 1, queue: 10 } });
    for (const name of ['a', 'b', 'c', 'd']) void call(name);
    policy.reconfigure({ bulkhead: { limit: 3, queue: 10 } });
    expect(started).toEqual(['a', 'b', 'c']);
    policy.reconfigure({ bulkhead: { limit: 1, queue: 10 } });
    await end('a');
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('when switched off starts all of them', async () => {
    const { started, call, policy } = withCalls({ bulkhead: { limit: 1, queue: 10 } });
    for (const name of ['a', 'b', 'c']) void call(name);
    policy.reconfigure({ bulkhead: false });
    expect(started).toEqual(['a', 'b', 'c']);
    void call('d');
    expect(started).toContain('d');
  });

  it('keeps what is queued under a smaller queue', async () => {
    const { started, call, end, policy } = withCalls({ bulkhead: { limit: 1, queue: 10 } });
    for (const name of ['a', 'b', 'c']) void call(name);
    policy.reconfigure({ bulkhead: { limit: 1, queue: 0 } });
    expect(await call('d')).toMatchObject({ ok: false });
    await end('a');
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });
});
