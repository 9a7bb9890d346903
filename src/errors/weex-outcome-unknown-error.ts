import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link WEEXOutcomeUnknownError}. */
export interface WEEXOutcomeUnknownErrorDetails extends WEEXErrorDetails {
  /** The client order id of the order, if it exists. */
  readonly clientOrderId?: string | undefined;
}

/**
 * It could not be determined whether the request was executed. Look the order up by `clientOrderId` before sending
 * another one.
 */
export class WEEXOutcomeUnknownError extends WEEXError {
  declare readonly name: 'WEEXOutcomeUnknownError';
  declare readonly kind: 'outcome-unknown';
  declare readonly clientOrderId?: string;

  static {
    identify(this, 'WEEXOutcomeUnknownError', 'outcome-unknown');
  }

  constructor(message?: string, details: WEEXOutcomeUnknownErrorDetails = {}) {
    super(message, { executionStatus: 'unknown', ...details });
    assign(this, 'clientOrderId', details.clientOrderId);
  }
}
