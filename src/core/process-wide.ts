/** See {@link processWide}. */
export interface ProcessWide<Value> {
  /** Returns the value, and creates it if it does not exist. */
  get(): Value;
  /** The existing value, if any. */
  peek(): Value | undefined;
}

/**
 * A value that exists once per process, even if the package is loaded more than once, as by `import` and `require()`
 * of two installed versions. It is created when it is first needed. The name is incremented when its shape changes.
 */
export function processWide<Value>(name: string, make: () => Value): ProcessWide<Value> {
  // A separate object, created on first use: looking up a missing property of the global object is slower.
  let cell: { value?: Value } | undefined;
  const find = (): { value?: Value } => (cell ??= cellOf(name) as { value?: Value });
  return {
    get: () => (find().value ??= make()),
    peek: () => (cell ?? find()).value,
  };
}

function cellOf(name: string): { value?: unknown } {
  const holder = globalThis as { [key: symbol]: { value?: unknown } | undefined };
  return (holder[Symbol.for(`weex-resilience/2/${name}`)] ??= {});
}

/** What a process knows about orders, and loses in a restart. */
const ofOrders = ['ids-in-doubt', 'known-ids', 'orders'] as const;

/** Sets aside what the process knows about orders, as if it had just started; returns a function that restores it. */
export function setAsideOrders(): () => void {
  const cells = ofOrders.map(cellOf);
  const before = cells.map(({ value }) => value);
  for (const cell of cells) cell.value = undefined;
  return () => {
    for (const [index, cell] of cells.entries()) cell.value = before[index];
  };
}
