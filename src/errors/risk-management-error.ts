import { identify } from './identify.js';
import { assign, WEEXError, type WEEXErrorDetails } from './weex-error.js';

/** Details of a {@link RiskManagementError}. */
export interface RiskManagementErrorDetails extends WEEXErrorDetails {
  /** The rule that was violated. */
  readonly riskType: string;
}

/**
 * A risk rule was violated; for your own code to throw. Its code is 60002.
 */
export class RiskManagementError extends WEEXError {
  declare readonly name: 'RiskManagementError';
  declare readonly kind: 'risk-management';
  /** Empty if the error was created for a code of a catalogue. */
  declare readonly riskType: string;

  static {
    identify(this, 'RiskManagementError', 'risk-management');
  }

  constructor(message: string | undefined, details: RiskManagementErrorDetails);
  // If created for a code of a catalogue, it has only what came with the answer.
  constructor(message?: string, details: Partial<RiskManagementErrorDetails> = {}) {
    super(message, { code: 60002, ...details });
    assign(this, 'riskType', details.riskType ?? '');
  }
}
