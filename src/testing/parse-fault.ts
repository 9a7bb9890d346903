import type { Fault } from './fault.js';
import { faultSchema } from './fault-schema.js';
import { parseDocumentBy } from './parse-document.js';
import { check, inputError, problemText } from './schema-parts.js';

/** Reads a fault from JSON or YAML; throws a TypeError that lists everything wrong with it. */
export function parseFault(text: string): Fault {
  return parseDocumentBy(faultSchema, text, 'the fault');
}

/** Checks a fault given as an object; throws a TypeError that lists everything wrong with it. */
export function checkFault(value: unknown): Fault {
  const checked = check(faultSchema, value);
  if ('output' in checked) return checked.output;
  throw inputError('the fault', checked.problems.map(problemText));
}
