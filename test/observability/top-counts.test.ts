import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopCounts } from '../../src/observability/top-counts.js';

function countAll(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function sketch(capacity: number, keys: readonly string[]): TopCounts {
  const counts = new TopCounts(capacity);
  keys.forEach((key, index) => counts.add(key, index, false));
  return counts;
}

const stream = fc.array(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 400 });

describe('TopCounts', () => {
  it('counts exactly while there is room', () => {
    fc.assert(
      fc.property(stream, (keys) => {
        const held = new Map(
          sketch(41, keys)
            .top()
            .map(({ key, count }) => [key, count]),
        );
        expect(held).toEqual(countAll(keys));
      }),
    );
  });

  it('keeps the guarantee of Space-Saving beyond that', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 12 }), (keys, capacity) => {
        const counts = sketch(capacity, keys);
        const truth = countAll(keys);
        const held = counts.top();
        expect(held.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length);
        expect(counts.size).toBe(Math.min(capacity, truth.size));
        for (const { key, count, overcount } of held) {
          const exact = truth.get(key) ?? 0;
          expect(count).toBeGreaterThanOrEqual(exact);
          expect(count - overcount).toBeLessThanOrEqual(exact);
          expect(overcount).toBeLessThanOrEqual(keys.length / capacity);
        }
        const present = new Set(held.map(({ key }) => key));
        for (const [key, count] of truth) {
          if (count > keys.length / capacity) expect(present).toContain(key);
        }
      }),
    );
  });

  it('lists the certainly most frequent first', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 12 }), (keys, capacity) => {
        const listed = sketch(capacity, keys)
          .top()
          .map(({ count, overcount }) => count - overcount);
        expect(listed).toEqual(listed.toSorted((a, b) => b - a));
      }),
    );
  });

  it('continues after a restore as if there had been none', () => {
    fc.assert(
      fc.property(stream, stream, (before, after) => {
        const whole = sketch(41, [...before, ...after]);
        const first = sketch(41, before);
        const second = new TopCounts(41);
        second.restore(first.top());
        after.forEach((key, index) => second.add(key, before.length + index, false));
        expect(new Set(second.top())).toEqual(new Set(whole.top()));
      }),
    );
  });

  it('restores the most frequent if there is less room', () => {
    const counts = new TopCounts(2);
    counts.restore(sketch(10, ['a', 'a', 'a', 'b', 'c', 'c']).top());
    expect(counts.top().map(({ key, count }) => [key, count])).toEqual([
      ['a', 3],
      ['c', 2],
    ]);
    counts.add('d', 9, false);
    expect(counts.top().map(({ key, count, overcount }) => [key, count, overcount])).toEqual([
      ['a', 3, 0],
      ['d', 3, 2],
    ]);
  });

  it('remembers when a key came first and last, and how many were left unknown', () => {
    const counts = new TopCounts(2);
    counts.add('a', 10, false);
    counts.add('a', 20, true);
    counts.add('a', 30, true);
    expect(counts.top()).toEqual([
      { key: 'a', count: 3, overcount: 0, unknownOutcomes: 2, firstSeenMs: 10, lastSeenMs: 30 },
    ]);
  });
});
