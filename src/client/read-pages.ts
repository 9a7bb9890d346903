/** The items of a list that is read page by page. A page that is not full is the last one. */
export async function* readPages<Item>(
  firstPage: number,
  size: number,
  fetchPage: (page: number) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void> {
  for (let page = firstPage; ; page += 1) {
    const items = await fetchPage(page);
    yield* items;
    if (items.length < size) return;
  }
}

/** The first item that fits, without reading on; `undefined` when the list is over and none did. */
export async function findItem<Item>(
  items: AsyncIterable<Item>,
  fits: (item: Item) => boolean,
): Promise<Item | undefined> {
  for await (const item of items) if (fits(item)) return item;
  return undefined;
}

/** All items. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
