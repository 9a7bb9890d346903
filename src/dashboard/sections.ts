import { escapeHtml, legend } from '../drawing/html.js';
import { stackedChart } from '../drawing/stacked-chart.js';
import { type LaneState, stateLanes } from '../drawing/state-lanes.js';
import { table } from '../drawing/table.js';
import type { TimeAxis } from '../drawing/time-axis.js';
import type { DashboardState, FailureState, AdmissionState, PolicyState } from './dashboard-state.js';
import { lastMinute, situationOf } from './situation.js';
import { clockTime, timeElement } from './times.js';

/** The parts of the page, each by the id of its place. */
export type Sections = Readonly<Record<SectionName, string>>;
export type SectionName =
  | 'title'
  | 'heading'
  | 'process'
  | 'status'
  | 'doubts'
  | 'figures'
  | 'calls'
  | 'errors'
  | 'failures'
  | 'load'
  | 'admissions'
  | 'decisions'
  | 'policies';

/** A longer table would not be read. */
const mostUnknown = 20;
const mostLookedUp = 5;
const number = new Intl.NumberFormat('en');
const levels = { calm: 'Calm', watch: 'Watch', act: 'Act' } as const;

const callKinds = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['aborted', 'given up by the caller'],
] as const;
const failureKinds = [
  ['limited', 'rate limited'],
  ['silent', 'no answer'],
  ['broken', 'exchange in trouble'],
  ['refused', 'refused by the exchange'],
  ['local', 'rejected locally, nothing sent'],
  ['unknown', 'outcome unknown, or no known error'],
] as const;
const loadKinds = [
  ['running', 'running attempts'],
  ['waiting', 'calls waiting for a slot, permits or the end of a cool-down'],
] as const;
const admissionStates: Readonly<Record<AdmissionState, LaneState>> = {
  free: { name: 'free', className: 'pale', share: 0.15 },
  'cool-down': { name: 'cool-down', className: 'violet', share: 0.4 },
  'half-open': { name: 'circuit half-open', className: 'amber', share: 0.7 },
  open: { name: 'circuit open', className: 'red', share: 1 },
  isolated: { name: 'isolated by hand', className: 'grey', share: 1 },
};

/** Draws every part of the page. */
export function sectionsOf(state: DashboardState): Sections {
  const { level, sentences } = situationOf(state);
  return {
    title: escapeHtml(`${level === 'calm' ? '' : `${levels[level]}: `}${state.title}`),
    // An open page may reach another process after a restart.
    heading: escapeHtml(state.title),
    process: String(state.pid),
    status: `<strong class="level ${level}">${levels[level]}:</strong> ${escapeHtml(sentences.join(' '))}`,
    doubts: doubts(state),
    figures: figures(state),
    calls: calls(state),
    errors: errors(state),
    failures: failures(state.failures),
    load: load(state),
    admissions: admissions(state),
    decisions: decisions(state),
    policies: policies(state.policies),
  };
}

function doubts({ doubts: all, forgottenDoubts }: DashboardState): string {
  if (all.length + forgottenDoubts === 0) return '<p>None seen by this process.</p>';
  const unknown = all.filter(({ state }) => state === 'unknown');
  const lookedUp = all.filter(({ state }) => state !== 'unknown');
  const rows = [...unknown.slice(0, mostUnknown), ...lookedUp.slice(0, mostLookedUp)].map((doubt) => [
    `<code class="free">${escapeHtml(doubt.clientOrderId ?? 'no client order id')}</code>`,
    nameIn([doubt.operation, doubt.symbol].filter(Boolean).join(', ')),
    doubt.state === 'unknown' ? '<strong>unknown</strong>' : 'being looked up',
    timeElement(doubt.since),
    escapeHtml(doubt.advice),
  ]);
  const more = all.length - rows.length;
  const caption = [
    `${unknown.length} unknown, ${lookedUp.length} being looked up`,
    ...(more === 0 ? [] : [`${more} of them not shown`]),
    ...(forgottenDoubts === 0 ? [] : [`${forgottenDoubts} earlier ones are only in the log`]),
  ].join('; ');
  return table({ caption, head: ['id', 'call', 'state', 'since', 'what to do'], rows });
}

function figures({ since, totals, traffic }: DashboardState): string {
  const minute = lastMinute(traffic);
  const facts: readonly (readonly [string, string])[] = [
    ['calls in the last minute', number.format(minute.calls)],
    ['of these, failed', number.format(minute.failed)],
    ['calls', number.format(totals.calls)],
    ['failed', number.format(totals.failed)],
    ['retries', number.format(totals.retries)],
    ['rejected locally', number.format(totals.refused)],
    ['orders executed', number.format(totals.ordersExecuted)],
    ['orders not executed', number.format(totals.ordersNotExecuted)],
    ['left unknown', number.format(totals.ordersUnknown)],
  ];
  const items = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return `<dl>${items.join('')}</dl><p class="quiet">Totals since ${timeElement(since)}.</p>`;
}

function calls({ traffic }: DashboardState): string {
  const counted = withCounts(callKinds, traffic.calls);
  const label = `Calls per second over the last minutes: ${sentence(counted)}`;
  const bins = perSecond(traffic.calls, traffic.stepMs);
  return legend(counted) + stackedChart({ axis: axisOf(traffic), bins, kinds: callKinds, label, unit: '/s' });
}

function errors({ traffic }: DashboardState): string {
  const counted = withCounts(failureKinds, traffic.failures);
  const label = `Failures per second over the last minutes: ${sentence(counted)}`;
  const bins = perSecond(traffic.failures, traffic.stepMs);
  return (
    legend(counted) + stackedChart({ axis: axisOf(traffic), bins, kinds: failureKinds, label, unit: '/s' })
  );
}

