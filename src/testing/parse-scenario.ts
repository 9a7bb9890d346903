import { parseDocumentBy } from './parse-document.js';
import type { Scenario } from './scenario.js';
import { scenarioSchema } from './scenario-schema.js';

/**
 * Reads a scenario from the text of a YAML or JSON document.
 *
 * `source` is what errors call the text, for example the name of the file.
 *
 * @throws TypeError when the text is no document or no scenario: every fault with its line and column.
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
