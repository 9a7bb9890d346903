import { BoundedNames } from '../observability/bounded-names.js';
import { tellable } from '../observability/error-facts.js';
import { mostOf, PoliciesInUse, totalOf } from '../policies/policies-in-use.js';
import type { PolicySnapshot } from '../policies/resilience-policy.js';
import type { CircuitState, AdmissionState, Load, PolicyState } from './dashboard-state.js';
import { windowMs } from './traffic.js';

const mostPolicies = 50;
const mostCircuits = 10;
const worstFirst: readonly AdmissionState[] = ['isolated', 'open', 'half-open', 'cool-down', 'free'];

type Change = PolicyState['admissions'][number];

/** What the policies in use are doing, and what kept their calls away in the last minutes. */
export class PolicyStates {
  readonly #policies = new PoliciesInUse();
  readonly #names = new BoundedNames(mostPolicies);
  readonly #histories: Map<string, Change[]> = new Map();

  stop(): void {
    this.#policies.stop();
  }

  /** Looks at all of them; asked once a second. */
  sample(now: number): Load {
    const load = { running: 0, waiting: 0 };
    const snapshots = this.#snapshots();
    for (const [name, states] of snapshots) {
      this.#note(name, admissionOf(states), now);
      load.running += totalOf(states)(({ bulkhead }) => bulkhead?.running) ?? 0;
      load.waiting += waitingIn(states);
    }
    for (const [name, changes] of this.#histories)
      if (!snapshots.has(name) && (changes.at(-1)?.at ?? 0) < now - windowMs) this.#histories.delete(name);
    return load;
  }

  state(now: number): PolicyState[] {
    return [...this.#snapshots()]
      .map(([name, states]) => {
        const admission = admissionOf(states);
        return { name, admission, admissions: this.#note(name, admission, now), ...figuresOf(states) };
      })
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  #snapshots(): Map<string, PolicySnapshot[]> {
    return this.#policies.snapshots((name) => tellable(this.#names.of(name)));
  }

  /** Adds a change, if there is one, and drops what is older than the window. */
  #note(name: string, admission: AdmissionState, now: number): readonly Change[] {
    const changes = this.#histories.get(name) ?? [];
    const kept = changes.filter((_, index) => (changes[index + 1]?.at ?? now) > now - windowMs);
    if (kept.at(-1)?.admission !== admission) kept.push({ at: now, admission });
    this.#histories.set(name, kept);
    return kept;
  }
}

function admissionOf(states: readonly PolicySnapshot[]): AdmissionState {
  const isCoolingDown = states.some(({ coolDown }) => (coolDown?.activeForMs ?? 0) > 0);
  const found = new Set<AdmissionState>([isCoolingDown ? 'cool-down' : 'free']);
  for (const [, { state }] of circuitsOf(states)) if (state !== 'closed') found.add(state);
  return worstFirst.find((admission) => found.has(admission)) ?? 'free';
}

function figuresOf(states: readonly PolicySnapshot[]): Partial<PolicyState> {
  const total = totalOf(states);
  const most = mostOf(states);
  const circuits = circuitsOf(states);
  const figures = {
    running: total(({ bulkhead }) => bulkhead?.running),
    waiting: total(({ bulkhead }) => bulkhead?.waiting),
    coolDownMs: most(({ coolDown }) => coolDown?.activeForMs),
    waitingForCoolDown: most(({ coolDown }) => coolDown?.waiting),
    permitsUsed: most(({ rateLimit }) => rateLimit?.used),
    permits: most(({ rateLimit }) => rateLimit?.limit),
    retriesLeft: most(({ retryBudget }) => retryBudget?.available),
  };
  const known = Object.entries(figures).filter(([, value]) => value !== undefined);
  return {
    ...(circuits.length === 0 ? {} : { circuits: circuits.length, notClosed: notClosedOf(circuits) }),
    ...(Object.fromEntries(known) as Partial<PolicyState>),
  };
}

type Circuit = NonNullable<PolicySnapshot['circuitBreaker']>['common'];

/** Every circuit with its key. There may be thousands, so none is copied. */
function circuitsOf(states: readonly PolicySnapshot[]): (readonly [key: string | undefined, Circuit])[] {
  return states.flatMap(({ circuitBreaker }) =>
    circuitBreaker
      ? [[undefined, circuitBreaker.common] as const, ...Object.entries(circuitBreaker.keys)]
      : [],
  );
}

function notClosedOf(circuits: ReturnType<typeof circuitsOf>): CircuitState[] {
  return circuits
    .filter(([, { state }]) => state !== 'closed')
    .slice(0, mostCircuits)
    .map(([key, { halfOpenAfterMs, state }]) => ({
      ...(key === undefined ? {} : { key: tellable(key) }),
      state: state as CircuitState['state'],
      ...(halfOpenAfterMs === undefined ? {} : { trialInMs: halfOpenAfterMs }),
    }));
}

function waitingIn(states: readonly PolicySnapshot[]): number {
  const queued = totalOf(states)(({ bulkhead }) => bulkhead?.waiting) ?? 0;
  // Policies that share a cool-down wait for the same one.
  return queued + (mostOf(states)(({ coolDown }) => coolDown?.waiting) ?? 0);
}
