import { stackedChart } from '../../../src/drawing/stacked-chart.js';
import { type LaneState, stateLanes } from '../../../src/drawing/state-lanes.js';
import type { TimeAxis } from '../../../src/drawing/time-axis.js';
import type { CallStatistics, CircuitChange } from '../call-statistics.js';

/** How the states of a circuit are drawn. */
export const circuitStates: Readonly<Record<CircuitChange['state'], LaneState>> = {
  closed: { name: 'closed', className: 'pale', share: 0.2 },
  'half-open': { name: 'half-open: a trial', className: 'amber', share: 0.6 },
  open: { name: 'open: rejected locally', className: 'red', share: 1 },
};

/** The states of each policy's circuits: one lane per policy. */
export function circuitLanes(axis: TimeAxis, { circuitChanges, methods }: CallStatistics): string {
  const policies = [...new Set([...methods.values()].map(({ policy }) => policy))].filter((policy) =>
    policy.startsWith('contract.'),
  );
  const lanes = policies.toSorted().map((policy) => {
    const changes = circuitChanges
      .filter((change) => change.policy === policy)
      .map(({ atMs, state }) => ({ at: atMs, state: circuitStates[state] }));
    return {
      name: policy.replace('contract.', ''),
      changes: [{ at: 0, state: circuitStates.closed }, ...changes],
    };
  });
  return stateLanes(axis, lanes, 'Circuits over time');
}

/** Whether a call is at the exchange or waiting, from the bottom up. */
export const loadKinds = [
  ['waiting', 'waiting calls: a cool-down, a queue, a backoff, a lookup'],
  ['running', 'calls at the exchange'],
] as const;

const bins = 180;

/** How many calls were in progress, and how many of these were waiting. */
export function loadChart(axis: TimeAxis, { load }: CallStatistics): string {
  let next = 0;
  let last = { waiting: 0, running: 0 };
  const sampled = Array.from({ length: bins }, (_, index) => {
    const until = axis.from + ((index + 1) / bins) * (axis.until - axis.from);
    for (let sample = load[next]; sample && sample.atMs < until; sample = load[(next += 1)])
      last = { waiting: sample.waiting, running: sample.underWay - sample.waiting };
    return last;
  });
  return stackedChart({ axis, bins: sampled, kinds: loadKinds, label: 'Calls in progress over time' });
}
