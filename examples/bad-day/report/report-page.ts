import type { CallStatistics, MethodCounts } from '../call-statistics.js';
import { failuresOf } from '../closing-table.js';
import type { Day } from '../day.js';
import { histogramOf } from '../rehearsal-lines.js';
import type { RehearsedDay } from '../rehearsed-day.js';
import { circuitLanes, loadChart } from './circuit-chart.js';
import { escapeHtml, legend, table } from './html.js';
import { orderBars, orderFates } from './order-bars.js';
import { shareHistogram } from './share-histogram.js';
import { style } from './style.js';
import { phaseNames, timeAxis } from './time-axis.js';
import { answerKinds, binTraffic, highestBin, trafficChart } from './traffic-chart.js';

/** What the report tells of. */
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

/** Draws up the report: one page of HTML that needs nothing but itself. */
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
<style>${style}</style>
</head>
<body>
<h1>What became of the orders of a bad day</h1>
<p class="quiet">Scenario ${escapeHtml(scenario)}, seed ${seed}. The same faults at the same times, the same traders with the same wishes; three clients, each on an exchange of its own.</p>
${orderBars(days)}
${legend(orderFates)}
${comparison(days)}
<h2>Requests over time</h2>
${traffic(days)}
<h2>What weex-resilience did</h2>
${work(day, days, statistics)}
<h2>Method by method</h2>
${methodTable(statistics)}
${rehearsalSection(rehearsed)}
${findings(days)}
</body>
</html>
`;
}

function rehearsalSection(days: readonly RehearsedDay[]): string {
  if (days.length === 0) return '';
  return `<h2>The same day over ${days.length} seeds</h2>
<p class="quiet">In virtual time: how many days placed how much of what their traders wanted, in percent.</p>
${shareHistogram(histogramOf(days))}`;
}

function comparison(days: readonly Day[]): string {
  const row = (label: string, value: (day: Day) => number): string[] => [
    label,
    ...days.map((day) => String(value(day))),
  ];
  return table(
    ['', ...days.map(({ name }) => escapeHtml(name))],
    [
      row('Orders wanted', ({ audit }) => audit.wanted),
      row('Orders that could be placed, knowing all faults', ({ placeable }) => placeable),
      row('Orders that stand exactly once', ({ audit }) => audit.once),
      row('Second orders', ({ audit }) => audit.duplicates),
      row('Orders in the dark', ({ audit }) => audit.unknown),
      row('Of these, still looked up when the day ended', ({ audit }) => audit.unfinished),
      row('Calls of the traders', ({ calls }) => calls.length),
      row('Calls that failed', ({ calls }) => calls.filter(({ failure }) => failure).length),
      row('Requests sent', ({ requests }) => requests.length),
    ],
  );
}

function traffic(days: readonly Day[]): string {
  const axis = axisOf(days);
  const binned = days.map(({ requests }) => binTraffic(requests, axis.endMs));
  const highest = highestBin(binned);
  const charts = binned.map(
    (bins, index) => `<h3>${escapeHtml(days[index]?.name ?? '')}</h3>\n${trafficChart(axis, bins, highest)}`,
  );
  return `${legend(answerKinds)}\n${phaseNames(axis)}\n${charts.join('\n')}`;
}

function work(day: Day, days: readonly Day[], statistics: CallStatistics): string {
  const axis = axisOf(days);
  const circuitStates = [
    ['circuit-closed', 'closed'],
    ['circuit-half-open', 'half-open: a trial'],
    ['circuit-open', 'open: refused here'],
  ] as const;
  const load = [
    ['under-way', 'calls at the exchange'],
    ['waiting', 'calls that wait: a closed gate, a queue, a back-off, a lookup'],
  ] as const;
  return `${phaseNames({ ...axis, phases: day.phases })}
<h3>Circuits</h3>${legend(circuitStates)}
${circuitLanes(axis, statistics)}
<h3>Waiting</h3>${legend(load)}
${loadChart(axis, statistics)}`;
}

function axisOf(days: readonly Day[]): ReturnType<typeof timeAxis> {
  const lasts = days.flatMap(({ lengthMs, requests }) => [lengthMs, requests.at(-1)?.at ?? 0]);
  return timeAxis(days[0]?.phases ?? [], Math.max(1, ...lasts));
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
  return table(['method', 'calls', 'succeeded', 'retries', 'failures by kind', 'circuit openings'], rows);
}

/** The orders that are not as they should be, for whoever wants to look them up. */
function findings(days: readonly Day[]): string {
  const rows = days.flatMap(({ audit, name }) =>
    audit.verdicts.flatMap(({ broken, clientOrderId, symbol }) =>
      broken ? [[name, clientOrderId, symbol, broken].map(escapeHtml)] : [],
    ),
  );
  if (rows.length === 0) return '';
  return `<h2>Orders that stand otherwise than they should</h2>\n${table(['client', 'client order id', 'symbol', 'what is wrong'], rows)}`;
}
