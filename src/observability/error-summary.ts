import type { ErrorFacts } from './error-facts.js';

/** The statistics of an `ErrorTracker`. */
export interface ErrorSummary {
  readonly totalErrors: number;
  /**
   * The number of errors per class, for example `{ WEEXRateLimitError: 3 }`; they add up to `totalErrors`. Beyond a
   * hundred classes a new one takes the place and the count of the rarest.
   */
  readonly errorTypes: Readonly<Record<string, number>>;
  /** The five most frequent pairs of class and code. An error without a code is `Class_none`. */
  readonly commonPatterns: readonly { readonly pattern: string; readonly count: number }[];
  /** The last ten, oldest first. */
  readonly recentErrors: readonly TrackedError[];
  /** `undefined` before the first error. */
  readonly firstSeen: Date | undefined;
  readonly lastSeen: Date | undefined;
  /** Errors per minute, averaged over the last 1, 5 and 15 minutes. */
  readonly rates: {
    readonly oneMinute: number;
    readonly fiveMinutes: number;
    readonly fifteenMinutes: number;
  };
  /**
   * The last ten bursts, oldest first: at least 10 errors within 10 seconds, and at least 5 times as many as in the
   * usual 10 seconds of the fifteen minutes before.
   */
  readonly bursts: readonly ErrorBurst[];
  /** Errors whose `executionStatus` is `'unknown'`: the request may have been executed. */
  readonly unknownOutcomes: {
    readonly count: number;
    /** Of all errors, 0 to 1. */
    readonly share: number;
  };
  /** The twenty most frequent patterns, each with its history. */
  readonly patterns: readonly PatternErrors[];
  /** The twenty operations with the most errors. */
  readonly operations: readonly OperationErrors[];
}

/** An error in `recentErrors`. */
export interface TrackedError extends ErrorFacts {
  /** When it was recorded. */
  readonly timestamp: Date;
  readonly operation?: string;
}

/** A burst of errors. */
export interface ErrorBurst {
  readonly startedAt: Date;
  /** `undefined` while the burst goes on. */
  readonly endedAt: Date | undefined;
  readonly errors: number;
  readonly peakPerSecond: number;
  /** The most frequent pattern in it. */
  readonly pattern: string;
}

/** The history of one pattern or one operation. */
export interface ErrorHistory {
  /** How many there certainly were. */
  readonly count: number;
  /**
   * How many more there may have been; 0 unless there were more distinct ones than the tracker's `capacity`, and
   * never above all errors divided by `capacity`.
   */
  readonly undercount: number;
  readonly unknownOutcomes: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/** The errors of one pair of class and code. */
export interface PatternErrors extends ErrorHistory {
  readonly pattern: string;
}

/** The errors of one operation. */
export interface OperationErrors extends ErrorHistory {
  readonly operation: string;
}
