import type { Clock } from '../../core/time/clock.js';
import { channels } from '../../observability/channels.js';
import { hold, release } from '../../observability/outbox.js';
import {
  Circuit,
  type CircuitConfig,
  type CircuitSnapshot,
  type CircuitState,
  type CircuitTransition,
} from './circuit.js';
import { epochTime } from '../../core/time/monotonic-clock.js';

/** The circuits of a policy as plain data. */
export interface CircuitBreakerSnapshot {
  /** The circuit of calls without a key. */
  readonly common: CircuitSnapshot;
  readonly keys: Readonly<Record<string, CircuitSnapshot>>;
}

const states: ReadonlySet<unknown> = new Set<CircuitState>(['closed', 'open', 'half-open', 'isolated']);

/** Whether a value, perhaps read from a file, has the shape of a snapshot. */
export function isCircuitBreakerSnapshot(value: unknown): value is CircuitBreakerSnapshot {
  const { common, keys } = (value ?? {}) as { common?: unknown; keys?: unknown };
  if (typeof keys !== 'object' || keys === null) return false;
  const circuits: unknown[] = Object.values(keys);
  return [common, ...circuits].every((circuit) => {
    const { state, openings } = (circuit ?? {}) as { state?: unknown; openings?: unknown };
    return states.has(state) && typeof openings === 'number';
  });
}

/**
 * The circuits of a policy: one for calls without a key, and one per key for the others, at most `maxKeys` of them.
 * The least recently used is dropped first.
 */
export class CircuitBreaker {
  #config: CircuitConfig;
  readonly #policy: string;
  readonly #clock: Clock;
  readonly #origin: object | undefined;
  readonly #common: Circuit;
  readonly #byKey: Map<string, Circuit> = new Map();

  constructor(config: CircuitConfig, policy: string, clock: Clock, origin?: object) {
    this.#config = config;
    this.#policy = policy;
    this.#clock = clock;
    this.#origin = origin;
    this.#common = this.#create(undefined);
  }

  configure(config: CircuitConfig, now: number): void {
    this.#config = config;
    this.#forgetOldest();
    for (const [, circuit] of this.entries()) circuit.configure(config, now);
  }

  /** Returns the circuit of a key, creating it if necessary. */
  of(key: string | undefined): Circuit {
    if (key === undefined) return this.#common;
    let circuit = this.#byKey.get(key);
    if (circuit) this.#byKey.delete(key);
    else circuit = this.#create(key);
    // A map keeps insertion order, so the first key is the least recently used.
    this.#byKey.set(key, circuit);
    this.#forgetOldest();
    return circuit;
  }

  #forgetOldest(): void {
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= this.#config.maxKeys) return;
      this.#byKey.delete(oldest);
    }
  }

  *entries(): IterableIterator<[string | undefined, Circuit]> {
    yield [undefined, this.#common];
    yield* this.#byKey;
  }

  snapshot(now: number): CircuitBreakerSnapshot {
    const keys = [...this.#byKey].map(([key, circuit]) => [key, circuit.snapshot(now)] as const);
    return { common: this.#common.snapshot(now), keys: Object.fromEntries(keys) };
  }

  restore(snapshot: CircuitBreakerSnapshot, now: number): void {
    hold();
    try {
      this.#common.restore(snapshot.common, now);
      for (const [key, circuit] of Object.entries(snapshot.keys)) this.of(key).restore(circuit, now);
    } finally {
      release();
    }
  }

  #create(key: string | undefined): Circuit {
    return new Circuit(this.#config, (transition) => this.#publish(key, transition));
  }

  #publish(key: string | undefined, { from, to, halfOpenAfterMs, error }: CircuitTransition): void {
    const facts = { at: epochTime(this.#clock, this.#clock.now()), policy: this.#policy, key, from };
    switch (to) {
      case 'open':
        if (channels.circuitOpened.hasSubscribers) {
          const cause = error === undefined ? {} : { error };
          channels.circuitOpened.publish({ ...facts, halfOpenAfterMs, ...cause }, this.#origin);
        }
        break;
      case 'half-open':
        if (channels.circuitHalfOpened.hasSubscribers)
          channels.circuitHalfOpened.publish(facts, this.#origin);
        break;
      case 'closed':
        if (channels.circuitClosed.hasSubscribers) channels.circuitClosed.publish(facts, this.#origin);
        break;
      case 'isolated':
        if (channels.circuitIsolated.hasSubscribers) channels.circuitIsolated.publish(facts, this.#origin);
    }
  }
}
