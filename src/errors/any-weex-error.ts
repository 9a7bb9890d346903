import type { ErrorOfKind } from './match-error.js';

/**
 * An error of any class, discriminated by `kind`: the type to which `isWEEXError` narrows a value. Your own class has
 * the kind of the class that it extends; use `instanceof` to recognise it.
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
