import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecondCounts } from '../../src/observability/second-counts.js';

describe('SecondCounts', () => {
  it('agrees with a plain list over any times and windows', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 2_000_000 }),
        (steps, window, wait) => {
          const counts = new SecondCounts();
          const times: number[] = [];
          let now = 1_700_000_000_000;
          for (const step of steps) {
            now += step;
            times.push(now);
            counts.add(now);
          }
          now += wait;
          const since = Math.floor(now / 1000) - window;
          expect(counts.last(window, now)).toBe(
            times.filter((time) => Math.floor(time / 1000) > since).length,
          );
        },
      ),
    );
  });

  it('counts at the start of a clock that begins at 0', () => {
    const counts = new SecondCounts();
    counts.add(0);
    counts.add(999);
    expect([counts.last(1, 999), counts.last(900, 999), counts.last(1, 1000), counts.last(2, 1000)]).toEqual([
      2, 2, 0, 2,
    ]);
  });

  it('stands still while the clock steps back', () => {
    const counts = new SecondCounts();
    counts.add(5_000);
    counts.add(1_000);
    expect(counts.last(1, 2_000)).toBe(2);
  });

  it('finds the first second of a window with any entries', () => {
    const counts = new SecondCounts();
    for (const at of [1_000, 4_500, 9_000]) counts.add(at);
    expect([counts.earliest(10, 9_000), counts.earliest(6, 9_000), counts.earliest(1, 9_000)]).toEqual([
      1_000, 4_000, 9_000,
    ]);
  });

  it('restores its counts', () => {
    const counts = new SecondCounts();
    for (const at of [1_000, 1_200, 700_000, 900_500]) counts.add(at);
    const copy = new SecondCounts();
    copy.add(5_000_000);
    copy.restore(counts.entries());
    expect(copy.entries()).toEqual([
      [1, 2],
      [700, 1],
      [900, 1],
    ]);
    expect([copy.last(900, 900_500), copy.last(900, 901_000), copy.last(202, 901_000)]).toEqual([4, 2, 2]);
  });
});
