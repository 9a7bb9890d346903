import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link WEEXRateLimitError}. */
export interface WEEXRateLimitErrorDetails extends WEEXErrorDetails {
  /** What was limited, for example `requests` or `orders`, with the window if it is known. */
  readonly limitType?: string | undefined;
  /** How much of the limit was used, as the exchange counts. */
  readonly requestCount?: number | undefined;
  /** The limit itself. */
  readonly requestLimit?: number | undefined;
}

/** Too many requests, orders or connections. `retryAfter` says when to try again. */
export class WEEXRateLimitError extends WEEXError {
  declare readonly name: 'WEEXRateLimitError';
  declare readonly kind: 'rate-limit';
  declare readonly limitType?: string;
  declare readonly requestCount?: number;
  declare readonly requestLimit?: number;

  static {
    identify(this, 'WEEXRateLimitError', 'rate-limit');
  }

  constructor(message?: string, details: WEEXRateLimitErrorDetails = {}) {
    super(message, details);
    assign(this, 'limitType', details.limitType);
    assign(this, 'requestCount', details.requestCount);
    assign(this, 'requestLimit', details.requestLimit);
  }
}
