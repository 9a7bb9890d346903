import { type PlannedFault, type Scenario, startExchange } from 'weex-resilience/testing';

/** What is going to happen on a day. */
export interface PlannedDay {
  readonly faults: readonly PlannedFault[];
  readonly lengthMs: number;
}

/** A day without phases lasts a minute. */
const withoutPhasesMs = 60_000;

/** What a scenario comes to with a seed: an exchange knows it when it opens, so one is opened and closed again. */
export async function planDay(scenario: Scenario, seed: number): Promise<PlannedDay> {
  const exchange = await startExchange({ scenario, seed });
  const { phases } = exchange;
  const faults = [...exchange.faults];
  await exchange.close();
  return { faults, lengthMs: phases.at(-1)?.untilMs ?? withoutPhasesMs };
}
