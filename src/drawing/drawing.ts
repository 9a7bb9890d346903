import { nice, ticks } from './d3.js';
import { element, escapeHtml } from './html.js';

/**
 * A drawing as wide as its place, `height` pixels high. Its contents have their x in percent, so that texts keep
 * their size on any screen. `label` is for those who do not see it.
 */
export function drawing(height: number, label: string, content: string): string {
  return element('svg', { width: '100%', height, role: 'img', 'aria-label': label }, content);
}

/** Shapes of a drawing whose x goes from 0 to `width`, stretched to all of its place. */
export function stretched(width: number, height: number, shapes: string): string {
  const viewBox = `0 0 ${width} ${height}`;
  return element('svg', { width: '100%', height, viewBox, preserveAspectRatio: 'none' }, shapes);
}

/** A scale of values upwards. */
export interface ValueScale {
  readonly y: (value: number) => number;
  /** Its lines with their labels. */
  readonly grid: string;
}

/**
 * A scale from `lowest` at the bottom to a round number that is not below `highest`, in a height of that many pixels.
 */
export function valueScale(
  [lowest, highest]: readonly [number, number],
  height: number,
  unit = '',
): ValueScale {
  // Small counts have no halves.
  const lineCount = Math.min(3, Math.max(1, Math.ceil(highest - lowest)));
  const [from, to] = nice(lowest, Math.max(highest, lowest + 1), lineCount);
  // Above the highest line is room for its label.
  const y = (value: number): number => round(height - ((value - from) / (to - from)) * (height - 16));
  const lines = ticks(from, to, lineCount).map((value) => {
    const at = y(value);
    const text = `${round(value)}${unit}`;
    return (
      element('line', { class: 'grid', x1: 0, x2: '100%', y1: at, y2: at }) +
      (value === from ? '' : element('text', { class: 'value', x: 2, y: round(at - 4) }, escapeHtml(text)))
    );
  });
  return { y, grid: lines.join('') };
}

/** Two decimals are finer than any screen. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A place in percent, as an attribute. */
export function percent(share: number): string {
  return `${round(share * 100)}%`;
}
