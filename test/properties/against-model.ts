import fc from 'fast-check';
import { expect, it } from 'vitest';
import { howMany } from './how-many.js';

/** A stage and the plainest form of it, side by side. */
interface Comparison<Options, Step> {
  readonly options: fc.Arbitrary<Options>;
  readonly calm: fc.Arbitrary<Step>;
  /** The same steps, and reconfiguration among them. */
  readonly changing: fc.Arbitrary<Step>;
  readonly longest: number;
  /** Takes a history, and notes in `seen` what came about in it. */
  readonly compare: (given: Options, steps: readonly Step[], seen: Set<string>) => Promise<void>;
  /** What has to come about, so that the histories are no idle ones. */
  readonly comesAbout: readonly string[];
}

/** Tests that a stage does what its model does, in random histories. */
export function againstModel<Options, Step>(comparison: Comparison<Options, Step>): void {
  const { calm, changing, comesAbout, compare, longest, options } = comparison;
  it.each([
    ['in random histories', calm, 20261130],
    ['and where it is reconfigured meanwhile', changing, 20261131],
  ] as const)(
    'does what its plainest form does, %s',
    async (_name, step, seed) => {
      const seen = new Set<string>();
      const histories = fc.array(step, { minLength: 5, maxLength: longest, size: 'max' });
      await fc.assert(
        fc.asyncProperty(options, histories, (given, steps) => compare(given, steps, seen)),
        { numRuns: howMany(10_000, 300), seed },
      );
      expect([...seen].toSorted()).toEqual(comesAbout);
    },
    900_000,
  );
}
