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
  // An object of its own, made at the first look: to miss a property of the global object takes longer than the look.
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

/** What a process knows of orders, and a restarted one does not. */
const ofOrders = ['ids-in-doubt', 'known-ids', 'orders'] as const;

/** Sets aside what the process knows of orders, as if it had just been started; returns what brings it back. */
export function setAsideOrders(): () => void {
  const cells = ofOrders.map(cellOf);
  const before = cells.map(({ value }) => value);
  for (const cell of cells) cell.value = undefined;
  return () => {
    for (const [index, cell] of cells.entries()) cell.value = before[index];
  };
}
