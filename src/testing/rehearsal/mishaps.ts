import type { FaultDraw, FaultPlan, Hit, RequestTraits } from '../exchange/fault-plan.js';
import type { Fault, FaultEffect } from '../fault.js';
import { randomAt } from '../seeded-random.js';
import type { NetworkMishap, RehearsalEvent, RequestPlace } from './rehearsal-event.js';
import type { RehearsalNetwork, RehearsalScenario } from './rehearsal-scenario.js';

/** Something that went wrong, and when. */
export interface Happened {
  readonly atMs: number;
  readonly event: RehearsalEvent;
}

/** Decides what goes wrong, from the seed or from a list, and records it. */
export interface Mishaps {
  readonly happened: readonly Happened[];
  /** What the network does to a request. */
  onWay(place: RequestPlace): NetworkMishap | undefined;
  /** What the exchange does to a request: the `draw` of its plan of faults. */
  atExchange(place: RequestPlace, traits: RequestTraits, sinceStartMs: number): FaultDraw;
  /** The upcoming crashes and clock changes, in order of time. */
  readonly timed: readonly TimedEvent[];
  note(event: RehearsalEvent): void;
}

/** An event that has its own time. */
export type TimedEvent = Extract<RehearsalEvent, { readonly atMs: number }>;

/** The inputs of the decision. */
export interface MishapOptions {
  readonly seed: number | string;
  readonly scenario: RehearsalScenario;
  readonly plan: FaultPlan;
  readonly days: number;
  readonly lengthMs: number;
  readonly nowMs: () => number;
}

const nothing: FaultDraw = { answer: undefined, conditions: [] };
const conditions: ReadonlySet<string> = new Set(['delay', 'clock-skew', 'late-visibility', 'tight-limits']);

/** Creates the source of everything that goes wrong in one rehearsal. */
export function createMishaps(options: MishapOptions): Mishaps {
  const { nowMs, scenario } = options;
  const happened: Happened[] = [];
  const note = (event: RehearsalEvent): void => void happened.push({ atMs: nowMs(), event });
  return { happened, note, ...(scenario.events ? fromList(scenario.events, note) : fromSeed(options, note)) };
}

type Source = Pick<Mishaps, 'onWay' | 'atExchange' | 'timed'>;
type Note = Mishaps['note'];

function fromSeed({ days, lengthMs, plan, scenario, seed }: MishapOptions, note: Note): Source {
  return {
    timed: planTimed(scenario, seed, days, lengthMs),
    onWay(place) {
      const network = drawMishap(
        scenario.network?.mishaps,
        randomAt(seed, 'network', place.request, place.nth),
      );
      if (network) note({ ...place, network });
      return network;
    },
    atExchange(place, traits, sinceStartMs) {
      const draw = plan.draw(traits, sinceStartMs);
      const hits = [...draw.conditions, ...(draw.answer ? [draw.answer] : [])];
      for (const hit of hits) note({ ...place, fault: effectOf(hit) });
      return draw;
    },
  };
}

/** A place as the key of a map. */
export function keyOf({ nth, request }: RequestPlace): string {
  return `${request} ${nth}`;
}

/** Only the listed events, each at its own request. */
function fromList(events: readonly RehearsalEvent[], note: Note): Source {
  const ways = new Map<string, NetworkMishap>();
  const faults = new Map<string, FaultEffect[]>();
  for (const event of events) {
    if ('network' in event) ways.set(keyOf(event), event.network);
    if ('fault' in event) {
      const list = faults.get(keyOf(event));
      if (list) list.push(event.fault);
      else faults.set(keyOf(event), [event.fault]);
    }
  }
  return {
    timed: events.filter((event) => 'atMs' in event).toSorted((left, right) => left.atMs - right.atMs),
    onWay(place) {
      const network = ways.get(keyOf(place));
      if (network) note({ ...place, network });
      return network;
    },
    atExchange(place) {
      const effects = faults.get(keyOf(place));
      if (!effects) return nothing;
      for (const fault of effects) note({ ...place, fault });
      // The delay already includes the jitter.
      const hits = effects.map((fault) => ({ fault, chance: 0 }) as Hit<never>);
      return {
        answer: hits.find((_, index) => !conditions.has((effects[index] as FaultEffect).kind)),
        conditions: hits.filter((_, index) => conditions.has((effects[index] as FaultEffect).kind)),
      };
    },
  };
}

const scopeNames = new Set<string>([
  'endpoint',
  'fromMs',
  'untilMs',
  'probability',
  'skip',
  'count',
  'id',
  'phase',
  'seed',
] satisfies (keyof Fault | 'id' | 'phase' | 'seed')[]);

/** The effect of a fault on one request, without random parts and without its scope. */
function effectOf({ chance, fault }: Hit<FaultEffect>): FaultEffect {
  const effect = Object.fromEntries(
    Object.entries(fault).filter(([name, value]) => !scopeNames.has(name) && value !== undefined),
  ) as unknown as FaultEffect;
  if (effect.kind !== 'delay' || effect.jitterMs === undefined) return effect;
  const { jitterMs, ...delay } = effect;
  return { ...delay, delayMs: delay.delayMs + jitterMs * chance };
}

function drawMishap(chances: RehearsalNetwork['mishaps'], chance: number): NetworkMishap | undefined {
  let left = chance;
  for (const [name, probability = 0] of Object.entries(chances ?? {})) {
    left -= probability;
    if (left < 0) return name as NetworkMishap;
  }
  return undefined;
}

function planTimed(
  { clockSteps, crashesPerDay = 0 }: RehearsalScenario,
  seed: number | string,
  days: number,
  lengthMs: number,
): TimedEvent[] {
  const spread = (name: string, perDay: number): number[] => {
    const count = Math.floor(perDay * days + randomAt(seed, name, 'count'));
    return Array.from({ length: count }, (_, index) => Math.floor(randomAt(seed, name, index) * lengthMs));
  };
  const crashes = spread('crash', crashesPerDay).map((atMs): TimedEvent => ({ atMs, crash: true }));
  const steps = spread('step', clockSteps?.perDay ?? 0).map((atMs, index): TimedEvent => {
    const share = 2 * randomAt(seed, 'step', index, 'size') - 1;
    return { atMs, clockStepMs: Math.round(share * (clockSteps?.maxMs ?? 0)) };
  });
  return [...crashes, ...steps].toSorted((left, right) => left.atMs - right.atMs);
}
