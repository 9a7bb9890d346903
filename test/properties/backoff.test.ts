import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Jitter } from '../../src/policies/options/policy-options.js';
import { createBackoff } from '../../src/policies/retry/backoff.js';
import { RetryBudget } from '../../src/policies/retry/retry-budget.js';
import { createRandom } from '../../src/testing/seeded-random.js';

const delaysOf = (options: Parameters<typeof createBackoff>[0], random: () => number, count: number) => {
  const delays: number[] = [];
  let backoff = createBackoff(options, random).next(undefined);
  for (let index = 0; index < count; index += 1) {
    delays.push(backoff.duration);
    backoff = backoff.next(undefined);
  }
  return delays;
};

describe('backoff', () => {
  it('stays within the bounds of its jitter, for all options and random numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.constantFrom<Jitter>('none', 'full', 'equal', 'decorrelated'),
        fc.oneof(
          fc.integer().map((seed) => createRandom(seed)),
          fc.constantFrom(
            () => 0,
            () => 1 - 2 ** -53,
          ),
        ),
        (initialDelayMs, more, jitter, random) => {
          const maxDelayMs = initialDelayMs + more;
          const delays = delaysOf({ initialDelayMs, maxDelayMs, jitter }, random, 12);
          for (const [index, delay] of delays.entries()) {
            const plain = Math.min(maxDelayMs, initialDelayMs * 2 ** index);
            const before = index === 0 ? initialDelayMs : (delays[index - 1] ?? 0);
            const [least, most] = {
              none: [plain, plain],
              full: [0, plain],
              equal: [plain / 2, plain],
              decorrelated: [initialDelayMs, Math.min(maxDelayMs, before * 3)],
            }[jitter] as [number, number];
            assert.ok(delay >= least && delay <= most, `${jitter}: ${delay}, not from ${least} to ${most}`);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('stays finite after very many attempts', () => {
    for (const jitter of ['none', 'full', 'equal', 'decorrelated'] as const) {
      for (const delay of delaysOf(
        { initialDelayMs: 1, maxDelayMs: 2 ** 31 - 1, jitter },
        () => 0.999,
        3_000,
      )) {
        assert.ok(delay <= 2 ** 31 - 1);
      }
    }
  });

  it('spreads: two callers with different random numbers do not wait equally long', () => {
    for (const jitter of ['full', 'equal', 'decorrelated'] as const) {
      const [one, two] = [1, 2].map((seed) => delaysOf({ jitter }, createRandom(seed), 5));
      expect(one).not.toEqual(two);
    }
  });
});

describe('the retry budget', () => {
  it('never allows more than its share and its minimum in any ten seconds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(
          fc.tuple(
            fc.constantFrom('call' as const, 'retry' as const),
            fc.constantFrom(0, 0, 50, 400, 1_000, 12_000),
          ),
          { maxLength: 120 },
        ),
        (ratio, minPerSecond, events) => {
          const budget = new RetryBudget({ ratio, minPerSecond });
          const calls: number[] = [];
          const retries: number[] = [];
          let now = 0;
          for (const [what, pauseMs] of events) {
            now += pauseMs;
            const second = Math.floor(now / 1_000);
            const recent = (times: readonly number[]) =>
              times.filter((at) => Math.floor(at / 1_000) > second - 10).length;
            if (what === 'call') {
              budget.recordCall(now);
              calls.push(now);
            } else {
              const left = Math.floor(ratio * recent(calls) + minPerSecond * 10 - recent(retries) + 1e-9);
              assert.equal(budget.available(now), left);
              assert.equal(budget.tryRetry(now), left >= 1);
              if (left >= 1) retries.push(now);
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
