import { mayHaveOptions } from './option-table.js';

/**
 * Returns a plain copy of options, each of them read once: own ones, inherited ones, and values computed by getters
 * of a class. So the checked values are the used values. Of unknown names only enumerable ones are read, to be
 * rejected: the others belong to the implementation of a class. What cannot have options is returned as it is, to be
 * rejected too.
 */
export function readOptions(given: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (given !== undefined && given !== null && !mayHaveOptions(given))
    return given as Readonly<Record<string, unknown>>;
  const from = Object(given ?? {}) as object;
  const names = new Set<string>();
  for (const name in from) names.add(name);
  for (const name of known) if (name in from) names.add(name);
  return Object.fromEntries([...names].map((name) => [name, Reflect.get(from, name) as unknown]));
}
