import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { Scenario } from './scenario.js';
import { scenarioError, scenarioSchema } from './scenario-schema.js';
import { check, pathText, type Problem } from './schema-parts.js';

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}: ${message}`;
  };
  if (document.errors.length > 0) {
    throw scenarioError(
      document.errors.map((error) => at(error.pos[0], error.message)),
      source,
    );
  }
  const checked = check(scenarioSchema, document.toJS());
  if ('output' in checked) return checked.output;
  const messages = checked.problems.map((problem) => {
    const where = pathText(problem.path);
    return at(offsetOf(document, problem), where ? `${where}: ${problem.message}` : problem.message);
  });
  throw scenarioError(messages, source);
}

// Where a path leads to nothing, a missing key say, the nearest node above it says where.
function offsetOf(document: Document, { path }: Problem): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
