import type { Histogram } from '../rehearsal-lines.js';
import { element } from './html.js';
import { drawing, round } from './time-axis.js';

const height = 120;
const width = 1_000;

/** How many days placed how much: a bar a percent. */
export function shareHistogram({ counts, from }: Histogram): string {
  const most = Math.max(...counts);
  const slot = width / counts.length;
  const bars = counts.map((count, index) => {
    const tall = round((count / most) * (height - 20));
    const title = element('title', {}, `${count} days placed ${from + index} to ${from + index + 1} %`);
    const x = round(index * slot + slot * 0.1);
    return element(
      'rect',
      { class: 'share', x, y: height - tall, width: round(slot * 0.8), height: tall },
      title,
    );
  });
  const every = Math.ceil(counts.length / 10);
  const labels = counts.flatMap((_, index) =>
    index % every === 0
      ? [
          element(
            'text',
            { class: 'tick', x: round((index + 0.5) * slot), y: height + 16 },
            `${from + index} %`,
          ),
        ]
      : [],
  );
  return drawing(
    height + 20,
    bars.join('') + labels.join(''),
    'Days by the share of orders that they placed',
  );
}
