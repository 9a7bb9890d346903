import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';

describe('the rate limit', () => {
  it('holds in every interval of its window as the exchange counts, whatever the latencies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(100, 1_000),
        fc.array(
          fc.record({
            startMs: fc.nat(1_500),
            outMs: fc.nat(400),
            backMs: fc.nat(400),
            cost: fc.integer({ min: 1, max: 3 }),
            scoped: fc.boolean(),
            critical: fc.boolean(),
            fails: fc.boolean(),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        async (limit, windowMs, calls) => {
          const clock = createFakeClock();
          const rateLimit = { limit, windowMs, scope: 'ip' };
          const policies = [
            createPolicy({ clock, rateLimit }),
            createPolicy({ clock, rateLimit, bulkhead: { limit: 4, queue: Infinity } }),
          ];
          const arrivals: { at: number; cost: number }[] = [];
          const outcomes: Promise<unknown>[] = [];
          for (const { startMs, outMs, backMs, cost: wanted, scoped, critical, fails } of calls) {
            const cost = Math.min(wanted, limit);
            clock.setTimeout(() => {
              outcomes.push(
                policies[scoped ? 1 : 0]!.executeOutcome(
                  () =>
                    new Promise((resolve, reject) => {
                      clock.setTimeout(() => {
                        arrivals.push({ at: clock.now(), cost });
                        clock.setTimeout(
                          fails ? () => reject(new Error('no')) : () => resolve(undefined),
                          backMs,
                        );
                      }, outMs);
                    }),
                  { cost, priority: critical ? 'critical' : 'normal' },
                ),
              );
            }, startMs);
          }
          await clock.advance(calls.length * 4 * (windowMs + 800) + 2_000);
          expect(await Promise.all(outcomes)).toHaveLength(calls.length);
          expect(arrivals).toHaveLength(calls.length);
          for (const { at: from } of arrivals) {
            const sum = arrivals
              .filter(({ at }) => at >= from && at < from + windowMs)
              .reduce((total, { cost }) => total + cost, 0);
            expect(sum).toBeLessThanOrEqual(limit);
          }
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 200, seed: 20261123 },
    );
  });
});
