/** See {@link processWide}. */
export interface ProcessWide<Value> {
  /** Makes it where nobody has. */
  get(): Value;
  /** What somebody has made. */
  peek(): Value | undefined;
}

/**
 * Something that a process has once, also where the package is loaded more than once, as `import` and `require()` of
 * two installed versions do. It is made when it is first needed. The name counts up when its shape changes.
 */
export function processWide<Value>(name: string, make: () => Value): ProcessWide<Value> {
  const key = Symbol.for(`weex-resilience/1/${name}`);
  const holder = globalThis as { [key: symbol]: Value | undefined };
  let own: Value | undefined;
  return {
    get: () => (own ??= holder[key] ??= make()),
    peek: () => (own ??= holder[key]),
  };
}
