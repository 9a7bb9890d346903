import * as v from 'valibot';
import { faultSchema } from './fault-schema.js';
import type { Fault } from './fault.js';
import type { Scenario } from './scenario.js';
import { check, durationMs, inputError, known, problemText, text } from './schema-parts.js';

const faults: v.GenericSchema<unknown, readonly Fault[] | undefined> = v.optional(
  v.array(faultSchema, 'expected a list of faults'),
);

const entries = {
  name: text,
  description: v.optional(v.string('expected a string')),
  phases: v.optional(
    v.array(
      v.strictObject({ name: text, durationMs, jitterMs: v.optional(durationMs), faults }, known),
      'expected a list of phases',
    ),
  ),
  faults,
};

/** What a scenario consists of. */
export const scenarioEntries: v.ObjectEntries = entries;

/** The schema of a scenario; its messages say what is wrong. */
export const scenarioSchema: v.GenericSchema<unknown, Scenario> = v.pipe(
  // A list is an object to the schema of objects.
  v.custom<unknown>((value) => !Array.isArray(value), 'expected an object'),
  v.strictObject(scenarioEntries, known),
) as unknown as v.GenericSchema<unknown, Scenario>;

/** Checks a scenario given as an object; throws a TypeError that lists every fault in it. */
export function checkScenario(value: unknown): Scenario {
  const checked = check(scenarioSchema, value);
  if ('output' in checked) return checked.output;
  throw inputError('the scenario', checked.problems.map(problemText));
}
