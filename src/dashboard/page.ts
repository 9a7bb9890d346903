import { createHash } from 'node:crypto';
import { style } from '../drawing/style.js';
import type { DashboardState } from './dashboard-state.js';
import { pageScript } from './page-script.js';
import { type SectionName, sectionsOf } from './sections.js';

const pageStyle = `${style}
header { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; justify-content: space-between; }
button { font: inherit; color: inherit; background: var(--even); border: 1px solid var(--grey); border-radius: .3rem; padding: .3rem .9rem; }
#status { border: 1px solid var(--line); border-left: .4rem solid var(--grey); padding: .5rem .8rem; }
#status:has(.act) { border-left-color: var(--red); } #status:has(.watch) { border-left-color: var(--amber); } #status:has(.calm) { border-left-color: var(--good); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem 1rem; margin: .6rem 0; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.succeeded { fill: var(--good); background: var(--good); }
.failed, .broken { fill: var(--red); background: var(--red); }
.aborted, .refused { fill: var(--grey); background: var(--grey); }
.limited, .waiting { fill: var(--amber); background: var(--amber); }
.silent { fill: var(--violet); background: var(--violet); }
.local, .running { fill: var(--blue); background: var(--blue); }
.unknown { fill: var(--ink); background: var(--ink); }
h1 { min-width: 0; overflow-wrap: anywhere; }
th code.free { display: inline-block; min-width: 16rem; }
.name { display: inline-block; min-width: 8rem; overflow-wrap: anywhere; }
footer { margin-top: 2rem; }
`;

const headings: readonly (readonly [SectionName, string])[] = [
  ['doubts', 'Orders and calls in doubt'],
  ['figures', 'Figures'],
  ['calls', 'Calls over time'],
  ['errors', 'Failures over time'],
  ['failures', 'What fails, and what to do'],
  ['load', 'Queue and slots over time'],
  ['admissions', 'What keeps calls away'],
  ['decisions', 'What the library did'],
  ['policies', 'Policies'],
];

/** The whole page: without its script it is a snapshot. */
export function dashboardPage(state: DashboardState): string {
  const sections = sectionsOf(state);
  const parts = headings.map(
    ([name, heading]) => `<section aria-labelledby="h-${name}">
<h2 id="h-${name}">${heading}</h2>
<div id="${name}">${sections[name]}</div>
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title id="title">${sections.title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1 id="heading">${sections.heading}</h1>
<button type="button" id="pause">Pause</button>
</header>
<main>
<p id="status" role="status" aria-live="polite">${sections.status}</p>
${parts.join('\n')}
</main>
<footer class="quiet">
<p id="connection" role="status" aria-live="polite">A picture of this moment.</p>
<p>Process <span id="process">${sections.process}</span>. Times are those of the program. The charts show the last five minutes, or what there is of them.</p>
</footer>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** What the page may do: run its own script and style, and listen to its own server. */
export function contentSecurityPolicy(): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(pageScript)}'`,
    `style-src '${hashOf(pageStyle)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
