import { barChart } from '../../../src/drawing/bar-chart.js';
import type { Histogram } from '../rehearsal-lines.js';

/** How many days placed which share: one bar per percent. */
export function shareHistogram({ counts, from }: Histogram): string {
  const bars = counts.map((value, index) => ({
    value,
    name: `${from + index} %`,
    title: `${value} days placed ${from + index} to ${from + index + 1} %`,
  }));
  return barChart(bars, 'good', 'Days by the share of orders that they placed');
}
