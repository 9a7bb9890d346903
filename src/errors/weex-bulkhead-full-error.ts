import { identify } from './identify.js';
import { assign } from './weex-error.js';
import { WEEXSystemError, type WEEXSystemErrorDetails } from './weex-system-error.js';

/** Details of a {@link WEEXBulkheadFullError}. */
export interface WEEXBulkheadFullErrorDetails extends WEEXSystemErrorDetails {
  /** The policy whose bulkhead is full. */
  readonly policy?: string | undefined;
}

/**
 * Every slot and every place in the queue is taken, so nothing was sent.
 */
export class WEEXBulkheadFullError extends WEEXSystemError {
  declare readonly name: 'WEEXBulkheadFullError';
  declare readonly kind: 'bulkhead-full';
  declare readonly policy: string;

  static {
    identify(this, 'WEEXBulkheadFullError', 'bulkhead-full');
  }

  constructor(message?: string, details: WEEXBulkheadFullErrorDetails = {}) {
    super(message, { executionStatus: 'not-executed', ...details });
    assign(this, 'policy', details.policy ?? '');
  }
}
