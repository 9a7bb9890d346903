import { afterAll, describe, expect, it } from 'vitest';
import { startExchange } from '../../src/testing/index.js';
import { type Ccxt, ccxtClient, type CcxtClient, loadCcxt } from './support/ccxt.js';

type Watch = (...args: unknown[]) => Promise<never>;

interface Watcher extends CcxtClient {
  readonly watchTicker: Watch;
  readonly watchOrderBook: Watch;
  readonly watchTrades: Watch;
  readonly watchOrders: Watch;
  readonly watchMyTrades: Watch;
  readonly watchBalance: Watch;
  readonly watchPositions: Watch;
  readonly watchOHLCV: Watch;
  readonly watchOHLCVForSymbols: Watch;
  readonly unWatchOHLCV: Watch;
  readonly watchBidsAsks: Watch;
  readonly unWatchBidsAsks: Watch;
  createOrder(...args: unknown[]): Promise<{ readonly id: string }>;
  /** ccxt wants it before it connects to an address without TLS. */
  loadHttpProxyAgent(): Promise<unknown>;
}

const ccxt = await loadCcxt();

describe.skipIf(!ccxt)('ccxt.pro against the simulated exchange', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  const startWatcher = async (defaultType: 'spot' | 'swap') => {
    const { pro } = ccxt as Ccxt;
    const exchange = await startExchange();
    const watcher = ccxtClient(pro.weex, exchange, { options: { defaultType } }) as Watcher;
    await watcher.loadHttpProxyAgent();
    closing.push(
      () => exchange.close(),
      () => watcher.close(),
    );
    return watcher;
  };

  it.each([
    ['swap', 'BTC/USDT:USDT'],
    ['spot', 'BTC/USDT'],
  ] as const)('watches ticker, book, trades, orders, fills and balance of %s', async (type, symbol) => {
    const watcher = await startWatcher(type);
    expect(await watcher.watchTicker(symbol)).toMatchObject({ symbol, last: expect.any(Number) });
    const book: { bids: number[][]; asks: number[][] } = await watcher.watchOrderBook(symbol);
    expect(book.bids.length).toBeGreaterThan(100);
    expect(book.asks[0]?.[0]).toBeGreaterThan(book.bids[0]?.[0] ?? Infinity);
    expect(await watcher.watchTrades(symbol)).toMatchObject([{ symbol, price: expect.any(Number) }]);
    const watched = [watcher.watchOrders(symbol), watcher.watchMyTrades(symbol), watcher.watchBalance()];
    // The subscriptions come first: what was before them is not told.
    const placed = await Promise.all([
      ...watched,
      (async () => {
        await watcher.watchTicker(symbol);
        await watcher.watchTicker(symbol);
        const side = type === 'swap' ? { positionSide: 'LONG' } : {};
        return watcher.createOrder(symbol, 'limit', 'buy', 0.01, 100_000_000, side);
      })(),
    ]);
    const [orders, fills, balance, { id }] = placed as unknown as [
      { id: string }[],
      { order: string }[],
      Record<string, { total: number }>,
      { id: string },
    ];
    expect(orders.map((order) => order.id)).toContain(id);
    expect(fills.map(({ order }) => order)).toContain(id);
    expect(balance['USDT']?.total).toBeGreaterThan(0);
  });

  it.each([
    ['swap', 'BTC/USDT:USDT'],
    ['spot', 'BTC/USDT'],
  ] as const)('watches candles of %s', async (type, symbol) => {
    const watcher = await startWatcher(type);
    const candle = [expect.any(Number), ...Array.from({ length: 5 }, () => expect.any(Number))];
    expect(await watcher.watchOHLCV(symbol, '1m')).toEqual([candle]);
    expect(await watcher.watchOHLCVForSymbols([[symbol, '1d']])).toEqual({ [symbol]: { '1d': [candle] } });
    await watcher.unWatchOHLCV(symbol, '1m');
  });

  it('watches the best levels of spot', async () => {
    const watcher = await startWatcher('spot');
    const seen: Record<string, { bid: number; ask: number }> = await watcher.watchBidsAsks(['BTC/USDT']);
    expect(seen['BTC/USDT']?.ask).toBeGreaterThan(seen['BTC/USDT']?.bid ?? Infinity);
    await watcher.unWatchBidsAsks(['BTC/USDT']);
  });

  it('watches positions', async () => {
    const watcher = await startWatcher('swap');
    const symbol = 'BTC/USDT:USDT';
    expect(await watcher.watchPositions()).toEqual([]);
    const watched = watcher.watchPositions();
    await watcher.watchTicker(symbol);
    await watcher.watchTicker(symbol);
    await watcher.createOrder(symbol, 'market', 'buy', 0.01, undefined, { positionSide: 'LONG' });
    expect(await watched).toMatchObject([{ symbol, side: 'long', contracts: 0.01 }]);
  });
});
