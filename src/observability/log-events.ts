import { checkOptions } from '../core/options/check-options.js';
import { option, optionTable } from '../core/options/option-table.js';
import { factsOf } from './error-facts.js';
import type { ResilienceEvent, ResilienceEventType } from './events.js';
import { logRules, LogSampler, type LogOptions } from './log-sampler.js';
import { checkListener, onResilienceEvent } from './on-resilience-event.js';
import { checkLogger, type LogLevel, present, type StructuredLogger } from './structured-logger.js';

/** Options of {@link logEvents}. */
export interface LogEventsOptions extends LogOptions {
  /**
   * Which events are written. Default: the decisions of the library that concern an operator: circuits, cool-downs,
   * the retry budget, fallbacks, reconciliations, unknown outcomes, reconfiguration and the coordinator.
   */
  readonly events?: readonly ResilienceEventType[] | undefined;
}

const decisions: readonly ResilienceEventType[] = [
  'circuitOpened',
  'circuitHalfOpened',
  'circuitClosed',
  'circuitIsolated',
  'coolDownEntered',
  'coolDownLeft',
  'limitAdapted',
  'limitContradicted',
  'budgetExhausted',
  'fallbackUsed',
  'reconcileStarted',
  'reconcileSettled',
  'outcomeUnknown',
  'policyReconfigured',
  'coordinatorLost',
  'coordinatorRegained',
];

const levels: Readonly<Partial<Record<ResilienceEventType, LogLevel>>> = {
  circuitOpened: 'warn',
  circuitIsolated: 'warn',
  coolDownEntered: 'warn',
  limitContradicted: 'warn',
  outcomeUnknown: 'error',
};

const table = optionTable<LogEventsOptions>({
  ...logRules,
  events: option('a list of the names of events', Array.isArray),
});

/**
 * Writes one structured record for each event of the chosen types: what the library did about failures, in addition
 * to the failures that `logErrors` writes. The record has the fields of the event, and those fields of its error that
 * `logErrors` writes. Unknown outcomes go to `logger.error`, circuits that open, cool-downs and events with an error
 * to `logger.warn`, the rest to `logger.info`.
 *
 * Records are sampled as by `logErrors`, by type, policy and operation. A logger that throws, or whose promise
 * rejects, does not affect any call.
 *
 * @returns A function that writes the pending counts and stops logging.
 * @throws {TypeError} When the logger has no `warn` or no `error`, or an event does not exist.
 * @throws {RangeError} When `sampling` is out of range.
 * @example
 * ```ts
 * import { logEvents } from 'weex-resilience';
 *
 * const logger = { warn: (record: object) => {}, error: (record: object) => console.error(record) };
 * const stop = logEvents(logger, { events: ['circuitOpened', 'circuitClosed', 'outcomeUnknown'] });
 * stop();
 * ```
 */
export function logEvents(logger: StructuredLogger, options: LogEventsOptions = {}): () => void {
  checkLogger(logger, 'log events');
  const checked = checkOptions(table, options, 'log events');
  const sampler = new LogSampler(logger, checked);

  const write = (event: ResilienceEvent): void => {
    const { type, at, ...fields } = event;
    const { error, ...details } = fields as { error?: unknown };
    const record = {
      event: type,
      ...present(details),
      ...(error === undefined ? {} : errorFields(error)),
      timestamp: new Date(at).toJSON(),
    };
    const { policy, operation } = record as { policy?: string; operation?: string };
    sampler.write(`${type} ${policy} ${operation}`, {
      level: levels[type] ?? (error === undefined ? 'info' : 'warn'),
      record,
      message: sentence(type),
    });
  };

  const types = [...new Set(options.events ?? decisions)];
  checkListener(types, write);
  const stops = types.map((type) => onResilienceEvent(type, write));
  return () => {
    for (const stop of stops) stop();
    sampler.flush();
  };
}

function errorFields(error: unknown): Record<string, unknown> {
  const { type, message, ...facts } = factsOf(error);
  return { errorType: type, errorMessage: message, ...facts };
}

/** `circuitHalfOpened` → `Circuit half opened`. */
function sentence(type: ResilienceEventType): string {
  const words = type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
