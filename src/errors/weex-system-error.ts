import { identify } from './identify.js';
import type { SystemErrorKind } from './weex-error-kind.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link WEEXSystemError}. */
export interface WEEXSystemErrorDetails extends WEEXErrorDetails {
  /** The part that failed: `'matching'`, `'market'`, `'database'` or any other name. */
  readonly service?: string | undefined;
}

/**
 * The exchange, or the way to it, does not work: internal errors, maintenance, gateways. `service` names the part if
 * it is known, such as `matching` or `market`.
 */
export class WEEXSystemError extends WEEXError {
  declare readonly kind: SystemErrorKind;
  declare readonly service?: string;

  static {
    identify(this, 'WEEXSystemError', 'system');
  }

  constructor(message?: string, details: WEEXSystemErrorDetails = {}) {
    super(message, details);
    assign(this, 'service', details.service);
  }
}
