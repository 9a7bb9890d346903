import { checkOptions } from '../core/options/check-options.js';
import { hasMethods, number, option, optionTable } from '../core/options/option-table.js';
import { type Clock, systemClock } from '../core/time/clock.js';
import { type Burst, BurstDetector } from './burst-detector.js';
import { factsOf, operationOf, shorten } from './error-facts.js';
import type { ErrorBurst, ErrorHistory, ErrorSummary, TrackedError } from './error-summary.js';
import { type ErrorTrackerSnapshot, parseSnapshot, type RecentError } from './error-tracker-snapshot.js';
import { listenForErrors } from './listen-for-errors.js';
import type { ListenOptions } from './on-resilience-event.js';
import { SecondCounts } from './second-counts.js';
import { type TopCount, TopCounts } from './top-counts.js';

/** Options of an {@link ErrorTracker}. */
export interface ErrorTrackerOptions {
  /**
   * How many distinct patterns, and how many operations, are counted individually: 1 to 100 000, default 1000;
   * below 32 counts as 32. Further ones take the place of the rarest, see {@link ErrorHistory.undercount}.
   */
  readonly capacity?: number | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** What is known about an error apart from the error itself. */
export interface ErrorOrigin {
  /** The operation that failed. Default: the one in the error's own `context`. */
  readonly operation?: string | undefined;
}

const keptErrors = 10;
const commonPatterns = 5;
const listedEntries = 20;
const smallestCapacity = 32;
const largestCapacity = 100_000;
const distinctTypes = 100;

const table = optionTable<ErrorTrackerOptions>({
  capacity: number(1, largestCapacity, true),
  clock: option('an object with the method now', hasMethods('now')),
});

/**
 * Keeps statistics of errors: how many, of which types, how often recently, since when, in which operations, and how
 * many left it unknown whether the request was executed.
 *
 * It counts the errors passed to `record` and, after `attach()`, those that the library sees. Memory is bounded,
 * whatever the number of errors, types, codes and operations; the cost of one error does not grow with them. No
 * reference to an error is kept; messages are cut to 300 characters and contain no keys, signatures or passphrases.
 *
 * @throws {TypeError} When an option is unknown or has the wrong type.
 * @throws {RangeError} When `capacity` is not a whole number from 1 to 100 000.
 * @example
 * ```ts
 * import { ErrorTracker, WEEXRateLimitError } from 'weex-resilience';
 *
 * const tracker = new ErrorTracker({ capacity: 500 });
 * tracker.record(new WEEXRateLimitError('Too many requests', { code: 40029 }), { operation: 'getTicker' });
 * console.log(tracker.summary().commonPatterns); // [ { pattern: 'WEEXRateLimitError_40029', count: 1 } ]
 * ```
 */
export class ErrorTracker {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #types = new TopCounts(distinctTypes);
  readonly #patterns: TopCounts;
  readonly #operations: TopCounts;
  readonly #seconds = new SecondCounts();
  readonly #bursts = new BurstDetector();
  #recent: RecentError[] = [];
  #total = 0;
  #unknownOutcomes = 0;
  #firstSeenMs: number | undefined;
  #lastSeenMs: number | undefined;

  constructor(options: ErrorTrackerOptions = {}) {
    const { capacity = 1000, clock = systemClock } = checkOptions(table, options, 'create the error tracker');
    this.#clock = clock;
    this.#patterns = new TopCounts(Math.max(capacity, smallestCapacity));
    this.#operations = new TopCounts(Math.max(capacity, smallestCapacity));
  }

  /** Counts an error. It takes anything and never throws. */
  record(error: unknown, origin: ErrorOrigin = {}): void {
    const nowMs = this.#nowMs();
    const facts = factsOf(error);
    const operation = origin.operation ?? operationOf(error);
    const pattern = `${facts.type}_${facts.code ?? 'none'}`;
    const unknownOutcome = facts.executionStatus === 'unknown';

    this.#total += 1;
    if (unknownOutcome) this.#unknownOutcomes += 1;
    this.#firstSeenMs ??= nowMs;
    this.#lastSeenMs = nowMs;
    this.#types.add(facts.type, nowMs, unknownOutcome);
    this.#patterns.add(pattern, nowMs, unknownOutcome);
    if (operation !== undefined) this.#operations.add(shorten(operation), nowMs, unknownOutcome);
    this.#seconds.add(nowMs);
    this.#bursts.record(nowMs, pattern, this.#seconds);
    if (this.#recent.length === keptErrors) this.#recent.shift();
    this.#recent.push({ atMs: nowMs, operation, facts });
  }

