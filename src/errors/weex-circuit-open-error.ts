import { identify } from './identify.js';
import { assign } from './weex-error.js';
import { WEEXSystemError, type WEEXSystemErrorDetails } from './weex-system-error.js';

/** Details of a {@link WEEXCircuitOpenError}. */
export interface WEEXCircuitOpenErrorDetails extends WEEXSystemErrorDetails {
  /** The policy whose circuit is open. */
  readonly policy?: string | undefined;
}

/**
 * The circuit is open, so nothing was sent. `retryAfter` is the time to the next trial.
 */
export class WEEXCircuitOpenError extends WEEXSystemError {
  declare readonly name: 'WEEXCircuitOpenError';
  declare readonly kind: 'circuit-open';
  declare readonly policy: string;

  static {
    identify(this, 'WEEXCircuitOpenError', 'circuit-open');
  }

  constructor(message?: string, details: WEEXCircuitOpenErrorDetails = {}) {
    super(message, { executionStatus: 'not-executed', ...details });
    assign(this, 'policy', details.policy ?? '');
  }
}
