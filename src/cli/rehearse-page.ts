import { stringify } from 'yaml';
import { escapeHtml } from '../drawing/html.js';
import { markChart } from '../drawing/mark-chart.js';
import { style } from '../drawing/style.js';
import { table } from '../drawing/table.js';
import { shrunkText, summaryRows, worstRow } from './rehearse-report.js';
import type { SeedResult } from './rehearse-seed.js';
import { placedShare, type RehearsalSummary } from './rehearse-summary.js';

/** What a page is made of. */
export interface PageOptions {
  readonly bot: string;
  readonly scenario: string;
  readonly results: readonly SeedResult[];
  readonly summary: RehearsalSummary;
}

const mostFailures = 20;

/** The page: the figures, every seed as a mark, and each failure with its trace and its shortest scenario. */
export function rehearsalPage({ bot, results, scenario, summary }: PageOptions): string {
  const failures = results.filter(({ failure }) => failure).slice(0, mostFailures);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rehearsal of ${escapeHtml(bot)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Rehearsal of ${escapeHtml(bot)}</h1>
<p>Scenario ${escapeHtml(scenario)}, ${summary.seeds} seeds.
${figures(summary)}
<h2>Every seed</h2>
<p>How many of the orders that could be placed were, seed by seed. A seed in which an invariant is broken is larger, and red.
${plot(results)}
<h2>Invariants</h2>
${brokenInvariants(summary)}
<h2>Worst seeds</h2>
${worstSeeds(summary)}
${failures.map(failureSection).join('\n')}
</main>
</body>
</html>
`;
}

function figures(summary: RehearsalSummary): string {
  const rows = summaryRows(summary).map((row) => row.map(escapeHtml));
  return table({ caption: 'All seeds together', head: ['what', 'figure'], rows });
}

function brokenInvariants({ broken }: RehearsalSummary): string {
  if (broken.size === 0) return '<p>None is broken.';
  const rows = [...broken].map(([name, seeds]) =>
    [name, seeds.length, seeds.slice(0, 20).join(', ')].map(escapeHtml),
  );
  return table({ caption: 'What is broken, and in which seeds', head: ['broken', 'seeds', 'which'], rows });
}

function worstSeeds({ worst }: RehearsalSummary): string {
  const head = ['seed', 'broken', 'placed', 'cancel p99', 'went wrong'];
  const rows = worst.map((result) => worstRow(result).map(escapeHtml));
  return table({ caption: 'Most broken invariants first, then fewest orders placed', head, rows });
}

function failureSection({ failure, seed }: SeedResult): string {
  if (!failure) return '';
  const { atMs, invariant, message, scenario, trace } = failure;
  if (trace === '') return `<h2>Seed ${seed}: ${escapeHtml(invariant)}</h2>\n<p>${escapeHtml(message)}.`;
  return `<h2>Seed ${seed}: ${escapeHtml(invariant)}</h2>
<p>${escapeHtml(message)}, ${Math.round(atMs)} ms after the start. ${escapeHtml(capitalized(shrunkText(failure)))}.
<details open><summary>Scenario</summary><pre tabindex="0">${escapeHtml(stringify(scenario))}</pre></details>
<details open><summary>Trace</summary><pre tabindex="0">${escapeHtml(trace)}</pre></details>`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A mark for each seed: its number to the right, its share of orders placed upwards. */
function plot(results: readonly SeedResult[]): string {
  const sorted = results.toSorted((a, b) => a.seed - b.seed);
  const shares = sorted.map((result) => placedShare(result) * 100);
  const marks = sorted.map(({ broken, placeable, placed, seed }, index) => {
    const isBroken = broken.length > 0;
    const title = `seed ${seed}: ${placed} of ${placeable}${isBroken ? `, ${broken.join(', ')}` : ''}`;
    return { value: shares[index] ?? 0, title, isBroken };
  });
  const label = 'Share of orders placed by seed';
  return markChart(marks, [Math.min(90, ...shares), 100], { label, unit: ' %' });
}
