import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, type Priority } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { createRandom } from '../../src/testing/seeded-random.js';
import { broken, down, limited, lost } from '../policies/harness.js';

const behaviour = fc.record({
  kind: fc.constantFrom(
    ...(['value', 'later', 'throw', 'reject', 'hang', 'limited', 'lost', 'bug', 'thenable'] as const),
  ),
  ms: fc.constantFrom(0, 1, 40, 150, 700),
});
const call = fc.record({
  startMs: fc.constantFrom(0, 0, 0, 5, 60, 300, 1_200),
  abortMs: fc.option(fc.constantFrom(0, 1, 30, 200, 900), { nil: undefined }),
  priority: fc.constantFrom<Priority>('critical', 'normal', 'background'),
  key: fc.constantFrom(undefined, 'a', 'b'),
  effect: fc.constantFrom('read' as const, 'write' as const),
  readsSignal: fc.boolean(),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 4 }),
});
const options = fc.record(
  {
    deadlineMs: fc.constantFrom(500, 2_000),
    attemptTimeoutMs: fc.constantFrom(100, 400),
    retry: fc.record({
      maxRetries: fc.nat(3),
      backoff: fc.record({
        initialDelayMs: fc.constantFrom(0, 50),
        jitter: fc.constantFrom('none' as const, 'full' as const),
      }),
      budget: fc.constantFrom(undefined, { ratio: 0.5, minPerSecond: 0.1 }),
    }),
    circuitBreaker: fc.constantFrom(
      { consecutiveFailures: 2, halfOpenAfterMs: 100 },
      { failureRate: 0.5, windowMs: 500, minimumCalls: 2, halfOpenAfterMs: 100, halfOpenTrials: 2 },
    ),
    bulkhead: fc.record({
      limit: fc.integer({ min: 2, max: 3 }),
      queue: fc.constantFrom(0, 2, Infinity),
      reserved: fc.constantFrom(undefined, { critical: 1 }),
    }),
    rateLimit: fc.record({ limit: fc.integer({ min: 2, max: 5 }), windowMs: fc.constantFrom(100, 500) }),
    coolDown: fc.constant(true),
    fallback: fc.constantFrom(
      () => 'fallback',
      () => Promise.reject(new Error('no fallback')),
    ),
    staleMs: fc.constant(1_000),
  },
  { requiredKeys: [] },
);

describe('the whole pipeline', () => {
  it('settles every call, runs one attempt of it at a time, and leaves no timer and no listener', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(call, { minLength: 1, maxLength: 8 }), async (given, calls) => {
        const clock = createFakeClock();
        const policy = createPolicy({ ...given, clock, random: createRandom(3) });
        const unhandled: unknown[] = [];
        const note = (reason: unknown) => unhandled.push(reason);
        process.on('unhandledRejection', note);
        let hanging = 0;
        let runningNow = 0;
        const settled: number[] = [];
        const listeners = { added: 0, removed: 0 };
        const after: string[] = [];

        for (const [
          index,
          { startMs, abortMs, priority, key, effect, readsSignal, behaviours },
        ] of calls.entries()) {
          const controller = new AbortController();
          const { signal } = controller;
          const { addEventListener, removeEventListener } = signal;
          Object.assign(signal, {
            addEventListener(...args: Parameters<typeof addEventListener>) {
              listeners.added += 1;
              addEventListener.apply(signal, args);
            },
            removeEventListener(...args: Parameters<typeof removeEventListener>) {
              listeners.removed += 1;
              removeEventListener.apply(signal, args);
            },
          });
          let attempts = 0;
          let alive = 0;
          const method = (context: { signal: AbortSignal; attempt: number }): unknown => {
            if (settled.includes(index)) after.push(`call ${index} ran after it was settled`);
            if (context.attempt !== attempts) after.push(`call ${index} has a wrong number of attempt`);
            if (readsSignal && context.signal.aborted) after.push(`call ${index} began aborted`);
            const { kind, ms } = behaviours[Math.min(attempts, behaviours.length - 1)]!;
            attempts += 1;
            alive += 1;
            runningNow += 1;
            if (alive > 1 && given.attemptTimeoutMs === undefined)
              after.push(`call ${index} ran twice at a time`);
            const over = () => {
              alive -= 1;
              runningNow -= 1;
            };
            const end = (finish: () => void) => {
              if (ms === 0) {
                over();
                finish();
              } else {
                clock.setTimeout(() => {
                  over();
                  finish();
                }, ms);
              }
            };
            const answers = { reject: broken, limited: () => limited(0.2), lost };
            const ways: Record<typeof kind, () => unknown> = {
              value: () => {
                over();
                return index;
              },
              throw: () => {
                over();
                throw down();
              },
              bug: () => {
                over();
                throw new TypeError('a bug');
              },
              hang: () => {
                hanging += 1;
                return new Promise(() => undefined);
              },
              thenable: () => ({ then: (resolve: (value: unknown) => void) => end(() => resolve(index)) }),
              later: () => new Promise((resolve) => end(() => resolve(index))),
              reject: () => failing(answers.reject),
              limited: () => failing(answers.limited),
              lost: () => failing(answers.lost),
            };
            const failing = (make: () => Error) => new Promise((_, reject) => end(() => reject(make())));
            return ways[kind]();
          };
          clock.setTimeout(() => {
            if (abortMs !== undefined) clock.setTimeout(() => controller.abort(`abort ${index}`), abortMs);
            void policy
              .executeOutcome(method as () => unknown, { signal, priority, key, effect })
              .then(() => settled.push(index));
          }, startMs);
        }

        await clock.advance(10_000);
        // What hangs without a limit of time goes on hanging, and whoever waits for it.
        const limitedInTime = given.deadlineMs !== undefined;
        if (limitedInTime || hanging === 0) expect(settled).toHaveLength(calls.length);
        await clock.advance(200_000);
        process.off('unhandledRejection', note);
        expect(after).toEqual([]);
        expect(unhandled).toEqual([]);
        if (settled.length === calls.length) {
          expect(clock.pendingTimers).toBe(0);
          expect(listeners.removed).toBe(listeners.added);
        }
        const { bulkhead, coolDown } = policy.snapshot();
        if (settled.length === calls.length) {
          expect(bulkhead?.waiting ?? 0).toBe(0);
          expect(coolDown?.waiting ?? 0).toBe(0);
        }
        // Nothing but what hangs holds a slot.
        expect(runningNow).toBe(hanging);
        expect(bulkhead?.running ?? 0).toBeLessThanOrEqual(hanging);
      }),
      { numRuns: 700, seed: 20261123 },
    );
  });
});