  /** Returns the statistics so far. Its cost does not depend on the number of errors. */
  summary(): ErrorSummary {
    const nowMs = this.#nowMs();
    const perMinute = (minutes: number): number => this.#seconds.last(minutes * 60, nowMs) / minutes;
    const patterns = this.#patterns.top(listedEntries);
    return {
      totalErrors: this.#total,
      errorTypes: Object.fromEntries(this.#types.top().map(({ key, count }) => [key, count])),
      commonPatterns: patterns
        .slice(0, commonPatterns)
        .map(({ key, count, overcount }) => ({ pattern: key, count: count - overcount })),
      recentErrors: this.#recent.map(asTracked),
      firstSeen: this.#firstSeenMs === undefined ? undefined : new Date(this.#firstSeenMs),
      lastSeen: this.#lastSeenMs === undefined ? undefined : new Date(this.#lastSeenMs),
      rates: { oneMinute: perMinute(1), fiveMinutes: perMinute(5), fifteenMinutes: perMinute(15) },
      bursts: this.#bursts.bursts(nowMs).map(asErrorBurst),
      unknownOutcomes: {
        count: this.#unknownOutcomes,
        share: this.#total === 0 ? 0 : this.#unknownOutcomes / this.#total,
      },
      patterns: patterns.map((entry) => ({ pattern: entry.key, ...asHistory(entry) })),
      operations: this.#operations
        .top(listedEntries)
        .map((entry) => ({ operation: entry.key, ...asHistory(entry) })),
    };
  }

  /**
   * Counts every failure that the library sees, until the returned function is called: each failed attempt, each call
   * that was rejected or failed otherwise, and each error of an interceptor. An error that passes several of these
   * counts once; a caller's own abort does not count. With `registry`, only failures of the policies of that registry
   * count.
   */
  attach(options?: ListenOptions): () => void {
    return listenForErrors((error, operation) => this.record(error, { operation }), options);
  }

  /** Returns the whole state as plain JSON, for `restore` after a restart. */
  snapshot(): ErrorTrackerSnapshot {
    return {
      version: 1,
      totalErrors: this.#total,
      unknownOutcomes: this.#unknownOutcomes,
      ...(this.#firstSeenMs === undefined ? {} : { firstSeenMs: this.#firstSeenMs }),
      ...(this.#lastSeenMs === undefined ? {} : { lastSeenMs: this.#lastSeenMs }),
      types: this.#types.top(),
      patterns: this.#patterns.top(),
      operations: this.#operations.top(),
      seconds: this.#seconds.entries(),
      bursts: this.#bursts.bursts(this.#nowMs()),
      recentErrors: [...this.#recent],
    };
  }

  /**
   * Replaces everything that was recorded by a snapshot. A burst that was going on when the snapshot was taken ends
   * with its last error. If the snapshot holds more than `capacity`, the rarest entries are left out.
   *
   * @throws {TypeError} When it is not a valid snapshot; nothing is changed then.
   */
  restore(snapshot: ErrorTrackerSnapshot): void {
    const state = parseSnapshot(snapshot);
    this.#total = state.totalErrors;
    this.#unknownOutcomes = state.unknownOutcomes;
    this.#firstSeenMs = state.firstSeenMs;
    this.#lastSeenMs = state.lastSeenMs;
    this.#types.restore(state.types);
    this.#patterns.restore(state.patterns);
    this.#operations.restore(state.operations);
    this.#seconds.restore(state.seconds);
    this.#bursts.restore(state.bursts, state.lastSeenMs ?? 0);
    this.#recent = state.recentErrors.slice(-keptErrors);
  }

  /** The time; if the clock stepped back, the time of the last error. */
  #nowMs(): number {
    return Math.max(this.#clock.now(), this.#lastSeenMs ?? 0);
  }
}

function asTracked({ atMs, operation, facts }: RecentError): TrackedError {
  return { timestamp: new Date(atMs), ...facts, ...(operation === undefined ? {} : { operation }) };
}

function asErrorBurst({ startedAtMs, endedAtMs, ...facts }: Burst): ErrorBurst {
  const endedAt = endedAtMs === undefined ? undefined : new Date(endedAtMs);
  return { startedAt: new Date(startedAtMs), endedAt, ...facts };
}

function asHistory({ count, overcount, unknownOutcomes, firstSeenMs, lastSeenMs }: TopCount): ErrorHistory {
  return {
    count: count - overcount,
    undercount: overcount,
    unknownOutcomes,
    firstSeen: new Date(firstSeenMs),
    lastSeen: new Date(lastSeenMs),
  };
}
