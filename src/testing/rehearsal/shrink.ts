import type { Breach } from './invariants.js';
import type { RehearsalEvent } from './rehearsal-event.js';
import type { RehearsalScenario } from './rehearsal-scenario.js';
import type { ResolvedRehearsal } from './rehearsal-options.js';
import type { RehearsalRun } from './run-once.js';

/** A failing rehearsal to be shortened. */
export interface ShrinkOptions {
  readonly options: ResolvedRehearsal;
  readonly failing: RehearsalRun;
  /** The invariant that must stay broken. */
  readonly invariant: string;
  readonly runAgain: (options: ResolvedRehearsal) => Promise<RehearsalRun>;
}

/** The shortest failing rehearsal found. */
export interface Shrunk {
  readonly scenario: RehearsalScenario;
  readonly run: RehearsalRun;
  readonly breach: Breach;
  /** How many rehearsals it took. */
  readonly runs: number;
  /** Whether it failed again at all; `undefined`: not tried. */
  readonly happensAgain: boolean | undefined;
}

/** Earlier events are seldom to blame: most of them are left out in one try. */
const recentMs = 45_000;

/** The subject of a breach: its message without ids and numbers. */
function kindOf({ message }: Breach): string {
  return message.replaceAll(/\d[\d,.]*/g, '#');
}

/** The first breach of an invariant in time, of those with the same subject. */
function firstBreach(run: RehearsalRun, invariant: string, kind?: string): Breach | undefined {
  const breaches = run.invariants.find(({ name }) => name === invariant)?.breaches ?? [];
  const alike = kind === undefined ? breaches : breaches.filter((breach) => kindOf(breach) === kind);
  return alike.toSorted((left, right) => (left.atMs ?? Infinity) - (right.atMs ?? Infinity))[0];
}

/**
 * Searches for the fewest events, and the shortest day, with which an invariant is still broken: first only what
 * concerns the order, then halves, quarters and so on of the rest (delta debugging).
 */
export async function shrink({ failing, invariant, options, runAgain }: ShrinkOptions): Promise<Shrunk> {
  const asIs = firstBreach(failing, invariant) ?? { message: '' };
  const kind = kindOf(asIs);
  let best: Omit<Shrunk, 'happensAgain' | 'runs'> = {
    scenario: options.scenario,
    run: failing,
    breach: asIs,
  };
  let runs = 0;
  let lengthMs = failing.facts.lengthMs;

  const fails = async (events: readonly RehearsalEvent[], durationMs: number): Promise<boolean> => {
    if (runs >= options.shrinkRuns) return false;
    runs += 1;
    const scenario: RehearsalScenario = {
      name: `${options.scenario.name}, shrunk`,
      network: options.scenario.network && { ...options.scenario.network, mishaps: undefined },
      phases: [{ name: 'day', durationMs }],
      events,
    };
    const run = await runAgain({ ...options, scenario, days: 1 });
    const breach = firstBreach(run, invariant, kind);
    if (breach) best = { scenario, run, breach };
    return breach !== undefined;
  };

  let events: readonly RehearsalEvent[] = failing.facts.happened.map(({ event }) => event);
  const until = asIs.atMs;
  if (until !== undefined) {
    const before = failing.facts.happened.filter(({ atMs }) => atMs <= until).map(({ event }) => event);
    const shortMs = Math.min(lengthMs, Math.ceil(until) + 1_000);
    if (await fails(before, shortMs)) {
      events = before;
      lengthMs = shortMs;
    }
  }
  const recentFromMs = (until ?? failing.virtualMs) - recentMs;
  const recent = failing.facts.happened.filter(({ atMs }) => atMs >= recentFromMs).map(({ event }) => event);
  const late = events.filter((event) => recent.includes(event));
  if (late.length < events.length && (await fails(late, lengthMs))) events = late;
  const concerning = events.filter((event) => concerns(failing, event, asIs.clientOrderId));
  if (concerning.length < events.length && (await fails(concerning, lengthMs))) events = concerning;
  events = await reduce(events, (some) => fails(some, lengthMs));
  const { breach } = best;
  const shortestMs = Math.ceil(breach.atMs ?? lengthMs) + 1;
  if (shortestMs < lengthMs) await fails(events, shortestMs);
  let happensAgain = best.run === failing ? undefined : true;
  if (happensAgain === undefined && options.shrinkRuns > 0) {
    runs += 1;
    happensAgain = firstBreach(await runAgain(options), invariant, kind) !== undefined;
  }
  return { ...best, runs, happensAgain };
}

function concerns(run: RehearsalRun, event: RehearsalEvent, clientOrderId: string | undefined): boolean {
  if (clientOrderId === undefined) return true;
  return 'request' in event ? run.idsOf(event).includes(clientOrderId) : false;
}

/** The fewest items that still fail, as far as leaving out one part after the other can find them. */
async function reduce<Item>(
  all: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let items = all;
  let parts = 2;
  while (items.length > 0) {
    const size = Math.ceil(items.length / parts);
    let smaller: readonly Item[] | undefined;
    for (let from = 0; from < items.length && !smaller; from += size) {
      const rest = [...items.slice(0, from), ...items.slice(from + size)];
      // One after the other: they share the time of the process.
      // oxlint-disable-next-line no-await-in-loop
      if (await fails(rest)) smaller = rest;
    }
    if (smaller) {
      items = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(items.length, parts * 2);
  }
  return items;
}
