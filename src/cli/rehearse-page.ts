import { stringify } from 'yaml';
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
  const rows = summaryRows(summary).map(([name, value]) => `<tr><th>${escape(name)}<td>${escape(value)}`);
  const broken = [...summary.broken].map(
    ([name, seeds]) => `<tr><th>${escape(name)}<td>${seeds.length}<td>${seeds.slice(0, 20).join(', ')}`,
  );
  const failures = results.filter(({ failure }) => failure).slice(0, mostFailures);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rehearsal of ${escape(bot)}</title>
<style>${style}</style>
<h1>Rehearsal of ${escape(bot)}</h1>
<p>Scenario ${escape(scenario)}, ${summary.seeds} seeds.
<table>${rows.join('\n')}</table>
<h2>Every seed</h2>
<p>How many of the orders that could be placed were, seed by seed. A seed in which an invariant is broken is red.
${plot(results)}
<h2>Invariants</h2>
${broken.length === 0 ? '<p>None is broken.' : `<table><tr><th>broken<th>seeds<th>which${broken.join('\n')}</table>`}
<h2>Worst seeds</h2>
<table><tr><th>seed<th>broken<th>placed<th>cancel p99<th>went wrong
${summary.worst
  .map(
    (result) =>
      `<tr>${worstRow(result)
        .map((cell) => `<td>${escape(cell)}`)
        .join('')}`,
  )
  .join('\n')}</table>
${failures.map(failureSection).join('\n')}
</html>
`;
}

function failureSection({ failure, seed }: SeedResult): string {
  if (!failure) return '';
  const { atMs, invariant, message, scenario, trace } = failure;
  if (trace === '') return `<h2>Seed ${seed}: ${escape(invariant)}</h2>\n<p>${escape(message)}.`;
  return `<h2>Seed ${seed}: ${escape(invariant)}</h2>
<p>${escape(message)}, ${Math.round(atMs)} ms after the start. ${escape(capitalized(shrunkText(failure)))}.
<details open><summary>Scenario</summary><pre>${escape(stringify(scenario))}</pre></details>
<details open><summary>Trace</summary><pre>${escape(trace)}</pre></details>`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const size = { width: 960, height: 240, left: 48, bottom: 24 };

/** A mark for each seed: its number to the right, its share of orders placed upwards. */
function plot(results: readonly SeedResult[]): string {
  const { bottom, height, left, width } = size;
  const sorted = results.toSorted((a, b) => a.seed - b.seed);
  const lowest = Math.min(0.9, ...sorted.map(placedShare));
  const x = (index: number): number => left + ((index + 0.5) / Math.max(1, sorted.length)) * (width - left);
  const y = (share: number): number => 8 + ((1 - share) / (1 - lowest)) * (height - bottom - 16);
  const marks = sorted.map((result, index) => {
    const isBroken = result.broken.length > 0;
    const title = `seed ${result.seed}: ${result.placed} of ${result.placeable}${isBroken ? `, ${result.broken.join(', ')}` : ''}`;
    const place = `cx="${x(index).toFixed(1)}" cy="${y(placedShare(result)).toFixed(1)}"`;
    return `<circle ${place} r="${isBroken ? 4 : 2}"${isBroken ? ' class="broken"' : ''}><title>${escape(title)}</title></circle>`;
  });
  const lines = [1, (1 + lowest) / 2, lowest].map(
    (share) =>
      `<line x1="${left}" x2="${width}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}"/>` +
      `<text x="${left - 6}" y="${(y(share) + 4).toFixed(1)}" text-anchor="end">${(share * 100).toFixed(0)} %</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Share of orders placed by seed">${lines.join('')}${marks.join('')}</svg>`;
}

const style = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top;font-weight:400}
th{color:#555}pre{background:#f4f4f4;padding:1rem;overflow:auto;font-size:13px}
svg{width:100%}line{stroke:#ddd}text{font-size:12px;fill:#555}circle{fill:#2a6fbb;fill-opacity:.6}circle.broken{fill:#c22;fill-opacity:1}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#222}th,text{color:#aaa;fill:#aaa}line{stroke:#333}}
`;

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
