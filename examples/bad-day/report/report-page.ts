import { drawing } from '../../../src/drawing/drawing.js';
import { escapeHtml, legend } from '../../../src/drawing/html.js';
import { style } from '../../../src/drawing/style.js';
import { table } from '../../../src/drawing/table.js';
import { bands, stretchNames, type TimeAxis } from '../../../src/drawing/time-axis.js';
import type { CallStatistics, MethodCounts } from '../call-statistics.js';
import { failuresOf } from '../closing-table.js';
import type { Day } from '../day.js';
import { histogramOf } from '../rehearsal-lines.js';
import type { RehearsedDay } from '../rehearsed-day.js';
import { circuitLanes, circuitStates, loadChart, loadKinds } from './circuit-chart.js';
import { orderBars, orderFates } from './order-bars.js';
import { shareHistogram } from './share-histogram.js';
import { reportStyle } from './style.js';
import { answerKinds, trafficCharts } from './traffic-chart.js';

/** The data of the report. */
export interface ReportData {
  readonly seed: number;
  readonly scenario: string;
  /** The day through this library. */
  readonly day: Day;
  /** The same day through others. */
  readonly others: readonly Day[];
  /** What the library did on its day. */
  readonly statistics: CallStatistics;
  /** The same day in virtual time, over other seeds as well. */
  readonly rehearsed: readonly RehearsedDay[];
}

/** Creates the report: one self-contained page of HTML. */
export function reportPage({ day, others, rehearsed, scenario, seed, statistics }: ReportData): string {
  const days = [day, ...others];
  const title = `${scenario}, seed ${seed}: a trading day on a simulated exchange`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}${reportStyle}</style>
</head>
<body>
<main>
<h1>What became of the orders of a bad day</h1>
<p class="quiet">Scenario ${escapeHtml(scenario)}, seed ${seed}. The same faults at the same times, the same traders with the same wishes; three clients, each on an exchange of its own.</p>
${orderBars(days)}
${legend(orderFates)}
${comparison(days)}
<h2>Requests over time</h2>
${traffic(days)}
<h2>What weex-resilience did</h2>
${work(days, statistics)}
<h2>Method by method</h2>
${methodTable(statistics)}
${rehearsalSection(rehearsed)}
${findings(days)}
</main>
</body>
</html>
`;
}

function rehearsalSection(days: readonly RehearsedDay[]): string {
  if (days.length === 0) return '';
  return `<h2>The same day over ${days.length} seeds</h2>
<p class="quiet">In virtual time: the number of days by the share of wanted orders that they placed, in percent.</p>
${shareHistogram(histogramOf(days))}`;
}

function comparison(days: readonly Day[]): string {
  const row = (label: string, value: (day: Day) => number): string[] => [
    label,
    ...days.map((day) => String(value(day))),
  ];
  return table({
    caption: 'Figures of each client',
    head: ['', ...days.map(({ name }) => name)],
    rows: [
      row('Orders wanted', ({ audit }) => audit.wanted),
      row('Orders that could be placed, knowing all faults', ({ placeable }) => placeable),
      row('Orders placed exactly once', ({ audit }) => audit.once),
      row('Second orders', ({ audit }) => audit.duplicates),
      row('Orders with unknown outcome', ({ audit }) => audit.unknown),
      row('Of these, still looked up when the day ended', ({ audit }) => audit.unfinished),
      row('Calls of the traders', ({ calls }) => calls.length),
      row('Calls that failed', ({ calls }) => calls.filter(({ failure }) => failure).length),
      row('Requests sent', ({ requests }) => requests.length),
    ],
  });
}

function traffic(days: readonly Day[]): string {
  const axis = axisOf(days);
  const charts = trafficCharts(
    axis,
    days.map(({ requests }) => requests),
  ).map((chart, index) => `<h3>${escapeHtml(days[index]?.name ?? '')}</h3>\n${chart}`);
  return `${legend(answerKinds)}\n${phaseNames(axis)}\n${charts.join('\n')}`;
}

function work(days: readonly Day[], statistics: CallStatistics): string {
  const axis = axisOf(days);
  const states = Object.values(circuitStates).map(({ className, name }) => [className, name] as const);
  return `${phaseNames(axis)}
<h3>Circuits</h3>${legend(states)}
${circuitLanes(axis, statistics)}
<h3>Waiting</h3>${legend(loadKinds)}
${loadChart(axis, statistics)}`;
}

function phaseNames(axis: TimeAxis): string {
  return drawing(22, 'The phases of the day', bands(axis, 22) + stretchNames(axis, 15));
}

function axisOf(days: readonly Day[]): TimeAxis {
  const lasts = days.flatMap(({ lengthMs, requests }) => [lengthMs, requests.at(-1)?.at ?? 0]);
  const stretches = (days[0]?.phases ?? []).map(({ fromMs, name, untilMs }) => ({
    name,
    from: fromMs,
    until: untilMs,
  }));
  return { from: 0, until: Math.max(1, ...lasts), stretches, label: (atMs) => `${atMs / 1_000} s` };
}

function methodTable(statistics: CallStatistics): string {
  const rows = statistics
    .clientMethods()
    .map((method: MethodCounts) => [
      `<code>${escapeHtml(method.operation)}</code>`,
      String(method.calls),
      String(method.succeeded),
      String(method.retries),
      escapeHtml(failuresOf(method)),
      String(statistics.openingsOf(method.policy)),
    ]);
  const head = ['method', 'calls', 'succeeded', 'retries', 'failures by kind', 'circuit openings'];
  return table({ caption: 'Calls of each method; failures count attempts', head, rows });
}

/** Orders that are not as they should be, with their ids for a lookup. */
function findings(days: readonly Day[]): string {
  const rows = days.flatMap(({ audit, name }) =>
    audit.verdicts.flatMap(({ broken, clientOrderId, symbol }) =>
      broken ? [[name, clientOrderId, symbol, broken].map(escapeHtml)] : [],
    ),
  );
  if (rows.length === 0) return '';
  const head = ['client', 'client order id', 'symbol', 'what is wrong'];
  return `<h2>Orders that are not as they should be</h2>\n${table({ caption: 'To be looked up', head, rows })}`;
}
