import { drawing, percent, valueScale } from './drawing.js';
import { element, escapeHtml } from './html.js';

/** A bar with its caption and its description. */
export interface Bar {
  readonly value: number;
  readonly name: string;
  readonly title: string;
}

const height = 110;
const mostNames = 10;

/** A bar for each value, side by side. */
export function barChart(bars: readonly Bar[], className: string, label: string): string {
  const scale = valueScale([0, Math.max(1, ...bars.map(({ value }) => value))], height);
  const every = Math.ceil(bars.length / mostNames);
  const drawn = bars.map(({ name, title, value }, index) => {
    const y = scale.y(value);
    const place = { x: percent((index + 0.1) / bars.length), width: percent(0.8 / bars.length), y };
    const written =
      index % every === 0
        ? element(
            'text',
            {
              class: `time${index % (2 * every) === 0 ? '' : ' minor'}`,
              x: percent((index + 0.5) / bars.length),
              y: height + 14,
            },
            escapeHtml(name),
          )
        : '';
    const bar = { class: className, ...place, height: height - y };
    return element('rect', bar, element('title', {}, escapeHtml(title))) + written;
  });
  return drawing(height + 18, label, scale.grid + drawn.join(''));
}
