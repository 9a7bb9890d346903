import { describe, expect, it } from 'vitest';
import { run } from '../../examples/rehearsal/user-code.js';
import { rehearse } from '../../src/testing/index.js';

describe('methods as people write them, on a bad day', () => {
  it.each([1])('place no second order and report nothing wrong: seed %i', async (seed) => {
    const { intents, invariants } = await rehearse({ seed, run, shrinkRuns: 0 });
    expect(intents.length).toBeGreaterThan(50);
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
  });
});
