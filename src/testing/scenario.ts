import type { Fault } from './fault.js';

/** A named phase of a scenario. */
export interface ScenarioPhase {
  readonly name: string;
  readonly durationMs: number;
  /** The seed makes the phase longer or shorter by up to this much. */
  readonly jitterMs?: number | undefined;
  /** Faults of this phase; their times count from its start, and they end with it. */
  readonly faults?: readonly Fault[] | undefined;
}

/** What goes wrong, and when: data that replays. Written as YAML or JSON, or as an object. */
export interface Scenario {
  readonly name: string;
  readonly description?: string | undefined;
  /** One after the other from the start of the exchange; after the last one nothing goes wrong. */
  readonly phases?: readonly ScenarioPhase[] | undefined;
  /** Faults whose times count from the start of the exchange. */
  readonly faults?: readonly Fault[] | undefined;
}

/** A phase with its place in time, in milliseconds since the start of the exchange. */
export interface PlannedPhase {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A fault as planned. Its times count from the start of the exchange, or from the moment at which it was injected. */
export type PlannedFault = Fault & {
  /** Counts from 0 as faults are added. */
  readonly id: number;
  /** The phase it belongs to. */
  readonly phase?: string | undefined;
  /** Its draws depend on this number alone. */
  readonly seed: number;
};
