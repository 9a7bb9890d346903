import { type PlannedFault, type Scenario, startExchange } from 'weex-resilience/testing';

/** What will happen on a day. */
export interface PlannedDay {
  readonly faults: readonly PlannedFault[];
  readonly lengthMs: number;
}

/** The length of a day without phases. */
const withoutPhasesMs = 60_000;

/** Resolves a scenario with a seed: only an exchange computes this when it opens, so one is opened and closed again. */
export async function planDay(scenario: Scenario, seed: number): Promise<PlannedDay> {
  const exchange = await startExchange({ scenario, seed });
  const { phases } = exchange;
  const faults = [...exchange.faults];
  await exchange.close();
  return { faults, lengthMs: phases.at(-1)?.untilMs ?? withoutPhasesMs };
}
