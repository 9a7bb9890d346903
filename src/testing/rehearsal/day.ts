import type { Scenario } from '../scenario.js';
import type { RehearsalScenario } from './rehearsal-scenario.js';

const dayWithoutPhasesMs = 60_000;

/** A scenario for the exchange that lasts `days` days, each one pass through its phases. */
export function repeatDays(scenario: RehearsalScenario, days: number): Scenario {
  const { faults, name, phases } = scenario;
  const repeated = Array.from({ length: days }, (_, day) =>
    (phases ?? []).map((phase) => (days === 1 ? phase : { ...phase, name: `day ${day + 1}, ${phase.name}` })),
  ).flat();
  return { name, faults, phases: repeated };
}

/** How long a day is if the phases do not say. */
export function lengthOf(plannedMs: number | undefined, days: number): number {
  return plannedMs ?? days * dayWithoutPhasesMs;
}
