import { stringify } from 'yaml';
import type { RehearsalFailure } from '../testing/index.js';
import type { SeedResult } from './rehearse-seed.js';
import { percentile, placedShare, type RehearsalSummary } from './rehearse-summary.js';

const number = new Intl.NumberFormat('en');

/** The table that is printed in the end. */
export function summaryText(summary: RehearsalSummary): string {
  const rows = summaryRows(summary).map(([name, value]) => `  ${name.padEnd(18)}${value}`);
  const broken = [...summary.broken].map(
    ([name, seeds]) => `  ${name}: ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} (${some(seeds)})`,
  );
  return [
    ...rows,
    '',
    broken.length === 0 ? 'No invariant is broken.' : 'Broken invariants',
    ...broken,
    '',
    'Worst seeds',
    ...worstTable(summary.worst),
    '',
  ].join('\n');
}

/** The summary of all seeds, as name and value. */
export function summaryRows(summary: RehearsalSummary): readonly (readonly [string, string])[] {
  const { cancelP99Ms, cancels, days, daysSurvived, elapsedMs, virtualMs } = summary;
  const count = (value: number): string => number.format(value);
  const speed = Math.round(virtualMs / Math.max(1, elapsedMs));
  return [
    ['days survived', `${count(daysSurvived)} of ${count(days)}`],
    [
      'orders placed',
      `${count(summary.placed)} of ${count(summary.placeable)} placeable (${percent(summary)})`,
    ],
    ['order intents', `${count(summary.intents)}, ${count(summary.unknown)} of them left unknown`],
    ['duplicates', count(summary.duplicates)],
    ['misreports', count(summary.misreports)],
    ['cancels', cancelP99Ms === undefined ? 'none' : `${count(cancels)}, p99 ${count(cancelP99Ms)} ms`],
    ['went wrong', `${count(summary.events)} things, ${count(summary.crashes)} crashes`],
    ['requests', count(summary.requests)],
    ['time', `${(elapsedMs / 1_000).toFixed(1)} s, ${count(speed)} times real time`],
  ];
}

const header = ['seed', 'broken', 'placed', 'cancel p99', 'went wrong'];

function worstTable(worst: readonly SeedResult[]): string[] {
  const lines = [header, ...worst.map(worstRow)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

/** One seed in a table. */
export function worstRow(result: SeedResult): string[] {
  const cancel = percentile(result.cancelsMs, 0.99);
  return [
    String(result.seed),
    result.broken.length === 0 ? '-' : result.broken.join(', '),
    percent(result),
    cancel === undefined ? '-' : `${number.format(cancel)} ms`,
    String(result.events),
  ];
}

/** A failure with everything that is needed to see it again. */
export function failureText({ failure, seed }: SeedResult): string {
  if (!failure) return '';
  const { atMs, invariant, message, scenario, trace } = failure;
  // Nothing more is known of a program that took its process with it.
  if (trace === '') return `Seed ${seed}: ${invariant}: ${message}\n`;
  return [
    `Seed ${seed}: ${invariant}, at ${number.format(Math.round(atMs))} ms: ${message}`,
    `  ${shrunkText(failure)}:`,
    ...indent(stringify(scenario)),
    '  what happened around it:',
    ...indent(trace),
    '',
  ].join('\n');
}

/** What is known of the scenario of a failure. */
export function shrunkText({
  events,
  happensAgain,
  runs,
}: Pick<RehearsalFailure, 'events' | 'happensAgain' | 'runs'>): string {
  const counted = `${events} ${events === 1 ? 'event' : 'events'}`;
  if (happensAgain === undefined) return `the scenario, which was not shortened, has ${counted}`;
  return happensAgain
    ? `the shortest scenario that fails in this way, of ${runs} tried, has ${counted}`
    : 'it did not fail again: the program keeps state between two rehearsals, or waits for something outside of them';
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);
}

function percent(counted: Pick<SeedResult, 'placeable' | 'placed'>): string {
  return `${(placedShare(counted) * 100).toFixed(1)} %`;
}

function some(seeds: readonly number[]): string {
  const shown = seeds.slice(0, 8).join(', ');
  return seeds.length > 8 ? `${shown}, …` : shown;
}
