import { mayHaveOptions } from './option-table.js';

/**
 * Returns a plain copy of options, each of them read once: own ones, inherited ones, and values computed by getters
 * of a class. So the checked values are the used values. Unknown names are copied, to be rejected later, only if they
 * are enumerable: the others belong to the implementation of a class. A value that cannot hold options is returned
 * unchanged, and is rejected later too.
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
