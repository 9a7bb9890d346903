/**
 * Something that a process has once, also where the package is loaded more than once, as `import` and `require()` of
 * two installed versions do. The name counts up when its shape changes.
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`weex-resilience/1/${name}`);
  const holder = globalThis as { [key: symbol]: Value | undefined };
  return (holder[key] ??= make());
}
