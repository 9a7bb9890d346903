import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link WEEXAuthenticationError}. */
export interface WEEXAuthenticationErrorDetails extends WEEXErrorDetails {
  /** Which part of the identity was refused. */
  readonly reason?: 'credentials' | 'permission' | 'clock' | 'account' | undefined;
}

/**
 * The exchange does not accept the caller: key, signature, passphrase, permission, clock or account. Never retried,
 * except that a refused clock gets one attempt after resynchronisation.
 */
export class WEEXAuthenticationError extends WEEXError {
  declare readonly name: 'WEEXAuthenticationError';
  declare readonly kind: 'authentication';
  declare readonly reason?: 'credentials' | 'permission' | 'clock' | 'account';

  static {
    identify(this, 'WEEXAuthenticationError', 'authentication');
  }

  constructor(message?: string, details: WEEXAuthenticationErrorDetails = {}) {
    super(message, details);
    assign(this, 'reason', details.reason);
  }
}
