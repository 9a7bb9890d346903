/** Throws the error that says why a method, field or function cannot be made resilient. */
export function refuse(member: PropertyKey, reason: string, owner?: unknown): never {
  const className = typeof owner === 'function' && owner.name !== '' ? `${owner.name}.` : '';
  throw new TypeError(`Cannot make ${className}${String(member)} resilient: ${reason}`);
}

/** Throws if a decorator is itself applied to a member, as `@Resilient` without parentheses is. */
export function refuseBare(decorator: '@Resilient' | '@NotResilient', given: readonly unknown[]): void {
  const [, where] = given;
  const isKey = given.length === 3 && (typeof where === 'string' || typeof where === 'symbol');
  const name = isDecoratorContext(where) ? where.name : isKey ? where : undefined;
  if (name === undefined) return;
  throw new TypeError(`Cannot use ${decorator} on ${String(name)}: write ${decorator}()`);
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof (value as Partial<DecoratorContext> | null | undefined)?.addInitializer === 'function';
}
