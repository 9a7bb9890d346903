import type { ErrorOfKind } from './match-error.js';

/**
 * An error of any class, told apart by `kind`: what `isWEEXError` makes of a value. A class of your own has the kind
 * of the class that it extends; `instanceof` tells it.
 *
 * @example
 * ```ts
 * import { isWEEXError } from 'weex-resilience';
 *
 * export function reasonOf(error: unknown): string | undefined {
 *   if (!isWEEXError(error)) return undefined;
 *   switch (error.kind) {
 *     case 'authentication':
 *     case 'order':
 *       return error.reason;
 *     case 'risk-management':
 *       return error.riskType;
 *     default:
 *       return error.name;
 *   }
 * }
 * ```
 */
export type AnyWEEXError = {
  readonly [Kind in keyof ErrorOfKind]: ErrorOfKind[Kind] & { readonly kind: Kind };
}[keyof ErrorOfKind];
