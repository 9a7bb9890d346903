import { drawing, stretched, valueScale } from './drawing.js';
import { element, escapeHtml } from './html.js';
import { bands, type TimeAxis, timeLabels } from './time-axis.js';

/** What is drawn as a stack over time. */
export interface StackedChart<Kind extends string> {
  readonly axis: TimeAxis;
  /** How many of each kind there were, in equal steps from the beginning of the axis to its end. */
  readonly bins: readonly Readonly<Record<Kind, number>>[];
  /** The kinds with their names, from the bottom up; a kind is the class of its area. */
  readonly kinds: readonly (readonly [kind: Kind, name: string])[];
  /** What the scale must hold. Default: the highest stack. */
  readonly highest?: number;
  readonly unit?: string;
  readonly label: string;
}

const height = 130;

/** Counts of several kinds over time, one upon the other. */
export function stackedChart<Kind extends string>(chart: StackedChart<Kind>): string {
  const { axis, bins, kinds, label, unit } = chart;
  const scale = valueScale([0, Math.max(1, chart.highest ?? highestStack(bins))], height, unit);
  let bottoms = bins.map(() => 0);
  const areas = kinds.map(([kind, name]) => {
    const tops = bins.map((bin, index) => (bottoms[index] ?? 0) + bin[kind]);
    const there = tops.map((top, index) => `V${scale.y(top)}H${index + 1}`);
    const back = bottoms.map((bottom, index) => `V${scale.y(bottom)}H${index}`).toReversed();
    bottoms = tops;
    const d = `M0,${height}${there.join('')}${back.join('')}Z`;
    return element('path', { class: kind, d }, element('title', {}, escapeHtml(name)));
  });
  const content = stretched(Math.max(1, bins.length), height, areas.join('')) + scale.grid;
  return drawing(height + 18, label, bands(axis, height) + content + timeLabels(axis, height + 13));
}

/** The highest stack, for charts that are to have one scale. */
export function highestStack(bins: readonly Readonly<Record<string, number>>[]): number {
  return bins.reduce(
    (most, bin) =>
      Math.max(
        most,
        Object.values(bin).reduce((sum, count) => sum + count, 0),
      ),
    0,
  );
}
