import { identify } from './identify.js';
import { WEEXSystemError } from './weex-system-error.js';

/**
 * No answer came: refused or reset connection, unknown host, lost reply.
 */
export class WEEXNetworkError extends WEEXSystemError {
  declare readonly name: 'WEEXNetworkError';
  declare readonly kind: 'network';

  static {
    identify(this, 'WEEXNetworkError', 'network');
  }
}
