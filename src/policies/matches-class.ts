import type { ErrorClass } from './policy-options.js';

/** Whether an error is of one of the classes. */
export function matchesClass(classes: readonly ErrorClass[], error: unknown): boolean {
  return classes.some((errorClass) => error instanceof errorClass);
}
