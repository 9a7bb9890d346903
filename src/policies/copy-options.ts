import type { PolicyOptions } from './policy-options.js';

/** A copy that later changes of the caller's objects do not reach. */
export function copyOptions(options: PolicyOptions): PolicyOptions {
  const entries = Object.entries(options).map(([key, value]: [string, unknown]) =>
    key !== 'clock' && key !== 'inner' && isPlainObject(value) ? [key, copyOptions(value)] : [key, value],
  );
  return Object.freeze(Object.fromEntries(entries)) as PolicyOptions;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
