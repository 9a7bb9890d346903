import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Rehearsal,
  type RehearsalFailure,
  type RehearsalInvariant,
  type RehearsalProgram,
  type RehearsalScenario,
  rehearse,
} from '../testing/index.js';
import { checkProgram } from '../testing/rehearsal/rehearsal-options.js';
import { UsageError } from './usage-error.js';

/** What every seed is rehearsed with. It can be sent to another thread. */
export interface SeedOptions {
  /** The file of the program. */
  readonly bot: string;
  readonly scenario: RehearsalScenario | string;
  readonly days: number;
  readonly shrinkRuns: number;
  /** Errors keep their stacks; a bad day is full of them, and they take a quarter of its time. */
  readonly keepStacks: boolean;
}

/** What came of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly intents: number;
  /** Intents that the exchange did not refuse for a reason that concerns the order. */
  readonly placeable: number;
  /** Intents that were placed. */
  readonly placed: number;
  /** Orders beyond the first of an intent, under its id or another, without those that a proxy sent twice. */
  readonly duplicates: number;
  /** Intents that were reported differently from what the exchange has. */
  readonly misreports: number;
  readonly unknown: number;
  /** How long each cancel took, in milliseconds. */
  readonly cancelsMs: readonly number[];
  readonly requests: number;
  /** How many things went wrong. */
  readonly events: number;
  readonly crashes: number;
  readonly virtualMs: number;
  /** The whole days before the first invariant was broken. */
  readonly daysSurvived: number;
  /** The invariants that do not hold. */
  readonly broken: readonly string[];
  readonly failure: RehearsalFailure | undefined;
}

/** A program as its file exports it. */
export interface Bot {
  readonly run: RehearsalProgram;
  readonly invariants: readonly RehearsalInvariant[];
}

/** Loads the program in a file: its export `run`, or its default export; its `invariants`, if it has any. */
export async function loadBot(file: string): Promise<Bot> {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(pathToFileURL(resolve(file)).href)) as typeof loaded;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot load the program ${file}: ${reason}`);
  }
  // Compiled `export default`, and CommonJS modules that export one object, are one level deeper.
  const levels = [loaded, loaded['default'], (loaded['default'] as typeof loaded | undefined)?.['default']];
  const { invariants = [], run } =
    levels
      .map((level) => (typeof level === 'function' ? { run: level } : ((level ?? {}) as typeof loaded)))
      .find((level) => typeof level['run'] === 'function') ?? {};
  if (typeof run !== 'function') {
    throw new UsageError(
      `Cannot rehearse ${file}: it must export a function called run, or a function as its default`,
    );
  }
  const own = (loaded['invariants'] ?? invariants) as RehearsalInvariant[];
  try {
    checkProgram({ run: run as RehearsalProgram, invariants: own });
  } catch (error) {
    throw new UsageError(`Cannot rehearse ${file}: ${(error as Error).message}`);
  }
  return { run: run as RehearsalProgram, invariants: own };
}

/** A seed of which nothing is known but that it failed. */
export function failedSeed(seed: number, { scenario }: SeedOptions, message: string): SeedResult {
  const invariant = 'the program stays in its process';
  return {
    seed,
    intents: 0,
    placeable: 0,
    placed: 0,
    duplicates: 0,
    misreports: 0,
    unknown: 0,
    cancelsMs: [],
    requests: 0,
    events: 0,
    crashes: 0,
    virtualMs: 0,
    daysSurvived: 0,
    broken: [invariant],
    failure: {
      seed,
      invariant,
      message,
      atMs: 0,
      trace: '',
      scenario: typeof scenario === 'string' ? { name: scenario.slice(0, 40) } : scenario,
      events: 0,
      runs: 0,
      happensAgain: undefined,
    },
  };
}

/** Rehearses one seed. */
export async function rehearseSeed(bot: Bot, options: SeedOptions, seed: number): Promise<SeedResult> {
  const { days, scenario, shrinkRuns } = options;
  return summarize(seed, days, await rehearse({ ...bot, seed, scenario, days, shrinkRuns }));
}

function summarize(seed: number, days: number, rehearsal: Rehearsal): SeedResult {
  const { cancels, events, failure, intents, invariants, requests, virtualMs } = rehearsal;
  const refused = new Set<string>();
  for (const { clientOrderId, code, executed, fault, operation, status } of requests) {
    if (clientOrderId === undefined || operation !== 'placeOrder' || executed || code === undefined) continue;
    if (fault === 'refusal' || (fault === undefined && status === 400)) refused.add(clientOrderId);
  }
  const count = (test: (intent: (typeof intents)[number]) => boolean): number => intents.filter(test).length;
  return {
    seed,
    intents: intents.length,
    placeable: count(({ clientOrderId, orders }) => orders.length > 0 || !refused.has(clientOrderId)),
    placed: count(({ orders }) => orders.length > 0),
    duplicates: intents.reduce(
      (sum, { copies, orders, repeats }) =>
        sum + Math.max(0, orders.length - 1 - copies) + (repeats === undefined ? 0 : 1),
      0,
    ),
    misreports: count(
      ({ copies, orders, report }) =>
        (report === 'placed' && orders.length === 0) || (report === 'not-placed' && orders.length > copies),
    ),
    unknown: count(({ report }) => report === 'unknown'),
    cancelsMs: cancels.map(({ durationMs }) => Math.round(durationMs)),
    requests: requests.length,
    events: events.length,
    crashes: events.filter(({ event }) => 'crash' in event).length,
    virtualMs,
    daysSurvived: daysUntil(rehearsal, days),
    broken: invariants.filter(({ holds }) => !holds).map(({ name }) => name),
    failure,
  };
}

function daysUntil({ invariants, lengthMs }: Rehearsal, days: number): number {
  // A breach without a time may have started on the first day.
  const brokenAtMs = invariants.flatMap(({ breaches }) => breaches.map(({ atMs = 0 }) => atMs));
  return Math.min(days, Math.floor((Math.min(...brokenAtMs, Infinity) / lengthMs) * days));
}
