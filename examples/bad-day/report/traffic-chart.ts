import type { SimulatedRequest } from 'weex-resilience/testing';
import { highestStack, stackedChart } from '../../../src/drawing/stacked-chart.js';
import type { TimeAxis } from '../../../src/drawing/time-axis.js';

/** The outcomes of a request, in the order in which they are stacked. */
export const answerKinds = [
  ['answered', 'answered'],
  ['refused', 'refused'],
  ['limited', 'rate limited'],
  ['broken', 'server error or unreadable'],
  ['silent', 'no answer'],
] as const;

type AnswerKind = (typeof answerKinds)[number][0];

/** How many requests of each kind started in an interval. */
type TrafficBin = Readonly<Record<AnswerKind, number>>;

const bins = 90;

/** Counts the requests of a day in equal intervals. */
function binTraffic(requests: readonly SimulatedRequest[], endMs: number): TrafficBin[] {
  const counts = Array.from({ length: bins }, () => ({
    answered: 0,
    refused: 0,
    limited: 0,
    broken: 0,
    silent: 0,
  }));
  for (const request of requests) {
    const bin = counts[Math.min(bins - 1, Math.floor((request.at / endMs) * bins))];
    if (bin) bin[kindOf(request)] += 1;
  }
  return counts;
}

/** Requests per second over time for each day, all on one scale. */
export function trafficCharts(axis: TimeAxis, days: readonly (readonly SimulatedRequest[])[]): string[] {
  const perSecond = bins / ((axis.until - axis.from) / 1_000);
  const rates = days.map((requests) =>
    binTraffic(requests, axis.until).map((bin) => timesEach(bin, perSecond)),
  );
  const highest = Math.max(...rates.map(highestStack));
  const shared = { axis, kinds: answerKinds, highest, unit: '/s', label: 'Requests over time' };
  return rates.map((rate) => stackedChart({ ...shared, bins: rate }));
}

function timesEach(bin: TrafficBin, factor: number): TrafficBin {
  return Object.fromEntries(Object.entries(bin).map(([kind, count]) => [kind, count * factor])) as TrafficBin;
}

function kindOf({ fault, status }: SimulatedRequest): AnswerKind {
  if (status === undefined) return 'silent';
  if (status === 429) return 'limited';
  if (fault === 'malformed-json' || fault === 'truncated-body' || fault === 'proxy-html') return 'broken';
  if (status < 400) return 'answered';
  return status < 500 || fault === 'refusal' || fault === undefined ? 'refused' : 'broken';
}
