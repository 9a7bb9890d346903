import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  type PolicyOptions,
  PolicyRegistry,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.js';
import { answering, broken, build, defer, hang, lasting, limited, settle } from './harness.js';

const closeFor = (policy: ReturnType<typeof build>['policy'], seconds?: number) =>
  policy.executeOutcome(() => Promise.reject(limited(seconds)));

/** Starts so many calls that take `ms` and notes when each one began. */
function callers(policy: ReturnType<typeof build>['policy'], clock: FakeClock, count: number, ms = 0) {
  const at: number[] = [];
  const outcomes = Array.from({ length: count }, () =>
    policy.executeOutcome(() => {
      at.push(clock.now());
      return ms === 0 ? undefined : lasting(clock, ms)();
    }),
  );
  return { at, outcomes };
}

describe('a rate-limit answer', () => {
  it('stops every policy of the scope, for as long as it says', async () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const [one, two] = ['one', 'two'].map((name) => registry.define(name, { clock, coolDown: true }));
    await closeFor(one!, 7);
    const { at } = callers(two!, clock, 1);
    await clock.advance(6_999);
    expect(at).toEqual([]);
    expect(two!.snapshot().coolDown).toEqual({ activeForMs: 1, waiting: 1 });
    await clock.advance(1);
    expect(at).toEqual([7_000]);
  });

  it('stops it for 10 seconds if it says nothing', async () => {
    const { policy } = build({ coolDown: true });
    await closeFor(policy);
    expect(policy.snapshot().coolDown?.activeForMs).toBe(10_000);
  });

  it('stops no other scope, no other registry and no policy without a cool-down', async () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    const closed = registry.define('closed', { clock, coolDown: { scope: 'account' } });
    await closeFor(closed, 7);
    const free = [
      registry.define('default', { clock, coolDown: true }),
      registry.define('none', { clock }),
      registry.define('off', { clock, coolDown: false }),
      new PolicyRegistry().define('other', { clock, coolDown: { scope: 'account' } }),
      createPolicy({ clock, coolDown: { scope: 'account' } }),
    ];
    for (const policy of free) expect(callers(policy, clock, 1).at).toHaveLength(1);
  });

  it('of another policy starts no queued call: the slot it leaves stays empty', async () => {
    const { policy, clock } = build({ coolDown: true, bulkhead: { limit: 2, queue: 10 } });
    const answer = defer();
    const first = policy.executeOutcome(() => answer.promise);
    const second = policy.executeOutcome(lasting(clock, 100));
    const { at } = callers(policy, clock, 5);
    answer.reject(limited(7));
    await first;
    await clock.advance(6_999);
    await second;
    expect(at).toEqual([]);
    await clock.advance(1_000);
    expect(at).toHaveLength(5);
    expect(at[0]).toBe(7_000);
  });

  it('that comes late, after its call was abandoned, starts it too', async () => {
    const { policy, clock } = build({ coolDown: true, attemptTimeoutMs: 100 });
    const answer = defer();
    const call = policy.executeOutcome(() => answer.promise);
    await clock.advance(100);
    await call;
    answer.reject(limited(7));
    await settle();
    expect(policy.snapshot().coolDown?.activeForMs).toBe(7_000);
  });

  it('extends the wait, never shortens it', async () => {
    const { policy } = build({ coolDown: true });
    const answers = [defer(), defer(), defer()];
    const calls = answers.map(({ promise }) => policy.executeOutcome(() => promise));
    for (const [index, seconds] of [5, 1, 9].entries()) answers[index]?.reject(limited(seconds));
    await Promise.all(calls);
    expect(policy.snapshot().coolDown?.activeForMs).toBe(9_000);
  });

  it('may last longer than any timer can wait', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 3_000_000);
    const { at } = callers(policy, clock, 1);
    await clock.advance(2_999_999_999);
    expect(at).toEqual([]);
    await clock.advance(1);
    expect(at).toEqual([3_000_000_000]);
  });

  it('does not count against the circuit, nor do waits for it', async () => {
    const { policy, clock } = build({
      coolDown: true,
      circuitBreaker: { consecutiveFailures: 1 },
      deadlineMs: 5_000,
    });
    await closeFor(policy, 4);
    const second = closeFor(policy, 60);
    const third = policy.executeOutcome(async () => 1);
    await clock.advance(60_000);
    await Promise.all([second, third]);
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('closed');
  });

  it('is retried after it, without an additional delay of its own', async () => {
    const { policy, clock } = build({ coolDown: true, retry: { maxRetries: 1 } });
    const method = answering(clock, limited(7), 'value');
    const outcome = policy.executeOutcome(method);
    await clock.advance(7_000);
    expect(await outcome).toEqual({ ok: true, value: 'value' });
    expect(method.at).toEqual([0, 7_000]);
  });
});

