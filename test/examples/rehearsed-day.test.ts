import { describe, expect, it } from 'vitest';
import { histogramOf, rehearsalLines } from '../../examples/bad-day/rehearsal-lines.js';
import { rehearseDay, type RehearsedDay } from '../../examples/bad-day/rehearsed-day.js';
import { builtInScenarios } from '../../src/testing/index.js';

const scenario = builtInScenarios['bad-day'];

describe('the bad day in virtual time', () => {
  // Seed 1 once never ended: a call that had its turn, but not its pace, went round and round in the cool-down.
  it('ends, places orders, and nothing twice', async () => {
    if (!scenario) throw new Error('There is no bad day');
    const day = await rehearseDay(scenario, 1);
    expect(day).toMatchObject({ seed: 1, duplicates: 0, wronglyReported: 0 });
    expect(day.once / day.wanted).toBeGreaterThan(0.7);
    expect(await rehearseDay(scenario, 1)).toEqual(day);
  });
});

describe('the summary of many days', () => {
  const day = (seed: number, once: number, wanted = 100): RehearsedDay => ({
    seed,
    wanted,
    placeable: wanted,
    once,
    duplicates: 0,
    wronglyReported: 0,
  });

  it('counts them by the share that they placed', () => {
    expect(histogramOf([day(1, 98), day(2, 100), day(3, 98), day(4, 0, 0)])).toEqual({
      from: 98,
      counts: [2, 2],
    });
  });

  it('names the median, the worst and any broken invariant', () => {
    const days = [day(7, 90), day(8, 97), { ...day(9, 99), duplicates: 2, wronglyReported: 1 }];
    expect(rehearsalLines(days, 1_700)).toBe(
      'The same day rehearsed over 3 seeds in 2 s: 300 orders wanted, 97 % of them placed once on the median day, ' +
        '90 % on the worst (seed 7); 2 second orders, 1 not as reported\n' +
        '  90 % █      █ █ 100 %',
    );
  });

  it('is empty without days', () => {
    expect(rehearsalLines([], 1)).toBe('');
  });
});
