import { describe, expect, it } from 'vitest';
import { onResilienceEvent, type PolicyOptions, type ResilienceEventType } from '../../src/index.js';
import { broken, build, defer, limited, settle } from './harness.js';

/** Runs calls of one policy and notes the most that ran at once, and how many began in all. */
function counting(options: PolicyOptions) {
  const { policy, clock } = build(options);
  const gate = defer();
  const seen = { running: 0, most: 0, began: 0 };
  const call = () =>
    policy.executeOutcome(async () => {
      seen.running += 1;
      seen.began += 1;
      seen.most = Math.max(seen.most, seen.running);
      await gate.promise;
      seen.running -= 1;
      return 'done';
    });
  return { policy, clock, gate, seen, call };
}

/** Starts a call the first time that an event of this kind is published. */
function startingAt(type: ResilienceEventType, call: () => unknown): () => void {
  let once = false;
  return onResilienceEvent(type, () => {
    if (!once) call();
    once = true;
  });
}

describe('a listener that starts a call', () => {
  const tripped: PolicyOptions = { circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 100 } };

  for (const [what, options] of [
    ['one trial', {}],
    ['a bulkhead of 1', { bulkhead: { limit: 1 } }],
    ['a limit of 1', { rateLimit: { limit: 1, windowMs: 60_000 } }],
  ] as const) {
    it(`finds the circuit half-open with its trial taken: ${what}`, async () => {
      const { policy, clock, gate, seen, call } = counting({ ...tripped, ...options, deadlineMs: 5_000 });
      const permits = 'rateLimit' in options;
      if (permits) policy.isolate();
      else await policy.executeOutcome(() => Promise.reject(broken()));
      if (permits) {
        policy.reset();
        policy.restore({
          name: 'policy',
          circuitBreaker: {
            common: { state: 'open', openings: 1, calls: 0, failures: 0, slowCalls: 0, halfOpenAfterMs: 100 },
            keys: {},
          },
        });
      }
      await clock.advance(100);
      const stop = startingAt('circuitHalfOpened', () => void call());
      void call();
      await settle();
      stop();
      expect(seen).toMatchObject({ began: 1, most: 1 });
      gate.resolve(undefined);
    });
  }

  it('finds the slot taken when a cool-down is over', async () => {
    const { policy, clock, gate, seen, call } = counting({
      coolDown: true,
      bulkhead: { limit: 1, queue: 5 },
    });
    await policy.executeOutcome(() => Promise.reject(limited(1)));
    const stop = startingAt('coolDownLeft', () => void call());
    const calls = [call(), call()];
    await clock.advance(1_000);
    expect(seen).toMatchObject({ began: 1, most: 1 });
    gate.resolve(undefined);
    await clock.advance(1_000);
    await Promise.all(calls);
    stop();
    expect(seen).toMatchObject({ running: 0, most: 1 });
  });

  it('finds the slot taken by the call that has left the queue', async () => {
    const { gate, seen, call } = counting({ bulkhead: { limit: 1, queue: 5 } });
    const stop = startingAt('callDequeued', () => void call());
    const calls = [call(), call()];
    gate.resolve(undefined);
    await Promise.all(calls);
    await settle();
    stop();
    expect(seen).toMatchObject({ began: 3, most: 1 });
  });

  it('aborts the reported call before its method is called, and every listener receives the event in order', async () => {
    const { policy } = build({ bulkhead: { limit: 1 } });
    const controller = new AbortController();
    const heard: string[] = [];
    const stops = [
      onResilienceEvent('attemptStarted', () => controller.abort()),
      ...(['callStarted', 'attemptStarted', 'attemptSettled', 'callSettled'] as const).map((type) =>
        onResilienceEvent(type, () => heard.push(type)),
      ),
    ];
    let called = false;
    await policy.executeOutcome(() => (called = true), controller.signal);
    for (const stop of stops) stop();
    expect(called).toBe(false);
    expect(heard).toEqual(['callStarted', 'attemptStarted', 'attemptSettled', 'callSettled']);
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
  });
});
