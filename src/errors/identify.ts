import type { WEEXErrorKind } from './weex-error-kind.js';

/**
 * Sets the `name` and `kind` of an error class. They are on the prototype, so that the stack, which V8 captures
 * before any field exists, already starts with the right name.
 */
export function identify(
  errorClass: { readonly prototype: object },
  name: string,
  kind?: WEEXErrorKind,
): void {
  const constant = (value: string): PropertyDescriptor => ({ value, configurable: true, writable: true });
  Object.defineProperty(errorClass.prototype, 'name', constant(name));
  if (kind) Object.defineProperty(errorClass.prototype, 'kind', { ...constant(kind), enumerable: true });
}
