import type { GenericSchema } from 'valibot';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { check, inputError, type Problem, problemText } from './schema-parts.js';

/** Reads YAML or JSON by a schema; throws a TypeError that names every fault with its line and column. */
export function parseDocumentBy<Output>(
  schema: GenericSchema<unknown, Output>,
  text: string,
  source: string,
): Output {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}: ${message}`;
  };
  if (document.errors.length > 0) {
    throw inputError(
      source,
      document.errors.map((error) => at(error.pos[0], error.message)),
    );
  }
  const checked = check(schema, document.toJS());
  if ('output' in checked) return checked.output;
  throw inputError(
    source,
    checked.problems.map((problem) => at(offsetOf(document, problem), problemText(problem))),
  );
}

// If a path leads to nothing, such as a missing key, the nearest node above it gives the position.
function offsetOf(document: Document, { path }: Problem): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
