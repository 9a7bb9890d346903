import { parseDocumentBy } from './parse-document.js';
import type { Scenario } from './scenario.js';
import { scenarioSchema } from './scenario-schema.js';

/**
 * Reads a scenario from the text of a YAML or JSON document.
 *
 * `source` names the text in errors, for example the file name.
 *
 * @throws TypeError when the text is not a valid document or scenario, with the line and column of every fault.
 * @example
 * ```ts
 * import { parseScenario, startExchange } from 'weex-resilience/testing';
 *
 * const scenario = parseScenario(`
 * name: lost-orders
 * faults:
 *   - kind: lost-reply
 *     endpoint: placeOrder
 *     probability: 0.3
 * `);
 * const exchange = await startExchange({ scenario, seed: 7 });
 * await exchange.close();
 * ```
 */
export function parseScenario(text: string, source = 'the scenario'): Scenario {
  return parseDocumentBy(scenarioSchema, text, source);
}
