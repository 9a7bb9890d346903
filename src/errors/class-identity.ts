import { isWEEXError } from './weex-error.js';

/**
 * @internal The identity of a class: for a class of this library its name, which is the same in every copy of the
 * package; for any other the class itself.
 */
export function classIdentity(prototype: object): unknown {
  const { constructor, name } = prototype as { constructor: unknown; name?: unknown };
  const isOwn =
    isWEEXError(prototype) && Object.hasOwn(prototype, 'kind') && Object.hasOwn(prototype, 'name');
  return isOwn ? name : constructor;
}

/** @internal `instanceof` that also works for errors made by another copy of this package. */
export function isOfClass(error: unknown, errorClass: abstract new (...args: never[]) => Error): boolean {
  if (error instanceof errorClass) return true;
  const wanted = isWEEXError(error) ? classIdentity(errorClass.prototype as object) : undefined;
  if (typeof wanted !== 'string') return false;
  let link = Object.getPrototypeOf(error) as object | null;
  while (link && classIdentity(link) !== wanted) link = Object.getPrototypeOf(link) as object | null;
  return link !== null;
}
