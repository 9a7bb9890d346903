import { parseScenario } from './parse-scenario.js';
import type { Scenario } from './scenario.js';
import { checkScenario } from './scenario-schema.js';
import { builtInScenarios } from './scenarios/built-in-scenarios.js';

/** Resolves the scenario option: the name of a built-in one, the text of one, or an object. */
export function resolveScenario(scenario: string | Scenario): Scenario {
  if (typeof scenario !== 'string') return checkScenario(scenario);
  if (/[\n:{]/.test(scenario)) return parseScenario(scenario);
  const builtIn = Object.hasOwn(builtInScenarios, scenario) ? builtInScenarios[scenario] : undefined;
  if (builtIn) return builtIn;
  const names = Object.keys(builtInScenarios).join(', ');
  throw new TypeError(`Cannot find a scenario called '${scenario}'; the built-in ones are ${names}`);
}
