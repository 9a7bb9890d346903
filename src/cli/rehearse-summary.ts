import type { SeedResult } from './rehearse-seed.js';

/** What came of all seeds. */
export interface RehearsalSummary {
  readonly seeds: number;
  readonly days: number;
  readonly daysSurvived: number;
  readonly intents: number;
  readonly placeable: number;
  readonly placed: number;
  readonly duplicates: number;
  readonly misreports: number;
  readonly unknown: number;
  readonly requests: number;
  readonly events: number;
  readonly crashes: number;
  readonly cancels: number;
  /** In milliseconds; `undefined` without cancels. */
  readonly cancelP99Ms: number | undefined;
  readonly virtualMs: number;
  readonly elapsedMs: number;
  /** Each invariant that is broken, and in which seeds. */
  readonly broken: ReadonlyMap<string, readonly number[]>;
  /** The seeds with most that is broken, then the fewest orders placed; ten at most. */
  readonly worst: readonly SeedResult[];
}

const mostWorst = 10;

/** Adds up what came of the seeds. */
export function summarize(results: readonly SeedResult[], days: number, elapsedMs: number): RehearsalSummary {
  const sum = (amount: (result: SeedResult) => number): number =>
    results.reduce((total, result) => total + amount(result), 0);
  const broken = new Map<string, number[]>();
  for (const { broken: names, seed } of results) {
    for (const name of names) broken.set(name, [...(broken.get(name) ?? []), seed]);
  }
  const cancels = results.flatMap(({ cancelsMs }) => cancelsMs);
  return {
    seeds: results.length,
    days: results.length * days,
    daysSurvived: sum(({ daysSurvived }) => daysSurvived),
    intents: sum(({ intents }) => intents),
    placeable: sum(({ placeable }) => placeable),
    placed: sum(({ placed }) => placed),
    duplicates: sum(({ duplicates }) => duplicates),
    misreports: sum(({ misreports }) => misreports),
    unknown: sum(({ unknown }) => unknown),
    requests: sum(({ requests }) => requests),
    events: sum(({ events }) => events),
    crashes: sum(({ crashes }) => crashes),
    cancels: cancels.length,
    cancelP99Ms: percentile(cancels, 0.99),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    elapsedMs,
    broken,
    worst: results
      .toSorted(
        (left, right) =>
          right.broken.length - left.broken.length ||
          placedShare(left) - placedShare(right) ||
          left.seed - right.seed,
      )
      .slice(0, mostWorst),
  };
}

/** The share of placeable orders that were placed; 1 if there were none. */
export function placedShare({ placeable, placed }: Pick<SeedResult, 'placeable' | 'placed'>): number {
  return placeable === 0 ? 1 : placed / placeable;
}

/** The value that this share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((left, right) => left - right)[Math.max(0, Math.ceil(values.length * share) - 1)];
}
