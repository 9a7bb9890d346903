export { ErrorTracker } from './error-tracker.js';
export { logErrors } from './log-errors.js';
export { logEvents } from './log-events.js';
export { onResilienceEvent } from './on-resilience-event.js';

export type { ResilienceEvent, ResilienceEventOf, ResilienceEventType } from './events.js';
export type { ErrorSummary } from './error-summary.js';
export type { ListenOptions } from './on-resilience-event.js';
export type { ErrorOrigin, ErrorTrackerOptions } from './error-tracker.js';
export type { ErrorTrackerSnapshot } from './error-tracker-snapshot.js';
export type { LogEventsOptions } from './log-events.js';
export type { LogOptions } from './log-sampler.js';
export type { StructuredLogger } from './structured-logger.js';
