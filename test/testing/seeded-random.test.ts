import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/testing/index.js';

const draw = (seed: number | string, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, random);
};

describe('createRandom', () => {
  it('repeats for the same seed and differs between near seeds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.string()), fc.integer(), (seed, other) => {
        expect(draw(seed, 20)).toEqual(draw(seed, 20));
        if (String(seed) !== String(other)) expect(draw(seed, 20)).not.toEqual(draw(other, 20));
      }),
    );
  });

  it('stays in [0, 1) and spreads evenly', () => {
    const numbers = draw('spread', 10_000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1_150);
  });

  it('produces the same numbers on every machine', () => {
    expect(draw(7, 3).map((number) => Math.floor(number * 2 ** 32))).toMatchInlineSnapshot(`
      [
        2222365887,
        2599816543,
        543763151,
      ]
    `);
  });
});
