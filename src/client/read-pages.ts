import { WEEXSystemError } from '../errors/index.js';

/** An exchange that returns shorter pages than requested returns a round number of items. */
const isCap = (length: number): boolean => length > 0 && length % 10 === 0;

/** Whether a page is certainly the last one. */
export function isLastPage(items: readonly unknown[], size: number): boolean {
  return items.length < size && !isCap(items.length);
}

/**
 * The items of a list that is read page by page. A page that is not full is the last one, unless it has a round
 * number of items: that may be all that the exchange returns at a time, whatever size was requested. A repeated
 * page is the last one too: the exchange ignores the page number. Returns whether that was all, which is not known
 * if the last page is full.
 */
export async function* readPages<Item extends { readonly orderId?: unknown; readonly algoId?: unknown }>(
  firstPage: number,
  size: number,
  fetchPage: (page: number) => Promise<readonly Item[]>,
): AsyncGenerator<Item, boolean> {
  let first: unknown;
  for (let page = firstPage; ; page += 1) {
    const items = await fetchPage(page);
    const [item] = items;
    if (item === undefined) return true;
    const id = item.orderId ?? item.algoId;
    if (page > firstPage && id !== undefined && id === first) return items.length < size;
    first = id;
    yield* items;
    if (isLastPage(items, size)) return true;
  }
}

/**
 * The first item that matches, without reading further; `undefined` if the list ends without one.
 *
 * @throws WEEXSystemError if the list cannot be read to its end: an unseen item may be in it.
 */
export async function findItem<Item>(
  items: AsyncGenerator<Item, boolean>,
  fits: (item: Item) => boolean,
): Promise<Item | undefined> {
  for (;;) {
    const { done, value } = await items.next();
    if (!done && fits(value)) return value;
    if (done && value) return undefined;
    if (done)
      throw new WEEXSystemError(
        'Cannot read the list of orders to its end: the exchange answers with the same full page again',
      );
  }
}

/** All items. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
