import type { Fault, FaultEffect } from '../fault.js';
import type { PlannedFault, PlannedPhase, Scenario } from '../scenario.js';
import { randomAt } from '../seeded-random.js';

/** The traits of a request that decide whether a fault applies. */
export interface RequestTraits {
  readonly market: string;
  readonly operation: string;
  readonly method: string;
  /** Without query and trailing slash. */
  readonly path: string;
  readonly effect: 'read' | 'write';
  readonly access: 'public' | 'private';
}

/** Faults that change the conditions of a request; all that are in force apply. */
export type Condition = Extract<
  FaultEffect,
  { kind: 'delay' | 'clock-skew' | 'late-visibility' | 'tight-limits' }
>;
/** Faults that decide the answer; the first one that hits applies. */
export type AnsweringFault = Exclude<FaultEffect, Condition>;

/** A fault that hits a request. */
export interface Hit<Effect extends FaultEffect> {
  readonly fault: Effect;
  /** From 0 to below 1, for the fault's own random choices. */
  readonly chance: number;
}

/** What goes wrong with one request. */
export interface FaultDraw {
  readonly answer: Hit<AnsweringFault> | undefined;
  readonly conditions: readonly Hit<Condition>[];
}

interface ActiveFault {
  readonly fault: PlannedFault;
  /** The moment from which the times of the fault count, since the start. */
  readonly baseMs: number;
  readonly endpoints: ReadonlySet<string> | undefined;
  readonly requestsByOperation: Map<string, number>;
  matched: number;
  hits: number;
}

const conditionKinds: ReadonlySet<string> = new Set([
  'delay',
  'clock-skew',
  'late-visibility',
  'tight-limits',
]);

/** The faults of a scenario and those a test adds, and the decision which of them hits a request. */
export class FaultPlan {
  /** In the order in which they are tried. */
  readonly faults: PlannedFault[] = [];
  readonly phases: readonly PlannedPhase[];
  readonly #seed: string;
  readonly #active: ActiveFault[] = [];
  #added = 0;

  constructor(scenario: Scenario, seed: number | string) {
    this.#seed = String(seed);
    this.phases = this.#planPhases(scenario);
    for (const fault of scenario.faults ?? []) this.#add(fault, 0);
  }

  /** Adds a fault whose times count from `baseMs`. */
  inject(fault: Fault, baseMs: number): PlannedFault {
    return this.#add(fault, baseMs);
  }

  /** Removes a fault; returns `false` if it does not exist. */
  remove(id: number): boolean {
    const place = this.#active.findIndex(({ fault }) => fault.id === id);
    if (place < 0) return false;
    // Both lists have the same faults in the same order.
    this.#active.splice(place, 1);
    this.faults.splice(place, 1);
    return true;
  }

  /** Removes all faults. */
  clear(): void {
    this.faults.length = 0;
    this.#active.length = 0;
  }

  /** The phase at a time since the start; `undefined` after the last one. */
  phaseAt(sinceStartMs: number): PlannedPhase | undefined {
    return this.phases.find(({ fromMs, untilMs }) => sinceStartMs >= fromMs && sinceStartMs < untilMs);
  }

  /** Draws what goes wrong with a request, and counts it. */
  draw(request: RequestTraits, sinceStartMs: number): FaultDraw {
    const conditions: Hit<Condition>[] = [];
    let answer: Hit<AnsweringFault> | undefined;
    for (const active of this.#active) {
      const { fault } = active;
      if (answer && !isCondition(fault)) continue;
      const chance = drawFault(active, request, sinceStartMs);
      if (chance === undefined) continue;
      if (isCondition(fault)) conditions.push({ fault, chance });
      else answer = { fault: fault as AnsweringFault, chance };
    }
    return { answer, conditions };
  }

  #planPhases(scenario: Scenario): PlannedPhase[] {
    let fromMs = 0;
    return (scenario.phases ?? []).map(({ name, durationMs, jitterMs = 0, faults = [] }, index) => {
      const shift = jitterMs * (2 * randomAt(this.#seed, 'phase', index) - 1);
      const untilMs = fromMs + Math.max(1, Math.round(durationMs + shift));
      const phase = { name, fromMs, untilMs };
      for (const fault of faults) {
        const times = {
          fromMs: phase.fromMs + (fault.fromMs ?? 0),
          untilMs: Math.min(phase.untilMs, phase.fromMs + (fault.untilMs ?? Number.POSITIVE_INFINITY)),
        };
        this.#add({ ...fault, ...times }, 0, name);
      }
      fromMs = untilMs;
      return phase;
    });
  }

  #add(fault: Fault, baseMs: number, phase?: string): PlannedFault {
    const id = this.#added;
    this.#added += 1;
    const seed = Math.floor(randomAt(this.#seed, 'fault', id) * 2 ** 32);
    const planned: PlannedFault = { id, ...(phase === undefined ? {} : { phase }), ...fault, seed };
    const active: ActiveFault = {
      fault: planned,
      baseMs,
      endpoints: endpointsOf(fault),
      requestsByOperation: new Map(),
      matched: 0,
      hits: 0,
    };
    this.faults.push(planned);
    this.#active.push(active);
    return planned;
  }
}

// The draw depends on the fault and on how many requests of the operation it has seen: a client that sends other
// requests in between, or in another order, meets the same faults.
function drawFault(active: ActiveFault, request: RequestTraits, sinceStartMs: number): number | undefined {
  const { fault } = active;
  const atMs = sinceStartMs - active.baseMs;
  if (atMs < (fault.fromMs ?? 0) || atMs >= (fault.untilMs ?? Number.POSITIVE_INFINITY)) return undefined;
  if (active.endpoints && !isWithin(active.endpoints, request)) return undefined;
  const key = `${request.market}.${request.operation}`;
  const index = active.requestsByOperation.get(key) ?? 0;
  active.requestsByOperation.set(key, index + 1);
  active.matched += 1;
  if (active.matched <= (fault.skip ?? 0) || active.hits >= (fault.count ?? Number.POSITIVE_INFINITY))
    return undefined;
  const chance = randomAt(fault.seed, key, index);
  if (chance >= (fault.probability ?? 1)) return undefined;
  active.hits += 1;
  return randomAt(fault.seed, key, index, 'chance');
}

function endpointsOf({ endpoint }: Fault): ReadonlySet<string> | undefined {
  if (endpoint === undefined) return undefined;
  const names = typeof endpoint === 'string' ? [endpoint] : endpoint;
  return new Set(names.map((name) => (name.includes('/') ? name.replace(/\/$/, '') : name)));
}

function isWithin(endpoints: ReadonlySet<string>, request: RequestTraits): boolean {
  return (
    endpoints.has(request.operation) ||
    endpoints.has(`${request.market}.${request.operation}`) ||
    endpoints.has(`${request.method} ${request.path}`) ||
    endpoints.has(`${request.effect}s`) ||
    endpoints.has(request.market) ||
    endpoints.has(request.access)
  );
}

function isCondition(fault: FaultEffect): fault is Condition {
  return conditionKinds.has(fault.kind);
}
