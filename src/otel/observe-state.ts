import type { Attributes, BatchObservableResult, Meter, ObservableUpDownCounter } from '@opentelemetry/api';
import { WeakList } from '../context/weak-list.js';
import { accompany } from '../observability/companions.js';
import { onResilienceEvent } from '../observability/on-resilience-event.js';
import type { PolicySnapshot, ResiliencePolicy } from '../policies/resilience-policy.js';
import { attribute } from './attributes.js';
import { ClosedTime } from './closed-time.js';
import { Subjects } from './subjects.js';

type ObservedPolicy = Pick<ResiliencePolicy, 'name' | 'clock' | 'snapshot'>;

const circuitStates = ['closed', 'open', 'half-open', 'isolated'] as const;

/** Reads the state of every policy that was seen in use, whenever metrics are collected. */
export function observeState(meter: Meter): () => void {
  const state = (name: string, unit: string, description: string): ObservableUpDownCounter =>
    meter.createObservableUpDownCounter(`weex.resilience.${name}`, { description, unit: `{${unit}}` });
  const circuits = state('circuit.count', 'circuit', 'Circuits, by their state');
  const queue = state('queue.length', 'call', 'Calls that wait for admission or for the end of a cool-down');
  const running = state('bulkhead.running', 'attempt', 'Attempts that hold a slot');
  const used = state('rate_limit.used', 'permit', 'Permits that are used in the window of the rate limit');
  const limit = state('rate_limit.limit', 'permit', 'Permits that the window of the rate limit has');
  const budget = state('retry.budget_available', 'retry', 'Retries that the budget has left');
  const coolDownTime = meter.createObservableCounter('weex.resilience.cool_down.time', {
    description: 'For how long cool-downs kept calls away',
    unit: 's',
  });
  const instruments = [circuits, queue, running, used, limit, budget, coolDownTime];

  const subjects = new Subjects();
  const nameOf = (policy: string): string => subjects.of({ policy }).policy[attribute.policy] as string;
  const policies = new WeakList<ObservedPolicy>();
  const seen = new WeakSet<object>();
  const closed = new ClosedTime();

  const observe = (result: BatchObservableResult): void => {
    for (const [name, states] of byName(policies, nameOf)) {
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
    accompany({
      begins(_callId, policy) {
        if (seen.has(policy)) return;
        const { name, clock } = policy as ObservedPolicy;
        seen.add(policy);
        policies.add(policy as ObservedPolicy);
        closed.add(nameOf(name), clock);
      },
    }),
    onResilienceEvent('coolDownEntered', ({ policy, delayMs }) => closed.entered(nameOf(policy), delayMs)),
    onResilienceEvent('coolDownLeft', ({ policy }) => closed.left(nameOf(policy))),
    () => meter.removeBatchObservableCallback(observe, instruments),
  ];
  return () => stops.forEach((stop) => stop());
}

function byName(
  policies: Iterable<ObservedPolicy>,
  nameOf: (policy: string) => string,
): Map<string, PolicySnapshot[]> {
  const found = new Map<string, PolicySnapshot[]>();
  for (const policy of policies) {
    const name = nameOf(policy.name);
    found.set(name, [...(found.get(name) ?? []), policy.snapshot()]);
  }
  return found;
}

function circuitsIn(state: string, snapshots: readonly PolicySnapshot[]): number {
  const all = snapshots.flatMap(({ circuitBreaker }) =>
    circuitBreaker ? [circuitBreaker.common, ...Object.values(circuitBreaker.keys)] : [],
  );
  return all.filter((circuit) => circuit.state === state).length;
}

type Reading = (snapshot: PolicySnapshot) => number | undefined;

/** What policies of one name have each for itself. */
function totalOf(snapshots: readonly PolicySnapshot[]): (read: Reading) => number | undefined {
  return (read) => fold(snapshots, read, (sum, value) => sum + value);
}

/** What policies of one name mostly share. */
function mostOf(snapshots: readonly PolicySnapshot[]): (read: Reading) => number | undefined {
  return (read) => fold(snapshots, read, Math.max);
}

function fold(
  snapshots: readonly PolicySnapshot[],
  read: Reading,
  join: (one: number, other: number) => number,
): number | undefined {
  const values = snapshots.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((one, other) => join(one, other));
}
