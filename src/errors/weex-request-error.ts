import { identify } from './identify.js';
import { WEEXError } from './weex-error.js';

/**
 * The request itself is wrong: a parameter, a path, a verb. The same request will be refused again.
 */
export class WEEXRequestError extends WEEXError {
  declare readonly name: 'WEEXRequestError';
  declare readonly kind: 'request';

  static {
    identify(this, 'WEEXRequestError', 'request');
  }
}
