/** The logger of pino, and every one that takes an object and then a message. */
export interface StructuredLogger {
  warn(record: object, message?: string): unknown;
  error(record: object, message?: string): unknown;
  /** Used by `logEvents`; if it is missing, `warn` is used instead. */
  info?(record: object, message?: string): unknown;
}

/** A method of a {@link StructuredLogger}. */
export type LogLevel = 'info' | 'warn' | 'error';

/** Throws a `TypeError` unless the value can be logged to. */
export function checkLogger(logger: unknown, subject: string): asserts logger is StructuredLogger {
  const candidate = logger as Partial<StructuredLogger> | null | undefined;
  const missing = (['warn', 'error'] as const).filter((method) => typeof candidate?.[method] !== 'function');
  if (missing.length === 0) return;
  const received = logger === null ? 'null' : typeof logger;
  throw new TypeError(
    `Cannot ${subject}: the logger must have the methods warn and error, received ${received} without ${missing.join(' and ')}`,
  );
}

/** The fields that have a value, with durations in whole milliseconds. */
export function present(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isDuration(name, value) ? Math.round(value) : value]),
  );
}

function isDuration(name: string, value: unknown): value is number {
  return name.endsWith('Ms') && typeof value === 'number';
}
