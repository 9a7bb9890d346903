import * as v from 'valibot';
import type { Burst } from './burst-detector.js';
import type { ErrorFacts } from './error-facts.js';
import type { TopCount } from './top-counts.js';

/** The whole state of an `ErrorTracker`, as plain JSON. Times are in milliseconds since 1970. */
export interface ErrorTrackerSnapshot {
  readonly version: 1;
  readonly totalErrors: number;
  readonly unknownOutcomes: number;
  readonly firstSeenMs?: number;
  readonly lastSeenMs?: number;
  readonly types: readonly Readonly<TopCount>[];
  readonly patterns: readonly Readonly<TopCount>[];
  readonly operations: readonly Readonly<TopCount>[];
  /** The seconds of the last fifteen minutes with errors, each since 1970, with their counts. */
  readonly seconds: readonly (readonly [second: number, count: number])[];
  readonly bursts: readonly Burst[];
  readonly recentErrors: readonly RecentError[];
}

/** One of the last errors. */
export interface RecentError {
  readonly atMs: number;
  readonly operation?: string | undefined;
  readonly facts: ErrorFacts;
}

const time = v.pipe(v.number(), v.finite(), v.minValue(0));
const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(1000));

const counts = v.pipe(
  v.array(
    v.strictObject({
      key: text,
      count: v.pipe(amount, v.minValue(1)),
      overcount: amount,
      unknownOutcomes: amount,
      firstSeenMs: time,
      lastSeenMs: time,
    }),
  ),
  v.check(
    (entries) => new Set(entries.map(({ key }) => key)).size === entries.length,
    'a list without repeated keys',
  ),
);

const kinds = [
  'unknown',
  'authentication',
  'rate-limit',
  'system',
  'network',
  'timeout',
  'circuit-open',
  'bulkhead-full',
  'request',
  'order',
  'outcome-unknown',
  'trading-strategy',
  'risk-management',
  'portfolio',
] as const;

const schema: v.GenericSchema<unknown, ErrorTrackerSnapshot> = v.strictObject({
  version: v.literal(1),
  totalErrors: amount,
  unknownOutcomes: amount,
  firstSeenMs: v.exactOptional(time),
  lastSeenMs: v.exactOptional(time),
  types: counts,
  patterns: counts,
  operations: counts,
  seconds: v.array(v.strictTuple([amount, amount])),
  bursts: v.array(
    v.strictObject({
      startedAtMs: time,
      endedAtMs: v.exactOptional(time),
      errors: amount,
      peakPerSecond: amount,
      pattern: text,
    }),
  ),
  recentErrors: v.array(
    v.strictObject({
      atMs: time,
      operation: v.optional(text),
      facts: v.strictObject({
        type: text,
        message: text,
        kind: v.exactOptional(v.picklist(kinds)),
        code: v.exactOptional(v.union([v.number(), text])),
        requestId: v.exactOptional(text),
        retryAfterMs: v.exactOptional(time),
        executionStatus: v.exactOptional(v.picklist(['not-executed', 'unknown'])),
        clientOrderId: v.exactOptional(text),
      }),
    }),
  ),
});

/** Validates a snapshot that may come from a file; throws a `TypeError` that lists every fault. */
export function parseSnapshot(snapshot: unknown): ErrorTrackerSnapshot {
  const { success, output, issues } = v.safeParse(schema, snapshot);
  if (success) return output;
  const faults = issues.map((issue) => {
    const field = v.getDotPath(issue) ?? 'the snapshot';
    if (issue.expected === 'never') return `${field} is unknown`;
    if (issue.received === 'undefined') return `${field} is missing`;
    const expected = issue.expected === 'Object' ? 'an object' : (issue.expected ?? 'valid');
    const allowed = issue.type === 'check' ? issue.message : expected;
    return `${field} must be ${allowed}, received ${issue.received}`;
  });
  throw new TypeError(`Cannot restore the error tracker: ${faults.join('; ')}`);
}
