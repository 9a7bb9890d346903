/** What is held as it is: it has a state, and methods that need not be its own. */
const kept: ReadonlySet<string> = new Set(['clock', 'coordinator', 'inner']);

/** A copy that later changes of the caller's objects do not reach. */
export function copyOptions<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) =>
    kept.has(key) ? [key, value] : [key, copyValue(value)],
  );
  return Object.freeze(Object.fromEntries(entries)) as Options;
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...(value as unknown[])]);
  return typeof value === 'object' && value !== null ? copyOptions(value) : value;
}
