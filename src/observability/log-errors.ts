import { isWEEXError, type WEEXErrorKind } from '../errors/index.js';
import { checkOptions } from '../core/options/check-options.js';
import { optionTable } from '../core/options/option-table.js';
import { factsOf } from './error-facts.js';
import { logRules, LogSampler, type LogOptions } from './log-sampler.js';
import { onResilienceEvent } from './on-resilience-event.js';
import { checkLogger, present, type StructuredLogger } from './structured-logger.js';

/** The severity of a failure, with weex-client's levels. */
export type ErrorSeverity = 'warning' | 'critical' | 'high' | 'medium';

const severities: Readonly<Partial<Record<WEEXErrorKind, ErrorSeverity>>> = {
  'rate-limit': 'warning',
  authentication: 'critical',
  system: 'high',
  network: 'high',
  timeout: 'high',
  'circuit-open': 'high',
  'bulkhead-full': 'high',
};

const messages: Readonly<Record<WEEXErrorKind, string>> = {
  'rate-limit': 'Rate limit exceeded',
  authentication: 'Authentication failed',
  system: 'System error occurred',
  network: 'Network error occurred',
  timeout: 'Timed out',
  'circuit-open': 'Rejected by an open circuit',
  'bulkhead-full': 'Rejected by a full bulkhead',
  request: 'Request refused',
  order: 'Order refused',
  'outcome-unknown': 'Outcome unknown: the order may exist',
  'trading-strategy': 'Trading strategy failed',
  'risk-management': 'Rejected by risk management',
  portfolio: 'Portfolio error occurred',
  unknown: 'Unknown error occurred',
};

const table = optionTable(logRules);

/**
 * Writes one structured record for every failure of a policy (event `callSettled`) and of an interceptor (event
 * `errorClassified`), until the returned function is called. So if a call fails because of a request inside it, two
 * records are written: one for the request, one for the call with its attempts.
 *
 * The record has the `severity` of weex-client: `'warning'` for rate limits, on `logger.warn`; `'critical'` for
 * authentication, `'high'` for system errors and their subclasses, otherwise `'medium'`, all on `logger.error`. It
 * contains no answer body, cause, key, signature or passphrase. A caller's own abort is not a failure.
 *
 * Of each kind (event, class, code, operation) the first 5 records in 10 seconds are written, and then one with the
 * number of `suppressed` ones; see `sampling`. A logger that throws, or whose promise rejects, does not affect any
 * call.
 *
 * @returns A function that writes the pending counts and stops logging.
 * @throws {TypeError} When the logger has no `warn` or no `error`, or an option is unknown.
 * @throws {RangeError} When `sampling` is out of range.
 * @example
 * ```ts
 * import { logErrors } from 'weex-resilience';
 *
 * const logger = { warn: (record: object) => {}, error: (record: object) => console.error(record) };
 * const stop = logErrors(logger, { sampling: { burst: 1, windowMs: 60_000 } });
 * stop();
 * ```
 */
export function logErrors(logger: StructuredLogger, options: LogOptions = {}): () => void {
  checkLogger(logger, 'log errors');
  const sampler = new LogSampler(logger, checkOptions(table, options, 'log errors'));

  const write = (
    event: string,
    error: unknown,
    at: number,
    details: Readonly<Record<string, unknown>>,
  ): void => {
    const { type, message, ...facts } = factsOf(error);
    const kind = isWEEXError(error) ? error.kind : 'unknown';
    const severity = severities[kind] ?? 'medium';
    const record = {
      event,
      severity,
      errorType: type,
      errorMessage: message,
      ...facts,
      ...details,
      timestamp: new Date(at).toJSON(),
    };
    sampler.write(`${event} ${type} ${facts.code} ${String(details['operation'])}`, {
      level: severity === 'warning' ? 'warn' : 'error',
      record,
      message: messages[kind] ?? messages.unknown,
    });
  };

  const stops = [
    onResilienceEvent('callSettled', ({ type, outcome, error, at, ...details }) => {
      if (outcome === 'failure') write(type, error, at, present(details));
    }),
    onResilienceEvent('errorClassified', ({ type, error, at, ...details }) => {
      write(type, error, at, present(details));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    sampler.flush();
  };
}
