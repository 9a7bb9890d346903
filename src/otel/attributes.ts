import { isWEEXError } from '../errors/index.js';

/** The names of attributes: those of the semantic conventions where they have one, else in a namespace of our own. */
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

/** The `error.type` of a failure: the `kind` of one of ours, and of any other what the conventions say for it. */
export function errorType(error: unknown): string {
  return isWEEXError(error) ? error.kind : '_OTHER';
}
