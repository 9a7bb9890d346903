/** The look of the report, in the light and in the dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1c2430; --quiet: #5d6878; --line: #dde2e9; --even: #f3f5f8; --odd: #e8ecf1;
  --good: #2f9e68; --pale: #bfe3cf; --grey: #98a3b3; --amber: #e3a008; --red: #d43f4f; --violet: #7b4ba0; --blue: #4a7fc1;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #141920; --ink: #e6eaf0; --quiet: #97a3b4; --line: #2c3542; --even: #1b222c; --odd: #222b37; --pale: #24543d; --grey: #66717f; }
}
body { margin: 2rem auto; max-width: 66rem; padding: 0 1.5rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1rem 0 .2rem; }
p { margin: .3rem 0 .7rem; }
.quiet, .legend { color: var(--quiet); font-size: .88rem; }
.row { display: grid; grid-template-columns: 10rem 1fr 16rem; gap: 0 1rem; align-items: center; margin: .45rem 0; }
.row > span { white-space: nowrap; font-size: .95rem; }
.bar { display: flex; height: 2.1rem; }
.bar span { color: #fff; font-weight: 600; text-align: center; line-height: 2.1rem; min-width: 1.6rem; }
@media (max-width: 50rem) { .row { grid-template-columns: 1fr; } }
.legend span { margin-right: 1.3rem; white-space: nowrap; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }
svg { display: block; width: 100%; height: auto; }
text { fill: var(--quiet); font-size: 12px; }
.label, .tick { text-anchor: end; }
.tick, .phase { text-anchor: middle; }
.phase { fill: var(--ink); font-weight: 600; }
.even { fill: var(--even); } .odd { fill: var(--odd); }
.share { fill: var(--good); }
.once, .answered { fill: var(--good); background: var(--good); }
.not-placed, .refused { fill: var(--grey); background: var(--grey); }
.unknown, .limited { fill: var(--amber); background: var(--amber); }
.second, .broken { fill: var(--red); background: var(--red); }
.wrong, .silent { fill: var(--violet); background: var(--violet); }
.circuit-closed { fill: var(--pale); background: var(--pale); }
.circuit-half-open { fill: var(--amber); background: var(--amber); }
.circuit-open { fill: var(--red); background: var(--red); }
.under-way { fill: var(--blue); background: var(--blue); }
.waiting { fill: var(--amber); background: var(--amber); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
code { font-size: .85em; }
`;
