import { isWEEXError, type WEEXErrorKind } from '../errors/index.js';

/** The names of attributes: those of the semantic conventions if they have one, otherwise in our own namespace. */
export const attribute = {
  policy: 'weex.policy',
  operation: 'weex.operation',
  outcome: 'weex.outcome',
  reason: 'weex.reason',
  verdict: 'weex.verdict',
  priority: 'weex.priority',
  attempts: 'weex.attempts',
  delay: 'weex.delay',
  queue: 'weex.queue',
  circuitState: 'weex.circuit.state',
  errorType: 'error.type',
  resendCount: 'http.request.resend_count',
} as const;

/** A class of the program may set its own `kind`, even an order id: only these become attributes. */
const kinds: Readonly<Record<WEEXErrorKind, true>> = {
  unknown: true,
  authentication: true,
  'rate-limit': true,
  system: true,
  network: true,
  timeout: true,
  'circuit-open': true,
  'bulkhead-full': true,
  request: true,
  order: true,
  'outcome-unknown': true,
  'trading-strategy': true,
  'risk-management': true,
  portfolio: true,
};

/** The `error.type` of a failure: the `kind` of our errors; for any other error, what the conventions prescribe. */
export function errorType(error: unknown): string {
  return isWEEXError(error) && Object.hasOwn(kinds, error.kind) ? error.kind : '_OTHER';
}
