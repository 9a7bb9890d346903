import type { Attributes, BatchObservableResult, Meter, ObservableUpDownCounter } from '@opentelemetry/api';
import { onResilienceEvent } from '../observability/on-resilience-event.js';
import { mostOf, PoliciesInUse, totalOf } from '../policies/policies-in-use.js';
import type { PolicySnapshot } from '../policies/resilience-policy.js';
import { attribute } from './attributes.js';
import { CoolDownTime } from './cool-down-time.js';
import { Subjects } from './subjects.js';

const circuitStates = ['closed', 'open', 'half-open', 'isolated'] as const;

/** Reads the state of every policy seen in use, whenever metrics are collected. */
export function observeState(meter: Meter): () => void {
  const state = (name: string, unit: string, description: string): ObservableUpDownCounter =>
    meter.createObservableUpDownCounter(`weex.resilience.${name}`, { description, unit: `{${unit}}` });
  const circuits = state('circuit.count', 'circuit', 'Circuits by state');
  const queue = state('queue.length', 'call', 'Calls waiting for admission or for the end of a cool-down');
  const running = state('bulkhead.running', 'attempt', 'Attempts that hold a slot');
  const used = state('rate_limit.used', 'permit', 'Permits used in the window of the rate limit');
  const limit = state('rate_limit.limit', 'permit', 'Permits per window of the rate limit');
  const budget = state('retry.budget_available', 'retry', 'Retries left in the budget');
  const coolDownTime = meter.createObservableCounter('weex.resilience.cool_down.time', {
    description: 'How long cool-downs kept calls away',
    unit: 's',
  });
  const instruments = [circuits, queue, running, used, limit, budget, coolDownTime];

  const subjects = new Subjects();
  const nameOf = (policy: string): string => subjects.of({ policy }).policy[attribute.policy] as string;
  const closed = new CoolDownTime();
  const policies = new PoliciesInUse(({ name, clock }) => closed.add(nameOf(name), clock));

  const observe = (result: BatchObservableResult): void => {
    for (const [name, states] of policies.snapshots(nameOf)) {
      const tell = (
        instrument: ObservableUpDownCounter,
        value: number | undefined,
        more?: Attributes,
      ): void => {
        if (value !== undefined) result.observe(instrument, value, { [attribute.policy]: name, ...more });
      };
      for (const circuit of states.some(({ circuitBreaker }) => circuitBreaker) ? circuitStates : [])
        tell(circuits, circuitsIn(circuit, states), { [attribute.circuitState]: circuit });
      const total = totalOf(states);
      const most = mostOf(states);
      tell(
        queue,
        total(({ bulkhead }) => bulkhead?.waiting),
        { [attribute.queue]: 'admission' },
      );
      tell(
        queue,
        most(({ coolDown }) => coolDown?.waiting),
        { [attribute.queue]: 'cool-down' },
      );
      tell(
        running,
        total(({ bulkhead }) => bulkhead?.running),
      );
      tell(
        used,
        most(({ rateLimit }) => rateLimit?.used),
      );
      tell(
        limit,
        most(({ rateLimit }) => rateLimit?.limit),
      );
      tell(
        budget,
        most(({ retryBudget }) => retryBudget?.available),
      );
    }
    for (const [name, seconds] of closed.totals())
      result.observe(coolDownTime, seconds, { [attribute.policy]: name });
  };
  meter.addBatchObservableCallback(observe, instruments);

  const stops = [
    policies.stop,
    onResilienceEvent('coolDownEntered', ({ policy, scope, delayMs }) =>
      closed.entered(nameOf(policy), scope, delayMs),
    ),
    onResilienceEvent('coolDownLeft', ({ policy, scope }) => closed.left(nameOf(policy), scope)),
    // Last, because a meter may throw.
    () => meter.removeBatchObservableCallback(observe, instruments),
  ];
  return () => stops.forEach((stop) => stop());
}

function circuitsIn(state: string, snapshots: readonly PolicySnapshot[]): number {
  const all = snapshots.flatMap(({ circuitBreaker }) =>
    circuitBreaker ? [circuitBreaker.common, ...Object.values(circuitBreaker.keys)] : [],
  );
  return all.filter((circuit) => circuit.state === state).length;
}
