import { drawing, percent, valueScale } from './drawing.js';
import { element, escapeHtml } from './html.js';

/** A mark at a height, with its description. */
export interface Mark {
  readonly value: number;
  readonly title: string;
  /** Drawn larger, and in the colour for broken ones. */
  readonly isBroken: boolean;
}

const height = 220;

/** A mark for each value, from left to right. */
export function markChart(
  marks: readonly Mark[],
  range: readonly [lowest: number, highest: number],
  { label, unit }: { readonly label: string; readonly unit: string },
): string {
  const scale = valueScale(range, height, unit);
  const drawn = marks.map(({ isBroken, title, value }, index) => {
    // To the right of the labels of the lines.
    const place = {
      cx: percent(0.06 + (0.94 * (index + 0.5)) / marks.length),
      cy: scale.y(value),
      r: isBroken ? 4 : 2,
    };
    const className = isBroken ? 'mark broken' : 'mark';
    return element('circle', { class: className, ...place }, element('title', {}, escapeHtml(title)));
  });
  return drawing(height + 4, label, scale.grid + drawn.join(''));
}
