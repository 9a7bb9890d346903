import { describe, expect, it } from 'vitest';
import { run } from '../../examples/rehearsal/user-code.js';
import { rehearse } from '../../src/testing/index.js';

describe('typical user code, on a bad day', () => {
  it.each([1])('places no second order and reports nothing wrong: seed %i', async (seed) => {
    const { intents, invariants } = await rehearse({ seed, run, shrinkRuns: 0 });
    expect(intents.length).toBeGreaterThan(50);
    expect(invariants.filter(({ holds }) => !holds)).toEqual([]);
  });
});
