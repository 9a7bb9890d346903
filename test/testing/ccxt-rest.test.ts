import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { type Ccxt, ccxtClient, type CcxtClient, loadCcxt } from './support/ccxt.js';

type Method = (...args: unknown[]) => Promise<unknown>;
type Name =
  | 'addMargin'
  | 'createOrder'
  | 'fetchBalance'
  | 'fetchCanceledAndClosedOrders'
  | 'fetchCanceledOrders'
  | 'fetchClosedOrders'
  | 'fetchFundingHistory'
  | 'fetchFundingRate'
  | 'fetchFundingRateHistory'
  | 'fetchFundingRates'
  | 'fetchIndexOHLCV'
  | 'fetchLedger'
  | 'fetchLeverage'
  | 'fetchMarginMode'
  | 'fetchMarginModes'
  | 'fetchMarkOHLCV'
  | 'fetchMarkPrice'
  | 'fetchMarkPrices'
  | 'fetchMyTrades'
  | 'fetchOHLCV'
  | 'fetchOpenInterest'
  | 'fetchPositionMode'
  | 'fetchPositions'
  | 'fetchPositionsForSymbol'
  | 'fetchTradingFee'
  | 'fetchTransfers'
  | 'reduceMargin'
  | 'setLeverage'
  | 'setMarginMode'
  | 'setPositionMode';
type Client = CcxtClient & Readonly<Record<Name, Method>> & { setSandboxMode(enable: boolean): void };

const ccxt = await loadCcxt();
const swap = 'BTC/USDT:USDT';
const spot = 'BTC/USDT';
const day = 86_400_000;

const aCandle = [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)];
const aRate = { symbol: swap, fundingRate: expect.any(Number), nextFundingTimestamp: expect.any(Number) };
const aDeposit = { currency: 'USDT', direction: 'in', amount: 1_000_000, type: 'transfer' };

/** Each as ccxt calls it, and what it makes of the answer. */
const reads: readonly (readonly [
  title: string,
  read: (client: Client) => Promise<unknown>,
  expected: unknown,
])[] = [
  ['fetchMarkOHLCV', (c) => c.fetchMarkOHLCV(swap, '1h', undefined, 3), manyOf(aCandle, 3)],
  ['fetchIndexOHLCV', (c) => c.fetchIndexOHLCV(swap, '1h', undefined, 3), manyOf(aCandle, 3)],
  [
    'fetchOHLCV of the past',
    (c) => c.fetchOHLCV(swap, '1d', Date.now() - 30 * day, 10, { historical: true }),
    manyOf(aCandle, 10),
  ],
  [
    'fetchOHLCV of the past, paginated',
    (c) => c.fetchOHLCV(swap, '1h', Date.now() - 10 * day, 240, { paginate: true }),
    manyOf(aCandle, 240),
  ],
  ['fetchMarkPrice', (c) => c.fetchMarkPrice(swap), { symbol: swap, markPrice: expect.any(Number) }],
  ['fetchMarkPrices', (c) => c.fetchMarkPrices([swap]), { [swap]: { markPrice: expect.any(Number) } }],
  ['fetchFundingRate', (c) => c.fetchFundingRate(swap), aRate],
  ['fetchFundingRates', (c) => c.fetchFundingRates(), { [swap]: { ...aRate, interval: '8h' } }],
  [
    'fetchFundingRateHistory',
    (c) => c.fetchFundingRateHistory(swap, undefined, 5),
    manyOf({ symbol: swap, fundingRate: expect.any(Number) }, 5),
  ],
  ['fetchOpenInterest', (c) => c.fetchOpenInterest(swap), { openInterestAmount: expect.any(Number) }],
  ['fetchTransfers', (c) => c.fetchTransfers('USDT'), []],
  [
    'fetchLedger of contracts',
    (c) => c.fetchLedger('USDT', undefined, 100, { type: 'swap' }),
    expect.arrayContaining([expect.objectContaining(aDeposit)]),
  ],
  [
    'fetchLedger of spot',
    (c) => c.fetchLedger('BTC', undefined, 100, { type: 'spot' }),
    expect.arrayContaining([expect.objectContaining({ currency: 'BTC', type: 'trade', amount: 0.01 })]),
  ],
  ['fetchLedger of funding', (c) => c.fetchLedger('USDT', undefined, 10, { type: 'funding' }), []],
  ['fetchFundingHistory', (c) => c.fetchFundingHistory(swap, Date.now() - day), []],
  ['fetchMyTrades', (c) => c.fetchMyTrades(swap), [expect.objectContaining({ symbol: swap })]],
  ['fetchTradingFee', (c) => c.fetchTradingFee(swap), { symbol: swap, maker: 0, taker: 0 }],
];

