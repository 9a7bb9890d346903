import { percent } from '../../../src/drawing/drawing.js';
import { element, escapeHtml } from '../../../src/drawing/html.js';
import type { IntentVerdict } from '../order-intents.js';
import type { Day } from '../day.js';

/** The outcomes of a wanted order, best first. */
export const orderFates = [
  ['once', 'placed once, as reported'],
  ['not-placed', 'not placed, and said so'],
  ['unknown', 'unknown: it may or may not exist'],
  ['second', 'placed twice or more'],
  ['wrong', 'not as reported'],
] as const;

type OrderFate = (typeof orderFates)[number][0];

/** Every wanted order by its outcome: one bar per day, all on one scale. */
export function orderBars(days: readonly Day[]): string {
  const most = Math.max(1, ...days.map(({ audit }) => audit.wanted));
  return days
    .map(({ audit, name }) => {
      const fates = audit.verdicts.map(fateOf);
      const parts = orderFates.flatMap(([fate, label]) => {
        const count = fates.filter((one) => one === fate).length;
        if (count === 0) return [];
        const style = `width:${percent(count / most)}`;
        return [element('span', { class: fate, style, title: `${count} ${label}` }, String(count))];
      });
      const verdict = `${audit.duplicates} second orders, ${audit.unknown} unknown`;
      return `<div class="row"><b>${escapeHtml(name)}</b><div class="bar">${parts.join('')}</div><span>${verdict}</span></div>`;
    })
    .join('\n');
}

function fateOf({ report, standing }: IntentVerdict): OrderFate {
  if (standing > 1) return 'second';
  if (report === 'unknown') return 'unknown';
  if (report === 'placed') return standing === 1 ? 'once' : 'wrong';
  return standing === 0 ? 'not-placed' : 'wrong';
}
