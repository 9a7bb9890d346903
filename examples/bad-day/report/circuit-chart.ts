import type { CallStatistics, CircuitChange, LoadSample } from '../call-statistics.js';
import { element } from './html.js';
import { drawing, phaseBands, round, rowLabel, type TimeAxis } from './time-axis.js';

const laneHeight = 20;
const loadHeight = 70;

/** What the circuits of each policy did: a lane a policy. */
export function circuitLanes(axis: TimeAxis, { circuitChanges, methods }: CallStatistics): string {
  const policies = [...new Set([...methods.values()].map(({ policy }) => policy))].filter((policy) =>
    policy.startsWith('contract.'),
  );
  const lanes = policies.toSorted().map((policy, index) => {
    const changes = circuitChanges.filter((change) => change.policy === policy);
    const y = index * laneHeight + 3;
    return rowLabel(policy.replace('contract.', ''), y + 12) + lane(axis, changes, y);
  });
  const height = policies.length * laneHeight;
  return drawing(height, phaseBands(axis, height) + lanes.join(''), 'Circuits over time');
}

function lane(axis: TimeAxis, changes: readonly CircuitChange[], y: number): string {
  const stretches = [{ atMs: 0, state: 'closed' }, ...changes];
  return stretches
    .map(({ atMs, state }, index) => {
      const x = axis.x(atMs);
      const width = round(Math.max(0, axis.x(stretches[index + 1]?.atMs ?? axis.endMs) - x));
      return element('rect', { class: `circuit-${state}`, x, y, width, height: laneHeight - 6 });
    })
    .join('');
}

/** How many calls were under way, and how many of these were waiting. */
export function loadChart(axis: TimeAxis, { load }: CallStatistics): string {
  const highest = Math.max(1, ...load.map(({ underWay }) => underWay));
  const area = (className: string, count: (sample: LoadSample) => number): string => {
    const points = load.map(
      (sample) =>
        `${axis.x(sample.atMs)},${round(loadHeight - (count(sample) / highest) * (loadHeight - 6))}`,
    );
    const ends = [
      `${axis.x(load[0]?.atMs ?? 0)},${loadHeight}`,
      `${axis.x(load.at(-1)?.atMs ?? 0)},${loadHeight}`,
    ];
    return element('polygon', { class: className, points: [ends[0], ...points, ends[1]].join(' ') });
  };
  const areas = area('under-way', ({ underWay }) => underWay) + area('waiting', ({ waiting }) => waiting);
  const scale = rowLabel(String(highest), 12) + rowLabel('0', loadHeight);
  return drawing(loadHeight, phaseBands(axis, loadHeight) + areas + scale, 'Calls under way over time');
}
