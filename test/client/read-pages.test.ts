import { describe, expect, it } from 'vitest';
import { collect, findItem, readPages } from '../../src/client/read-pages.js';

const orders = (count: number) => Array.from({ length: count }, (_, index) => ({ orderId: String(index) }));

/** A list that is given out in pages of at most `cap`, whatever is asked for. */
function pagesOf(
  count: number,
  cap: number,
): { fetch: (page: number) => Promise<{ orderId: string }[]>; asked: number[] } {
  const asked: number[] = [];
  const all = orders(count);
  return {
    asked,
    fetch: async (page) => {
      asked.push(page);
      return all.slice(page * cap, (page + 1) * cap);
    },
  };
}

describe('readPages', () => {
  it('reads a few items in one request', async () => {
    for (const count of [0, 1, 9, 11, 99]) {
      const { asked, fetch } = pagesOf(count, 100);
      expect(await collect(readPages(0, 100, fetch))).toHaveLength(count);
      expect(asked).toEqual([0]);
    }
  });

  it.each([10, 50, 90, 100])('reads all of a list whose pages hold %i of the 100 requested', async (cap) => {
    for (const count of [cap, cap + 1, 3 * cap, 3 * cap + 7]) {
      expect(await collect(readPages(0, 100, pagesOf(count, cap).fetch))).toEqual(orders(count));
    }
  });

  it('ends if the exchange returns the same page again and again', async () => {
    const fetch = async (): Promise<{ orderId: string }[]> => orders(100);
    expect(await collect(readPages(0, 100, fetch))).toHaveLength(100);
  });

  it('does not report an item as absent if the same full page repeats', async () => {
    const fetch = async (): Promise<{ orderId: string }[]> => orders(100);
    await expect(findItem(readPages(0, 100, fetch), () => false)).rejects.toThrow(/same full page/);
    expect(await findItem(readPages(0, 1_000, fetch), () => false)).toBeUndefined();
  });

  it('stops reading once the item is found', async () => {
    const { asked, fetch } = pagesOf(300, 50);
    expect(await findItem(readPages(0, 100, fetch), ({ orderId }) => orderId === '60')).toEqual({
      orderId: '60',
    });
    expect(asked).toEqual([0, 1]);
  });
});
