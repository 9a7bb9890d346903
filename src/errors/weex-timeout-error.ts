import { identify } from './identify.js';
import { assign } from './weex-error.js';
import { WEEXSystemError, type WEEXSystemErrorDetails } from './weex-system-error.js';

/** Details of a {@link WEEXTimeoutError}. */
export interface WEEXTimeoutErrorDetails extends WEEXSystemErrorDetails {
  /** What ran out of time: one attempt, or the whole call. */
  readonly scope?: 'attempt' | 'deadline' | undefined;
}

/**
 * An attempt or the whole call took longer than allowed; `scope` says which.
 */
export class WEEXTimeoutError extends WEEXSystemError {
  declare readonly name: 'WEEXTimeoutError';
  declare readonly kind: 'timeout';
  declare readonly scope: 'attempt' | 'deadline';

  static {
    identify(this, 'WEEXTimeoutError', 'timeout');
  }

  constructor(message?: string, details: WEEXTimeoutErrorDetails = {}) {
    super(message, details);
    assign(this, 'scope', details.scope ?? 'attempt');
  }
}
