import * as v from 'valibot';
import { faultSchema } from '../fault-schema.js';
import { parseDocumentBy } from '../parse-document.js';
import type { Scenario } from '../scenario.js';
import { scenarioEntries } from '../scenario-schema.js';
import { resolveScenario } from '../scenario-source.js';
import { amount, check, durationMs, inputError, known, problemText, share, text } from '../schema-parts.js';
import { badYear } from './bad-year.js';
import type { NetworkMishap, RehearsalEvent } from './rehearsal-event.js';

/** The network of a rehearsal. */
export interface RehearsalNetwork {
  /** The shortest time in one direction, in milliseconds. Default 5. */
  readonly latencyMs?: number | undefined;
  /** How much longer it may take, in milliseconds. Default 40: requests overtake each other. */
  readonly jitterMs?: number | undefined;
  /** The probability of each mishap per request, from 0 to 1. Default 0. */
  readonly mishaps?: { readonly [Mishap in NetworkMishap]?: number | undefined } | undefined;
}

/** A scenario, with what goes wrong in a rehearsal besides the exchange. */
export interface RehearsalScenario extends Scenario {
  readonly network?: RehearsalNetwork | undefined;
  /** How often the program loses everything but its journal and restarts, on average per day. Default 0. */
  readonly crashesPerDay?: number | undefined;
  /** How often the system clock is changed, on average per day, and by how much at most in either direction. */
  readonly clockSteps?: { readonly perDay: number; readonly maxMs: number } | undefined;
  /** Exactly these things go wrong: the events to which a failure was shortened. */
  readonly events?: readonly RehearsalEvent[] | undefined;
}

const mishaps: readonly NetworkMishap[] = [
  'refused',
  'reset',
  'request-lost',
  'reply-lost',
  'cut',
  'duplicate',
  'half-open',
];

const network = v.strictObject(
  {
    latencyMs: v.optional(durationMs),
    jitterMs: v.optional(durationMs),
    mishaps: v.optional(
      v.strictObject(Object.fromEntries(mishaps.map((name) => [name, v.optional(share)])), known),
    ),
  },
  known,
);

const perDay = v.pipe(
  v.number('expected a number from 0 to 1000'),
  v.minValue(0, 'expected a number from 0 to 1000'),
  v.maxValue(1_000, 'expected a number from 0 to 1000'),
);

const place = { request: text, nth: amount };
const event = v.union(
  [
    v.strictObject({ ...place, fault: faultSchema }, known),
    v.strictObject(
      { ...place, network: v.picklist(mishaps, `expected one of ${mishaps.join(', ')}`) },
      known,
    ),
    v.strictObject({ atMs: durationMs, crash: v.literal(true) }, known),
    v.strictObject({ atMs: durationMs, clockStepMs: v.pipe(v.number(), v.finite()) }, known),
  ],
  'expected { request, nth, fault }, { request, nth, network }, { atMs, crash: true } or { atMs, clockStepMs }',
);

const schema = v.pipe(
  // A list is an object to the schema of objects.
  v.custom<unknown>((value) => !Array.isArray(value), 'expected an object'),
  v.strictObject(
    {
      ...scenarioEntries,
      network: v.optional(network),
      crashesPerDay: v.optional(perDay),
      clockSteps: v.optional(v.strictObject({ perDay, maxMs: durationMs }, known)),
      events: v.optional(v.array(event, 'expected a list of events')),
    },
    known,
  ),
) as unknown as v.GenericSchema<unknown, RehearsalScenario>;

/**
 * Resolves the option `scenario`: `'bad-year'` or a built-in scenario by name, the text of a scenario, or an
 * object.
 *
 * @throws TypeError if no scenario has that name, or if the value is not a valid scenario.
 */
export function resolveRehearsalScenario(
  scenario: string | RehearsalScenario,
  source = 'the scenario',
): RehearsalScenario {
  if (typeof scenario === 'string') {
    if (scenario === badYear.name) return badYear;
    if (!/[\n:{]/.test(scenario)) return resolveScenario(scenario);
    return parseDocumentBy(schema, scenario, source);
  }
  const checked = check(schema, scenario);
  if ('output' in checked) return checked.output;
  throw inputError(source, checked.problems.map(problemText));
}
