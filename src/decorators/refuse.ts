/** Throws the error that says why a method, field or function cannot be made resilient. */
export function refuse(member: PropertyKey, reason: string, owner?: unknown): never {
  const className = typeof owner === 'function' && owner.name !== '' ? `${owner.name}.` : '';
  throw new TypeError(`Cannot make ${className}${String(member)} resilient: ${reason}`);
}
