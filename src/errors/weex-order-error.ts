import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link WEEXOrderError}. */
export interface WEEXOrderErrorDetails extends WEEXErrorDetails {
  /** Why the order was refused. */
  readonly reason?: 'insufficient-balance' | 'not-found' | 'limit' | 'refused' | undefined;
}

/**
 * The exchange understood the order and refused it.
 */
export class WEEXOrderError extends WEEXError {
  declare readonly name: 'WEEXOrderError';
  declare readonly kind: 'order';
  declare readonly reason?: 'insufficient-balance' | 'not-found' | 'limit' | 'refused';

  static {
    identify(this, 'WEEXOrderError', 'order');
  }

  constructor(message?: string, details: WEEXOrderErrorDetails = {}) {
    super(message, details);
    assign(this, 'reason', details.reason);
  }
}
