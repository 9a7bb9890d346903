import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link TradingStrategyError}. */
export interface TradingStrategyErrorDetails extends WEEXErrorDetails {
  /** The strategy that failed. */
  readonly strategyName: string;
}

/**
 * A trading strategy failed; for your own code to throw. Its code is 60001.
 */
export class TradingStrategyError extends WEEXError {
  declare readonly name: 'TradingStrategyError';
  declare readonly kind: 'trading-strategy';
  /** Empty if the error was created for a code of a catalogue. */
  declare readonly strategyName: string;

  static {
    identify(this, 'TradingStrategyError', 'trading-strategy');
  }

  constructor(message: string | undefined, details: TradingStrategyErrorDetails);
  // If created for a code of a catalogue, it has only what came with the answer.
  constructor(message?: string, details: Partial<TradingStrategyErrorDetails> = {}) {
    super(message, { code: 60001, ...details });
    assign(this, 'strategyName', details.strategyName ?? '');
  }
}
