/** A copy that later changes of the caller's objects do not reach. */
export function copyOptions<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) =>
    key === 'clock' || key === 'inner' ? [key, value] : [key, copyValue(value)],
  );
  return Object.freeze(Object.fromEntries(entries)) as Options;
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...(value as unknown[])]);
  return typeof value === 'object' && value !== null ? copyOptions(value) : value;
}
