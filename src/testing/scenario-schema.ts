import * as v from 'valibot';
import { faultSchema } from './fault-schema.js';
import type { Scenario } from './scenario.js';
import { check, durationMs, known, pathText, type Problem, text } from './schema-parts.js';

const faults = v.optional(v.array(faultSchema, 'expected a list of faults'));

/** A scenario as data; says what is wrong with it. */
export const scenarioSchema: v.GenericSchema<unknown, Scenario> = v.strictObject(
  {
    name: text,
    description: v.optional(v.string('expected a text')),
    phases: v.optional(
      v.array(
        v.strictObject({ name: text, durationMs, jitterMs: v.optional(durationMs), faults }, known),
        'expected a list of phases',
      ),
    ),
    faults,
  },
  known,
);

/** A scenario given as an object; throws a TypeError that names every fault in it. */
export function checkScenario(value: unknown): Scenario {
  const checked = check(scenarioSchema, value);
  if ('output' in checked) return checked.output;
  throw scenarioError(
    checked.problems.map((problem) => `${pathText(problem.path) || 'scenario'}: ${problem.message}`),
  );
}

/** The error for a scenario with these faults. */
export function scenarioError(lines: readonly string[], source = 'the scenario'): TypeError {
  return new TypeError(`Cannot use ${source}:${lines.map((line) => `\n  ${line}`).join('')}`);
}

export type { Problem };