function manyOf(one: unknown, count: number): unknown {
  return Array.from({ length: count }, () =>
    Array.isArray(one) ? expect.arrayContaining(one) : expect.objectContaining(one as object),
  );
}

describe.skipIf(!ccxt)('ccxt against the simulated exchange', () => {
  let exchange: SimulatedExchange;
  let client: Client;
  const start = (options = {}) =>
    ccxtClient((ccxt as Ccxt).weex, exchange, { enableRateLimit: false, options }) as Client;

  beforeAll(async () => {
    exchange = await startExchange({ limits: { weight: false } });
    client = start({ defaultType: 'swap' });
    await client.createOrder(swap, 'market', 'buy', 0.01, undefined, { positionSide: 'LONG' });
    await client.createOrder(spot, 'market', 'buy', 0.01);
  });
  afterAll(async () => {
    await client.close();
    await exchange.close();
  });

  it.each(reads)('%s', async (_title, read, expected) => {
    const answer = await read(client);
    if (Array.isArray(expected)) expect(answer).toEqual(expected);
    else if (typeof (expected as { asymmetricMatch?: unknown }).asymmetricMatch === 'function') {
      expect(answer).toEqual(expected);
    } else expect(answer).toMatchObject(expected as object);
  });

  // ccxt 4.5.84 takes any answer with a text for a failure, also that of a success: what it did tells.
  const misread = (call: Promise<unknown>) => expect(call).rejects.toThrow(/"code":"200","msg":"success"/);

  it('setMarginMode, setPositionMode and setLeverage', async () => {
    const symbol = 'ETH/USDT:USDT';
    await misread(client.setMarginMode('isolated', symbol));
    expect(await client.fetchMarginMode(symbol)).toMatchObject({ marginMode: 'isolated' });
    await misread(client.setPositionMode(false, symbol, { marginMode: 'isolated' }));
    expect(await client.fetchPositionMode(symbol)).toMatchObject({ hedged: false });
    await client.setLeverage(7, symbol, { marginMode: 'isolated' });
    expect(await client.fetchLeverage(symbol)).toMatchObject({ longLeverage: 7, shortLeverage: 7 });
    expect(await client.fetchMarginModes()).toMatchObject({ [symbol]: { marginMode: 'isolated' } });
  });

  it('addMargin and reduceMargin', async () => {
    const symbol = 'SOL/USDT:USDT';
    await misread(client.setMarginMode('isolated', symbol));
    await client.createOrder(symbol, 'market', 'buy', 10, undefined, { positionSide: 'LONG' });
    const position = async () =>
      (
        (await client.fetchPositionsForSymbol(symbol)) as {
          id: string;
          info: { isolatedMargin: string };
        }[]
      )[0];
    const before = Number((await position())?.info.isolatedMargin);
    const positionId = (await position())?.id;
    await misread(client.addMargin(symbol, 30, { positionId }));
    expect(Number((await position())?.info.isolatedMargin) - before).toBeCloseTo(30, 6);
    await misread(client.reduceMargin(symbol, 20, { positionId }));
    expect(Number((await position())?.info.isolatedMargin) - before).toBeCloseTo(10, 6);
  });

  it('sandbox mode: balance, order, positions and past orders', async () => {
    const demo = start({ defaultType: 'swap' });
    demo.setSandboxMode(true);
    expect(await demo.fetchBalance()).toMatchObject({ USDT: { total: 1_000_000 } });
    const placed = await demo.createOrder(swap, 'market', 'buy', 0.02, undefined, {
      positionSide: 'LONG',
    });
    const { id } = placed as { id: string };
    expect(await demo.fetchPositions()).toMatchObject([{ symbol: swap, contracts: 0.02, side: 'long' }]);
    expect(await demo.fetchClosedOrders(swap)).toMatchObject([{ id, symbol: swap, status: 'closed' }]);
    expect(await demo.fetchCanceledOrders(swap)).toEqual([]);
    expect(await demo.fetchCanceledAndClosedOrders(swap)).toMatchObject([{ id }]);
    expect(exchange.orders.find(({ orderId }) => orderId === id)?.symbol).toBe('BTCSUSDT');
    await demo.close();
  });

  it('requests nothing that does not exist', () => {
    expect(exchange.requests.filter(({ status }) => status === 404)).toEqual([]);
  });
});
