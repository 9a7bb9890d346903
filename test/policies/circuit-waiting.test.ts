import { describe, expect, it } from 'vitest';
import type { PolicyOptions } from '../../src/index.js';
import { answering, broken, build, hang, lasting } from './harness.js';

const breaker = { consecutiveFailures: 1, halfOpenAfterMs: 2_000, whenOpen: 'wait' } as const;

/** A policy whose circuit has just opened. */
async function opened(options: PolicyOptions = {}) {
  const built = build({ circuitBreaker: breaker, deadlineMs: 10_000, ...options });
  await built.policy.executeOutcome(() => Promise.reject(broken()));
  return built;
}

describe("circuitBreaker.whenOpen: 'wait'", () => {
  it('lets a call wait for the trial, and the others for its result', async () => {
    const { policy, clock } = await opened();
    const method = answering(clock, 'value');
    const outcomes = [1, 2, 3].map(() => policy.executeOutcome(method));
    await clock.advance(1_999);
    expect(method.at).toEqual([]);
    await clock.advance(200);
    expect(await Promise.all(outcomes)).toEqual([1, 2, 3].map(() => ({ ok: true, value: 'value' })));
    expect(method.at[0]).toBe(2_001);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets critical calls check first, so that they are the first in the queue', async () => {
    const { policy, clock } = await opened({ bulkhead: { limit: 1, queue: 10 } });
    const order: string[] = [];
    for (const priority of ['background', 'normal', 'critical'] as const) {
      const work = () => lasting(clock, order.push(priority) * 500)();
      void policy.executeOutcome(work, { priority });
    }
    await clock.advance(1_990);
    void policy.executeOutcome(async () => order.push('late'), { priority: 'normal' });
    await clock.advance(6_000);
    expect(order[0]).toBe('critical');
    expect(order).toHaveLength(4);
  });

  it('refuses at once what would wait beyond its deadline', async () => {
    const { policy, clock } = await opened({ deadlineMs: 2_000 });
    expect(await policy.executeOutcome(answering(clock, 1))).toMatchObject({
      ok: false,
      error: { kind: 'circuit-open', retryAfter: 2 },
    });
    expect(clock.now()).toBe(0);
  });

  it('waits on while trials fail, and is refused when the time is up', async () => {
    const { policy, clock } = await opened({ deadlineMs: 5_000 });
    const trial = answering(clock, broken());
    const outcomes = [1, 2, 3].map(() => policy.executeOutcome(trial));
    await clock.advance(5_000);
    const kinds = (await Promise.all(outcomes)).map((outcome) => (outcome.ok ? 'ok' : outcome.error));
    expect(kinds).toMatchObject([{ kind: 'system' }, { kind: 'system' }, { kind: 'circuit-open' }]);
    expect(trial.at).toEqual([2_001, 4_002]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses at once if the circuit is isolated', async () => {
    const { policy, clock } = build({ circuitBreaker: breaker, deadlineMs: 10_000 });
    policy.isolate();
    expect(await policy.executeOutcome(answering(clock, 1))).toMatchObject({
      error: { kind: 'circuit-open' },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends the wait with the signal', async () => {
    const { policy, clock } = await opened();
    const controller = new AbortController();
    const outcome = policy.executeOutcome(hang, controller.signal);
    await clock.advance(500);
    controller.abort('enough');
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('also applies to calls that leave a queue, and holds no slot meanwhile', async () => {
    const { policy, clock } = build({
      circuitBreaker: breaker,
      deadlineMs: 10_000,
      bulkhead: { limit: 1, queue: 5 },
    });
    const method = answering(clock, broken(), 'value');
    const outcomes = [1, 2].map(() => policy.executeOutcome(method));
    await clock.advance(1_000);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
    await clock.advance(1_001);
    expect(await outcomes[1]).toEqual({ ok: true, value: 'value' });
  });
});

describe('whenOpen', () => {
  it("is 'reject' by default, and accepts no other value", async () => {
    const { policy, clock } = await opened({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 2_000 },
    });
    expect(await policy.executeOutcome(answering(clock, 1))).toMatchObject({
      error: { kind: 'circuit-open' },
    });
    expect(() => build({ circuitBreaker: { whenOpen: 'queue' as 'wait' } })).toThrow(
      "circuitBreaker.whenOpen must be one of 'reject', 'wait'",
    );
  });
});
