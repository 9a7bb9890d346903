/** The look that every page has: colours in the light and in the dark, tables, drawings. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fff; --ink: #1c2430; --quiet: #566172; --line: #dde2e9; --even: #f6f7f9; --odd: #eceff3;
  --good: #2f9e68; --pale: #9fd3b6; --grey: #8490a1; --amber: #b57a00; --red: #cf3545; --violet: #7b4ba0; --blue: #4a7fc1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141920; --ink: #e6eaf0; --quiet: #a3aebd; --line: #2c3542; --even: #1a2029; --odd: #212936;
    --good: #36b077; --pale: #2f6e51; --grey: #76828f; --amber: #e3a008; --red: #ef5b69; --violet: #a878cf; --blue: #6b9bd8;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.2rem 1rem 3rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1rem 0 .2rem; }
p { margin: .3rem 0 .7rem; }
.quiet, .legend { color: var(--quiet); font-size: .88rem; }
.legend span { display: inline-block; margin-right: 1.2rem; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }
svg { display: block; overflow: hidden; }
text { fill: var(--quiet); font-size: 12px; }
.lane { fill: var(--ink); }
.time, .stretch { text-anchor: middle; }
.first { text-anchor: start; } .last { text-anchor: end; }
.stretch { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--line); }
.even { fill: var(--even); } .odd { fill: var(--odd); }
.good { fill: var(--good); background: var(--good); }
.pale { fill: var(--pale); background: var(--pale); }
.grey { fill: var(--grey); background: var(--grey); }
.amber { fill: var(--amber); background: var(--amber); }
.red { fill: var(--red); background: var(--red); }
.violet { fill: var(--violet); background: var(--violet); }
.blue, .mark { fill: var(--blue); background: var(--blue); }
.mark { fill-opacity: .6; } .mark.broken { fill: var(--red); fill-opacity: 1; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: .2rem 0; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--quiet); font-weight: 600; }
code, pre { font-size: .85em; }
.free { overflow-wrap: anywhere; }
time { white-space: nowrap; }
pre { background: var(--even); padding: 1rem; overflow: auto; }
@media (max-width: 40rem) {
  .minor { display: none; }
  .stretch { font-size: 9px; }
  table, tbody, tr, th, td, caption { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  tbody th, td { border: 0; padding: 0; }
  tbody th { font-weight: 600; }
  td:empty { display: none; }
  td::before { content: attr(data-head) ": "; color: var(--quiet); }
}
`;
