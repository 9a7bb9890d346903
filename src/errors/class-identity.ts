import { isWEEXError } from './weex-error.js';

/**
 * @internal What a class is known by: one of this library by its name, which is the same in every copy of the package;
 * any other by itself.
 */
export function classIdentity(prototype: object): unknown {
  const { constructor, name } = prototype as { constructor: unknown; name?: unknown };
  const isOwn =
    isWEEXError(prototype) && Object.hasOwn(prototype, 'kind') && Object.hasOwn(prototype, 'name');
  return isOwn ? name : constructor;
}

/** @internal `instanceof`, also for an error that another copy of this package made. */
export function isOfClass(error: unknown, errorClass: abstract new (...args: never[]) => Error): boolean {
  if (error instanceof errorClass) return true;
  const wanted = isWEEXError(error) ? classIdentity(errorClass.prototype as object) : undefined;
  if (typeof wanted !== 'string') return false;
  let link = Object.getPrototypeOf(error) as object | null;
  while (link && classIdentity(link) !== wanted) link = Object.getPrototypeOf(link) as object | null;
  return link !== null;
}
