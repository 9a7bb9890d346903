export { ErrorTracker } from './error-tracker.js';
export { logErrors } from './log-errors.js';
export { logEvents } from './log-events.js';
export { onResilienceEvent } from './on-resilience-event.js';

export type {
  AttemptSettled,
  AttemptStarted,
  BudgetExhausted,
  CallDequeued,
  CallFacts,
  CallQueued,
  CallHeld,
  CallRefused,
  CallSettled,
  CallStarted,
  CircuitChange,
  CircuitClosed,
  CircuitHalfOpened,
  CircuitIsolated,
  CircuitOpened,
  CoolDownEntered,
  CoolDownLeft,
  LimitAdapted,
  LimitContradicted,
  ErrorClassified,
  FallbackUsed,
  OrderSettled,
  OutcomeUnknown,
  PolicyReconfigured,
  ReconcileSettled,
  ReconcileStarted,
  ResilienceEvent,
  ResilienceEventOf,
  ResilienceEventType,
  RetryScheduled,
} from './events.js';
export type {
  ErrorBurst,
  ErrorHistory,
  ErrorSummary,
  OperationErrors,
  PatternErrors,
  TrackedError,
} from './error-summary.js';
export type { ListenOptions } from './on-resilience-event.js';
export type { ErrorFacts } from './error-facts.js';
export type { ErrorOrigin, ErrorTrackerOptions } from './error-tracker.js';
export type { ErrorTrackerSnapshot } from './error-tracker-snapshot.js';
export type { ErrorSeverity } from './log-errors.js';
export type { LogEventsOptions } from './log-events.js';
export type { LogOptions, LogSampling } from './log-sampler.js';
export type { StructuredLogger } from './structured-logger.js';
