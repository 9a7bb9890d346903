import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link TradingStrategyError}. */
export interface TradingStrategyErrorDetails extends WEEXErrorDetails {
  /** The strategy that failed. */
  readonly strategyName?: string | undefined;
}

/**
 * A trading strategy failed; for your own code to throw. Its code is 60001.
 */
export class TradingStrategyError extends WEEXError {
  declare readonly name: 'TradingStrategyError';
  declare readonly kind: 'trading-strategy';
  declare readonly strategyName?: string;

  static {
    identify(this, 'TradingStrategyError', 'trading-strategy');
  }

  constructor(message?: string, details: TradingStrategyErrorDetails = {}) {
    super(message, { code: 60001, ...details });
    assign(this, 'strategyName', details.strategyName);
  }
}
