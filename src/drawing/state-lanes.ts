import { drawing } from './drawing.js';
import { element, escapeHtml } from './html.js';
import { bands, type TimeAxis, timeBar, timeLabels } from './time-axis.js';

/**
 * How a state is drawn: its class, and how much of the lane it fills, so that it can be recognised without colours.
 */
export interface LaneState {
  readonly name: string;
  readonly className: string;
  readonly share: number;
}

/** Something that is in one state after the other. */
export interface Lane {
  readonly name: string;
  /** In order of time; each state lasts until the next one starts. */
  readonly changes: readonly { readonly at: number; readonly state: LaneState }[];
}

const nameHeight = 18;
const barHeight = 14;
const laneHeight = nameHeight + barHeight + 4;
const labelHeight = 18;

/** A lane for each thing, below its name. */
export function stateLanes(axis: TimeAxis, lanes: readonly Lane[], label: string): string {
  const height = lanes.length * laneHeight;
  const drawn = lanes.map(({ changes, name }, index) => {
    const top = index * laneHeight;
    const bars = changes.map(({ at, state: { className, name: state, share } }, change) => {
      const tall = barHeight * share;
      const place = { className, height: tall, y: top + nameHeight + barHeight - tall };
      return timeBar(axis, [at, changes[change + 1]?.at ?? axis.until], place, `${name}: ${state}`);
    });
    const text = element('text', { class: 'lane', x: 2, y: top + 13 }, escapeHtml(name));
    return text + bars.join('');
  });
  return drawing(
    height + labelHeight,
    label,
    bands(axis, height) + drawn.join('') + timeLabels(axis, height + 13),
  );
}