function failures(all: readonly FailureState[]): string {
  if (all.length === 0) return '<p>None so far.</p>';
  const rows = all.map(({ advice, code, count, first, last, message, operation, type }) => [
    `<strong class="name">${escapeHtml(type)}${code === undefined ? '' : ` ${escapeHtml(code)}`}</strong><br>${nameIn(operation)}`,
    `<span class="free">${escapeHtml(message)}</span>`,
    whenOf(count, first, last),
    escapeHtml(advice),
  ]);
  const head = ['failure', 'message', 'when', 'what to do'];
  return table({ caption: 'Latest first; equal failures are counted together', head, rows });
}

function whenOf(count: number, first: number, last: number): string {
  if (count === 1) return timeElement(last);
  const times = `${number.format(count)} times, `;
  return clockTime(first) === clockTime(last)
    ? times + timeElement(last)
    : `${times}${timeElement(first)} to ${timeElement(last)}`;
}

function load({ traffic }: DashboardState): string {
  const { running = 0, waiting = 0 } = traffic.load.at(-1) ?? {};
  const label = `Load over the last minutes: now ${running} attempts running and ${waiting} calls waiting`;
  const chart = { axis: axisOf(traffic), bins: traffic.load, kinds: loadKinds, label };
  return legend(loadKinds) + stackedChart(chart);
}

function admissions({ policies: all, traffic }: DashboardState): string {
  const axis = axisOf(traffic);
  const disturbed = all.filter((policy) => policy.admissions.some(({ admission }) => admission !== 'free'));
  if (disturbed.length === 0) return '<p>No circuit was open and no cool-down was active.</p>';
  const lanes = disturbed.map((policy) => ({
    name: `${laneName(policy.name)}: ${admissionStates[policy.admission].name}`,
    changes: policy.admissions.map(({ at, admission }) => ({ at, state: admissionStates[admission] })),
  }));
  const states = Object.values(admissionStates).map(({ className, name }) => [className, name] as const);
  const label = `What kept calls away over the last minutes; now ${lanes.map(({ name }) => name).join(', ')}`;
  return legend(states) + stateLanes(axis, lanes, label);
}

function decisions({ decisions: all }: DashboardState): string {
  if (all.length === 0) return '<p>Nothing so far except to make calls as usual.</p>';
  const rows = all.map(({ count, last, text }) => [
    timeElement(last),
    nameIn(text),
    count === 1 ? 'once' : `${number.format(count)} times`,
  ]);
  return table({ caption: 'Latest first', head: ['last', 'what', 'how often'], rows });
}

function policies(all: readonly PolicyState[]): string {
  if (all.length === 0) return '<p>No call under a policy so far.</p>';
  const figure = (value: number | undefined): string => (value === undefined ? '' : number.format(value));
  const rows = all.map((policy) => [
    nameIn(policy.name),
    circuitsOf(policy),
    figure(policy.running),
    figure(policy.waiting),
    policy.permits === undefined ? '' : `${figure(policy.permitsUsed)} of ${figure(policy.permits)}`,
    coolDownOf(policy),
    figure(policy.retriesLeft),
  ]);
  const head = ['policy', 'circuits', 'running', 'waiting', 'permits used', 'cool-down', 'retries left'];
  return table({
    caption: 'What each policy is doing now; a cell is empty if the policy has no such stage',
    head,
    rows,
  });
}

function circuitsOf({ circuits, notClosed = [] }: PolicyState): string {
  if (circuits === undefined) return '';
  if (notClosed.length === 0) return circuits === 1 ? 'closed' : `all ${circuits} closed`;
  const named = notClosed.map(({ key, state, trialInMs }) => {
    const trial = trialInMs === undefined ? '' : `, trial in ${seconds(trialInMs)}`;
    return `<strong class="name">${escapeHtml(key === undefined ? state : `${key} ${state}`)}</strong>${trial}`;
  });
  return named.join('<br>');
}

function coolDownOf({ coolDownMs, waitingForCoolDown = 0 }: PolicyState): string {
  if (coolDownMs === undefined) return '';
  if (coolDownMs === 0) return 'none';
  return `<strong>${seconds(coolDownMs)} to go</strong>, ${number.format(waitingForCoolDown)} wait`;
}

/** A foreign name of any length. */
function nameIn(text: string): string {
  return `<span class="name">${escapeHtml(text)}</span>`;
}

/** A lane has one line, with room on a phone for this many characters next to the name of a state. */
function laneName(name: string): string {
  return name.length <= 30 ? name : `${name.slice(0, 14)}…${name.slice(-15)}`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

function axisOf({ from, load: { length }, stepMs }: DashboardState['traffic']): TimeAxis {
  return { from, until: from + length * stepMs, stretches: [], label: clockTime };
}

function perSecond<Kind extends string>(
  bins: readonly Readonly<Record<Kind, number>>[],
  stepMs: number,
): Record<Kind, number>[] {
  return bins.map(
    (bin) =>
      Object.fromEntries(
        Object.entries<number>(bin).map(([kind, count]) => [kind, (count * 1_000) / stepMs]),
      ) as Record<Kind, number>,
  );
}

/** The kinds, each with how many there were. */
function withCounts<Kind extends string>(
  kinds: readonly (readonly [Kind, string])[],
  bins: readonly Readonly<Record<Kind, number>>[],
): (readonly [Kind, string])[] {
  return kinds.map(([kind, name]) => {
    const count = bins.reduce((sum, bin) => sum + bin[kind], 0);
    return [kind, `${name} ${number.format(count)}`];
  });
}

function sentence(counted: readonly (readonly [string, string])[]): string {
  return counted.map(([, text]) => text).join(', ');
}
