import type { SimulatedRequest } from 'weex-resilience/testing';
import { element } from './html.js';
import { drawing, phaseBands, round, rowLabel, type TimeAxis } from './time-axis.js';

/** What became of a request, in the order in which they are stacked. */
export const answerKinds = [
  ['answered', 'answered'],
  ['refused', 'refused'],
  ['limited', 'rate limited'],
  ['broken', 'server error or unreadable'],
  ['silent', 'no answer'],
] as const;

type AnswerKind = (typeof answerKinds)[number][0];

/** How many requests of each kind began in a stretch of time. */
export type TrafficBin = Readonly<Record<AnswerKind, number>>;

const bins = 90;
const height = 120;

/** Counts the requests of a day in equal stretches of time. */
export function binTraffic(requests: readonly SimulatedRequest[], endMs: number): TrafficBin[] {
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

/** The highest stack of several days, so that all are drawn to one scale. */
export function highestBin(days: readonly (readonly TrafficBin[])[]): number {
  return Math.max(1, ...days.flat().map((bin) => Object.values(bin).reduce((sum, count) => sum + count, 0)));
}

/** Requests over time, stacked by what became of them. */
export function trafficChart(axis: TimeAxis, traffic: readonly TrafficBin[], highest: number): string {
  const stepMs = axis.endMs / bins;
  const columns = traffic.flatMap((bin, index) => {
    const x = axis.x(index * stepMs);
    const width = round(Math.max(1, axis.x((index + 1) * stepMs) - x - 0.8));
    let y = height;
    return answerKinds.flatMap(([kind]) => {
      if (bin[kind] === 0) return [];
      const tall = round((bin[kind] / highest) * (height - 6));
      y = round(y - tall);
      return [element('rect', { class: kind, x, y, width, height: tall })];
    });
  });
  const perSecond = Math.round(highest / (stepMs / 1_000));
  const scale = rowLabel(`${perSecond}/s`, 12) + rowLabel('0', height);
  return drawing(height, phaseBands(axis, height) + columns.join('') + scale, 'Requests over time');
}

function kindOf({ fault, status }: SimulatedRequest): AnswerKind {
  if (status === undefined) return 'silent';
  if (status === 429) return 'limited';
  if (fault === 'malformed-json' || fault === 'truncated-body' || fault === 'proxy-html') return 'broken';
  if (status < 400) return 'answered';
  return status < 500 || fault === 'refusal' || fault === undefined ? 'refused' : 'broken';
}
