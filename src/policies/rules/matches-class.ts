import { isOfClass } from '../../errors/class-identity.js';
import { isWEEXError, WEEXBulkheadFullError, WEEXCircuitOpenError } from '../../errors/index.js';
import type { ErrorClass } from '../options/policy-options.js';

/** The library's own refusals: system errors by class, but not caused by the exchange itself. */
const refusals: readonly ErrorClass[] = [WEEXCircuitOpenError, WEEXBulkheadFullError];

/** Whether an error is of one of the classes. The library's own refusals match only if their own class is listed. */
export function matchesClass(classes: readonly ErrorClass[], error: unknown): boolean {
  const named = isWEEXError(error) && isRefusal(error.kind) ? classes.filter(isRefusalClass) : classes;
  return named.some((errorClass) => isOfClass(error, errorClass));
}

/** Whether errors of this kind are refusals of the library itself. */
function isRefusal(kind: string): boolean {
  return kind === 'circuit-open' || kind === 'bulkhead-full';
}

function isRefusalClass(errorClass: ErrorClass): boolean {
  return refusals.some((refusal) => errorClass === refusal || errorClass.prototype instanceof refusal);
}
