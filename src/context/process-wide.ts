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
  const holder = globalThis as { [key: symbol]: { value?: Value } | undefined };
  // An object of its own, made at the first look: to miss a property of the global object takes longer than the look.
  let cell: { value?: Value } | undefined;
  const find = (): { value?: Value } => (cell ??= holder[Symbol.for(`weex-resilience/2/${name}`)] ??= {});
  return {
    get: () => (find().value ??= make()),
    peek: () => (cell ?? find()).value,
  };
}
