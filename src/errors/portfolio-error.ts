import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link PortfolioError}. */
export interface PortfolioErrorDetails extends WEEXErrorDetails {
  /** The value of the portfolio at that time. */
  readonly portfolioValue: number;
}

/**
 * A portfolio operation failed; for your own code to throw. Its code is 60003.
 */
export class PortfolioError extends WEEXError {
  declare readonly name: 'PortfolioError';
  declare readonly kind: 'portfolio';
  /** `NaN` if the error was created for a code of a catalogue. */
  declare readonly portfolioValue: number;

  static {
    identify(this, 'PortfolioError', 'portfolio');
  }

  constructor(message: string | undefined, details: PortfolioErrorDetails);
  // If created for a code of a catalogue, it has only what came with the answer.
  constructor(message?: string, details: Partial<PortfolioErrorDetails> = {}) {
    super(message, { code: 60003, ...details });
    assign(this, 'portfolioValue', details.portfolioValue ?? Number.NaN);
  }
}
