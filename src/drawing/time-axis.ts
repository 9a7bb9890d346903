import { ticks } from './d3.js';
import { percent } from './drawing.js';
import { element, escapeHtml } from './html.js';

/** A stretch of time with a name. */
export interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** The time that several drawings have in common. */
export interface TimeAxis {
  readonly from: number;
  readonly until: number;
  /** Shown as bands behind each drawing. */
  readonly stretches: readonly Stretch[];
  /** What is written at a moment. */
  readonly label: (at: number) => string;
}

/** Where a moment is, from 0 to 1. */
function shareOf({ from, until }: TimeAxis, at: number): number {
  return Math.min(1, Math.max(0, (at - from) / (until - from)));
}

/** A rectangle from one moment to another. */
export function timeBar(
  axis: TimeAxis,
  [from, until]: readonly [number, number],
  { className, height, y }: { className: string; height: number; y: number },
  title = '',
): string {
  const start = shareOf(axis, from);
  const place = { x: percent(start), width: percent(shareOf(axis, until) - start), y, height };
  const content = title === '' ? '' : element('title', {}, escapeHtml(title));
  return element('rect', { class: className, ...place }, content);
}

/** The stretches as bands. */
export function bands(axis: TimeAxis, height: number): string {
  return axis.stretches
    .map(({ from, until }, index) => {
      const className = index % 2 === 0 ? 'even' : 'odd';
      return timeBar(axis, [from, until], { className, y: 0, height });
    })
    .join('');
}

/** The names of the stretches. */
export function stretchNames(axis: TimeAxis, y: number): string {
  return axis.stretches
    .map(({ from, name, until }) => {
      const x = percent(shareOf(axis, (from + until) / 2));
      return element('text', { class: 'stretch', x, y }, escapeHtml(name));
    })
    .join('');
}

/** The times below a drawing; a narrow screen shows every second one. */
export function timeLabels(axis: TimeAxis, y: number): string {
  // Round numbers of minutes, or of seconds for short periods.
  const unitMs = axis.until - axis.from > 120_000 ? 60_000 : 1_000;
  return ticks(axis.from / unitMs, axis.until / unitMs, 6)
    .map((count, index) => {
      const at = count * unitMs;
      const share = shareOf(axis, at);
      // At the edges half of it would be cut off.
      const edge = share < 0.09 ? ' first' : share > 0.91 ? ' last' : '';
      const className = `time${edge}${index % 2 === 0 ? '' : ' minor'}`;
      return element('text', { class: className, x: percent(share), y }, escapeHtml(axis.label(at)));
    })
    .join('');
}
