import * as v from 'valibot';
import { readOptions } from '../../core/options/read-options.js';
import type { ExchangeOptions } from '../exchange-options.js';
import { amount, check, durationMs, inputError, known, problemText } from '../schema-parts.js';
import type { RehearsalInvariant } from './invariants.js';
import type { RehearsalProgram } from './rehearsal-program.js';
import { type RehearsalScenario, resolveRehearsalScenario } from './rehearsal-scenario.js';

/** Options of a rehearsal. */
export interface RehearseOptions {
  /** The program under test. It is called again after each crash, and for each attempt to shrink a failure. */
  readonly run: RehearsalProgram;
  /** Determines all random choices. Default 1. */
  readonly seed?: number | string | undefined;
  /**
   * What goes wrong. Default `'bad-year'`: everything, including crashes and clock changes. Also a built-in
   * scenario of the simulated exchange by name, the text of one in YAML or JSON, or an object.
   */
  readonly scenario?: string | RehearsalScenario | undefined;
  /**
   * The number of days: passes through the phases of the scenario, or minutes if it has none. From 1 to 10,000;
   * default 1.
   */
  readonly days?: number | undefined;
  /** Further invariants, in addition to {@link rehearsalInvariants}. */
  readonly invariants?: readonly RehearsalInvariant[] | undefined;
  /** How long a cancel may take, including retries and lookups, in milliseconds. Default 90,000. */
  readonly cancelWithinMs?: number | undefined;
  /** How often a failure may be run again to find the shortest scenario. Default 200; 0: it is not shortened. */
  readonly shrinkRuns?: number | undefined;
  /** Options of the simulated exchange. */
  readonly exchange?:
    | Pick<ExchangeOptions, 'balances' | 'credentials' | 'duplicateClientOrderIds' | 'limits'>
    | undefined;
}

/** The options with all defaults filled in. */
export interface ResolvedRehearsal extends Required<Omit<RehearseOptions, 'scenario'>> {
  readonly seed: number | string;
  readonly days: number;
  readonly invariants: readonly RehearsalInvariant[];
  readonly cancelWithinMs: number;
  readonly shrinkRuns: number;
  readonly exchange: NonNullable<RehearseOptions['exchange']>;
  readonly scenario: RehearsalScenario;
}

const fn = v.function('expected a function');
const schema = v.strictObject(
  {
    run: fn,
    seed: v.optional(v.union([v.pipe(v.number(), v.finite()), v.string()], 'expected a number or a string')),
    scenario: v.optional(v.any()),
    days: v.optional(
      v.pipe(
        amount,
        v.minValue(1, 'expected a whole number from 1 to 10000'),
        v.maxValue(10_000, 'expected a whole number from 1 to 10000'),
      ),
    ),
    invariants: v.optional(
      v.array(
        v.looseObject({ name: v.string('expected a string'), check: fn }, known),
        'expected a list of invariants',
      ),
    ),
    cancelWithinMs: v.optional(durationMs),
    shrinkRuns: v.optional(amount),
    exchange: v.optional(
      v.strictObject(
        {
          balances: v.optional(v.any()),
          credentials: v.optional(v.any()),
          duplicateClientOrderIds: v.optional(v.any()),
          limits: v.optional(v.any()),
        },
        known,
      ),
    ),
  },
  known,
);

/** Throws a TypeError if a program cannot be rehearsed. */
export function checkProgram(program: Pick<RehearseOptions, 'run' | 'invariants'>): void {
  resolveRehearsal(program);
}

/** Checks the options and fills in the defaults; throws a TypeError that lists every fault. */
export function resolveRehearsal(given: RehearseOptions): ResolvedRehearsal {
  const options = readOptions(given, Object.keys(schema.entries)) as unknown as RehearseOptions;
  const checked = check(schema as v.GenericSchema<unknown, unknown>, options);
  if ('problems' in checked) {
    throw inputError('the options of the rehearsal', checked.problems.map(problemText));
  }
  const { cancelWithinMs = 90_000, days = 1, exchange = {}, invariants = [], run } = options;
  const { scenario = 'bad-year', seed = 1, shrinkRuns = 200 } = options;
  return {
    run,
    seed,
    days,
    invariants,
    cancelWithinMs,
    shrinkRuns,
    exchange,
    scenario: resolveRehearsalScenario(scenario),
  };
}
