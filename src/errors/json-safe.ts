/** Deeper than any log. */
const maxDepth = 32;

/**
 * A copy of a value that `JSON.stringify` accepts: a circular reference is marked, a bigint becomes its digits, an
 * error its name and message, and properties that throw when read are left out.
 */
export function jsonSafe(value: unknown): unknown {
  return copyAt(value, 0, new Map());
}

function copyAt(value: unknown, depth: number, done: Map<object, unknown>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deeper]';
  if (done.has(value)) return done.get(value);
  done.set(value, '[circular]');
  const copied = copyObject(value, depth, done);
  done.set(value, copied);
  return copied;
}

function copyObject(value: object, depth: number, done: Map<object, unknown>): unknown {
  try {
    if (value instanceof Error) return { name: value.name, message: value.message };
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return copyAt(toJSON.call(value), depth + 1, done);
    if (Array.isArray(value)) return value.map((item) => copyAt(item, depth + 1, done));
    const fields = Object.entries(value).map(([name, field]) => [name, copyAt(field, depth + 1, done)]);
    return Object.fromEntries(fields) as unknown;
  } catch {
    return '[unreadable]';
  }
}