describe('deadlines', () => {
  it('that end before it is over are refused at once, with the time to retry', async () => {
    const { policy, clock } = build({ coolDown: true, deadlineMs: 5_000, retry: {} });
    const answer = limited(7);
    const first = await policy.executeOutcome(() => Promise.reject(answer));
    expect(first).toEqual({ ok: false, error: answer });
    await clock.advance(1_000);
    const method = answering(clock, 1);
    expect(await policy.executeOutcome(method)).toMatchObject({
      ok: false,
      error: { kind: 'rate-limit', retryAfter: 6, executionStatus: 'not-executed', cause: answer },
    });
    expect(method.at).toEqual([]);
    expect(clock.now()).toBe(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('end a wait for it, and nothing starts after', async () => {
    const { policy, clock } = build({ coolDown: true, deadlineMs: 5_000 });
    await closeFor(policy, 4);
    const probe = policy.executeOutcome(hang);
    const waiting = callers(policy, clock, 3);
    await clock.advance(5_000);
    expect(await Promise.all(waiting.outcomes)).toMatchObject(
      [0, 1, 2].map(() => ({ error: { kind: 'timeout', scope: 'deadline' } })),
    );
    await probe;
    expect(waiting.at).toEqual([]);
    await clock.advance(60_000);
    expect(waiting.at).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('an abort ends the wait at once', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 60);
    const controller = new AbortController();
    const waiting = policy.executeOutcome(hang, controller.signal);
    controller.abort('enough');
    expect(await waiting).toEqual({ ok: false, error: 'enough' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('when it is over', () => {
  it('one probe goes first; after its answer the rest follow in growing steps', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    const { at } = callers(policy, clock, 20, 40);
    await clock.advance(1_039);
    expect(at).toEqual([1_000]);
    await clock.advance(1_000);
    expect(at).toHaveLength(20);
    const steps = [...new Set(at)].map((time) => at.filter((other) => other === time).length);
    expect(steps).toEqual([1, 1, 2, 4, 8, 4]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('the same applies to those queued in front of the bulkhead', async () => {
    const { policy, clock } = build({ coolDown: true, bulkhead: { limit: 10, queue: 100 } });
    const answer = defer();
    const running = Array.from({ length: 10 }, () => policy.executeOutcome(() => answer.promise));
    const { at } = callers(policy, clock, 9, 1);
    answer.reject(limited(1));
    await Promise.all(running);
    await clock.advance(5_000);
    const steps = [...new Set(at)].map((time) => at.filter((other) => other === time).length);
    expect(steps).toEqual([1, 1, 2, 4, 1]);
  });

  it('a new rate-limit answer to the probe closes it again for all', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    const method = answering(clock, limited(3));
    const probe = policy.executeOutcome(method);
    const { at } = callers(policy, clock, 5);
    await clock.advance(1_000);
    await probe;
    expect(policy.snapshot().coolDown).toEqual({ activeForMs: 3_000, waiting: 5 });
    await clock.advance(2_999);
    expect(at).toEqual([]);
    await clock.advance(1_000);
    expect(at).toHaveLength(5);
  });

  it('any other answer to the probe opens it; a lost one sends the next probe', async () => {
    const { policy, clock } = build({ coolDown: true, attemptTimeoutMs: 100, effect: 'read' });
    await closeFor(policy, 1);
    const started: number[] = [];
    const probes = [hang, () => Promise.reject(broken()), async () => 1].map((method) =>
      policy.executeOutcome(() => {
        started.push(clock.now());
        return method();
      }),
    );
    await clock.advance(2_000);
    await Promise.all(probes);
    expect(started).toEqual([1_000, 1_100, 1_100]);
    expect(policy.snapshot().coolDown?.activeForMs).toBe(0);
  });

  it('a probe that hangs delays others for at most five seconds', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    void policy.execute(hang);
    const { at } = callers(policy, clock, 3);
    await clock.advance(5_999);
    expect(at).toEqual([]);
    await clock.advance(100);
    expect(at[0]).toBe(6_000);
    expect(at).toHaveLength(3);
  });

  it('a probe that gives up, or that the circuit refuses, gives way to the next', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    const controller = new AbortController();
    const probe = policy.executeOutcome(hang, controller.signal);
    const { at } = callers(policy, clock, 1);
    await clock.advance(1_000);
    controller.abort();
    await probe;
    await settle();
    expect(at).toEqual([1_000]);
  });

  it('when the circuit refuses any number at once, no call is left waiting', async () => {
    const { policy, clock } = build({ coolDown: true, circuitBreaker: {} });
    await closeFor(policy, 1);
    const { outcomes } = callers(policy, clock, 20_000);
    policy.isolate();
    await clock.advance(1_000);
    const settled = await Promise.all(outcomes);
    expect(settled.filter(({ ok }) => ok)).toEqual([]);
    policy.reset();
    expect(await policy.executeOutcome(async () => 1)).toMatchObject({ ok: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it('without waiting calls there is no timer', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(1_000);
    expect(await policy.execute(async () => 1)).toBe(1);
    const { at } = callers(policy, clock, 3);
    expect(at).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('critical calls go first', async () => {
    const { policy, clock } = build({ coolDown: true });
    await closeFor(policy, 1);
    const order: string[] = [];
    for (const priority of ['background', 'normal', 'critical'] as const) {
      void policy.execute(() => void order.push(priority), { priority });
    }
    await clock.advance(2_000);
    expect(order).toEqual(['critical', 'normal', 'background']);
  });
});

describe('by rules', () => {
  const calls = (options: PolicyOptions, rule: { readonly coolDown: boolean }, error: Error) => {
    const registry = new PolicyRegistry().forError(error.constructor as typeof Error, rule);
    const clock = createFakeClock();
    return { clock, error, policy: registry.define('p', { clock, ...options }) };
  };

  it('a class starts a cool-down also for policies without the option', async () => {
    const { policy } = calls({}, { coolDown: true }, new WEEXRateLimitError());
    await closeFor(policy, 7);
    expect(policy.snapshot().coolDown?.activeForMs).toBe(7_000);
  });

  it('another class can start it, and rate limits can be excluded', async () => {
    const banned = calls({ coolDown: true }, { coolDown: true }, new WEEXSystemError());
    await banned.policy.executeOutcome(() => Promise.reject(new WEEXSystemError('', { retryAfter: 3 })));
    expect(banned.policy.snapshot().coolDown?.activeForMs).toBe(3_000);
    const lenient = calls({ coolDown: true }, { coolDown: false }, new WEEXRateLimitError());
    await closeFor(lenient.policy, 7);
    expect(lenient.policy.snapshot().coolDown?.activeForMs).toBe(0);
  });

  it('coolDown: false takes precedence', async () => {
    const { policy } = calls({ coolDown: false }, { coolDown: true }, new WEEXRateLimitError());
    await closeFor(policy, 7);
    expect(policy.snapshot().coolDown).toBeUndefined();
  });
});
