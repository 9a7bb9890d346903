import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFakeClock,
  type FakeClock,
  type SimulatedExchange,
  startExchange,
} from '../../src/testing/index.js';
import { restingOrder, send } from './support/signed-request.js';

const hourMs = 3_600_000;
const account = '/capi/v3/account';

let clock: FakeClock;
let exchange: SimulatedExchange;
beforeEach(async () => {
  // Half an hour before funding is paid.
  clock = createFakeClock(1_800_000_000_000 - (1_800_000_000_000 % (8 * hourMs)) - hourMs / 2);
  exchange = await startExchange({ seed: 7, clock, limits: { weight: false } });
});
afterEach(() => exchange.close());

const call = async (method: string, target: string, body?: object) =>
  (await send(exchange, method, target, body, { timestamp: clock.now() })).json;
const open = (positionSide: 'LONG' | 'SHORT') =>
  call(
    'POST',
    '/capi/v3/order',
    restingOrder({
      type: 'MARKET',
      quantity: '0.1',
      positionSide,
      side: positionSide === 'LONG' ? 'BUY' : 'SELL',
    }),
  );
const frozen = async () => Number((await call('GET', `${account}/balance`))[0].frozen);
const success = { code: '200', msg: 'success', requestTime: expect.any(Number) };

describe('the margin of contracts', () => {
  it('is crossed or isolated per symbol, with leverages for each mode and side', async () => {
    const symbol = 'BTCUSDT';
    expect(await call('POST', `${account}/marginType`, { symbol, marginType: 'ISOLATED' })).toEqual(success);
    const isolated = { symbol, isolatedLongLeverage: '50', isolatedShortLeverage: 10 };
    expect(await call('POST', `${account}/leverage`, isolated)).toEqual({
      symbol,
      marginType: 'ISOLATED',
      crossLeverage: '0',
      isolatedLongLeverage: '50',
      isolatedShortLeverage: '10',
    });
    await open('LONG');
    await open('SHORT');
    const positions = await call('GET', `${account}/position/singlePosition?symbol=BTCUSDT`);
    expect(positions).toMatchObject([
      { side: 'LONG', marginType: 'ISOLATED', leverage: '50.00' },
      { side: 'SHORT', marginType: 'ISOLATED', leverage: '10.00' },
    ]);
    for (const { leverage, marginSize, isolatedMargin, openValue } of positions) {
      expect(Number(marginSize)).toBeCloseTo(Number(openValue) / Number(leverage), 4);
      expect(isolatedMargin).toBe(marginSize);
    }
    // What is held keeps its mode; to set the mode that is set already changes nothing.
    expect((await call('POST', `${account}/marginType`, { symbol, marginType: 'CROSSED' })).code).toBe(-1054);
    expect(await call('POST', `${account}/marginType`, { symbol, marginType: 'ISOLATED' })).toEqual(success);
    expect(await call('GET', `${account}/symbolConfig?symbol=ETHUSDT`)).toMatchObject([
      { marginType: 'CROSSED', separatedType: 'COMBINED', crossLeverage: '20' },
    ]);
  });

  it.each([
    ['marginType', { symbol: 'BTCUSDT' }, -1141],
    ['marginType', { symbol: 'BTCUSDT', marginType: 'cross' }, -1140],
    ['marginType', { symbol: 'BTCUSDT', marginType: 'CROSSED', separatedType: 'SEPARATED' }, -1054],
    ['leverage', { symbol: 'BTCUSDT', marginType: 'ISOLATED', crossLeverage: '5' }, -1141],
    ['leverage', { symbol: 'BTCUSDT', crossLeverage: 'much' }, -1140],
    ['leverage', { symbol: 'BTCUSDT', crossLeverage: '401' }, -3313],
    ['positionMargin', { isolatedPositionId: '1', amount: '1', type: '1' }, -1054],
    ['positionMargin', { amount: '1', type: '1' }, -1141],
    ['modifyAutoAppendMargin', { autoAppendMargin: true }, -1141],
  ])('rejects invalid %s: %j', async (endpoint, body, code) => {
    expect((await call('POST', `${account}/${endpoint}`, body)).code).toBe(code);
  });

  it('is added to an isolated position and removed again, within its bounds', async () => {
    await open('SHORT');
    const [crossed] = await call('GET', `${account}/position/allPosition`);
    const add = (amount: string, type: 1 | 2, id = String(isolated.id)) =>
      call('POST', `${account}/positionMargin`, { isolatedPositionId: id, amount, type });
    const idOf = ({ orderId }: { orderId: string }) => orderId;
    expect(crossed.marginType).toBe('CROSSED');
    await call('POST', '/capi/v3/closePositions', {});
    await call('POST', `${account}/marginType`, { symbol: 'BTCUSDT', marginType: 'ISOLATED' });
    expect(idOf(await open('LONG'))).toMatch(/^\d{18}$/);
    const text = (
      await send(exchange, 'GET', `${account}/position/allPosition`, undefined, { timestamp: clock.now() })
    ).text;
    const isolated = { id: /"id":(\d{18})/.exec(text)?.[1] };
    const before = await frozen();
    expect(await add('100', 1)).toEqual(success);
    expect(await add('50.5', 1)).toEqual(success);
    expect((await frozen()) - before).toBeCloseTo(150.5, 6);
    expect(await add('150.6', 2)).toMatchObject({ code: -1054, msg: expect.stringContaining('not enough') });
    expect(await add('9999999', 1)).toMatchObject({
      code: -1054,
      msg: expect.stringContaining('not enough'),
    });
    expect(await add('150.5', 2)).toEqual(success);
    expect(await frozen()).toBeCloseTo(before, 6);
    const append = { positionId: isolated.id, autoAppendMargin: true };
    expect(await call('POST', `${account}/modifyAutoAppendMargin`, append)).toEqual(success);
    expect(await call('GET', `${account}/position/allPosition`)).toMatchObject([
      { isAutoAppendIsolatedMargin: true },
    ]);
    await add('10', 1);
    await call('POST', '/capi/v3/closePositions', {});
    expect(await frozen()).toBe(0);
  });

  it('of a crossed position is not moved', async () => {
    await open('LONG');
    const { text } = await send(exchange, 'GET', `${account}/position/allPosition`, undefined, {
      timestamp: clock.now(),
    });
    const isolatedPositionId = /"id":(\d{18})/.exec(text)?.[1];
    const body = { isolatedPositionId, amount: '1', type: 1 };
    expect(await call('POST', `${account}/positionMargin`, body)).toMatchObject({
      code: -1054,
      msg: expect.stringContaining('not isolated'),
    });
  });
});

describe('funding', () => {
  it('is paid every eight hours at the forecast rate, from one side to the other', async () => {
    const [{ forecastFundingRate, nextFundingTime }] = await call(
      'GET',
      '/capi/v3/market/premiumIndex?symbol=btcusdt',
    );
    expect(nextFundingTime).toBe(clock.now() + hourMs / 2);
    await open('LONG');
    await open('SHORT');
    await clock.advance(hourMs);
    const { items } = await call('POST', `${account}/income`, { incomeType: 'position_funding' });
    expect(items).toHaveLength(2);
    expect(Number(items[0].income) + Number(items[1].income)).toBe(0);
    const [paid] = await call('GET', '/capi/v3/market/fundingRate?symbol=BTCUSDT&limit=1');
    expect(paid).toMatchObject({ fundingRate: forecastFundingRate, fundingTime: nextFundingTime });
    const long = items.at(-1);
    expect(long.time).toBe(nextFundingTime);
    expect(Number(long.income)).toBeCloseTo(-0.1 * Number(paid.markPrice) * Number(paid.fundingRate), 4);
    const positions = await call('GET', `${account}/position/allPosition`);
    expect(Number(positions[0].fundingFee)).toBe(-Number(long.income));
    // Not a second time.
    await clock.advance(hourMs);
    expect((await call('POST', `${account}/income`, { incomeType: 'position_funding' })).items).toHaveLength(
      2,
    );
  });

  it('has a history of a year, read by the week', async () => {
    const read = (query: string) => call('GET', `/capi/v3/market/fundingRate?${query}`);
    expect((await read('')).code).toBe(-1141);
    const week = await read(`symbol=ETHUSDT&startTime=${clock.now() - 168 * hourMs}&endTime=${clock.now()}`);
    expect(week).toHaveLength(21);
    expect(week[0].fundingTime - week[1].fundingTime).toBe(8 * hourMs);
    expect((await read(`symbol=ETHUSDT&startTime=1&endTime=${clock.now()}`)).code).toBe(-1170);
    expect((await read(`symbol=ETHUSDT&startTime=${clock.now() - 366 * 24 * hourMs}`)).code).toBe(-1170);
  });
});

describe('what the account reports', () => {
  it('the balance is the sum of its bills, which are read a page at a time', async () => {
    await open('LONG');
    await clock.advance(60_000);
    await call('POST', '/capi/v3/closePositions', {});
    const { hasNextPage, items } = await call('POST', `${account}/income`, { limit: 100 });
    expect(hasNextPage).toBe(false);
    expect(items.at(-1)).toMatchObject({ incomeType: 'deposit', symbol: null, income: '1000000.00000000' });
    const types = new Set(items.map(({ incomeType }: { incomeType: string }) => incomeType));
    expect(types).toEqual(new Set(['deposit', 'position_open_long', 'position_close_long']));
    const [{ balance }] = await call('GET', `${account}/balance`);
    expect(items[0].balance).toBe(balance);
    expect(
      items.reduce((sum: number, { income }: { income: string }) => sum + Number(income), 0),
    ).toBeCloseTo(Number(balance), 6);
    const first = await call('POST', `${account}/income`, { limit: 1 });
    expect([first.hasNextPage, first.items.length]).toEqual([true, 1]);
  });

  it('fills of one week, the last one unless times are given', async () => {
    await open('LONG');
    const placedAt = clock.now();
    const fills = (query: string) => call('GET', `/capi/v3/userTrades?${query}`);
    const { length } = await fills('symbol=BTCUSDT');
    expect(length).toBeGreaterThan(0);
    await clock.advance(8 * 24 * hourMs);
    expect(await fills('symbol=BTCUSDT')).toEqual([]);
    expect(await fills(`startTime=${placedAt}`)).toHaveLength(length);
    expect((await fills(`startTime=${placedAt}&endTime=${clock.now()}`)).code).toBe(-1170);
    expect((await fills('symbol=NOSUCH')).code).toBe(-1121);
  });
});

describe('public data of contracts', () => {
  it.each([
    ['depth', ''],
    ['premiumIndex', ''],
    ['exchangeInfo', ''],
    ['ticker/24hr', ''],
    ['openInterest', ''],
    ['fundingRate', ''],
    ['klines', '&interval=1m'],
  ])(
    'of an unknown symbol is refused with -1142, and symbols may be in small letters: %s',
    async (path, more) => {
      const read = (symbol: string) => call('GET', `/capi/v3/market/${path}?symbol=${symbol}${more}`);
      expect(await read('NOSUCH')).toEqual({ code: -1142, msg: "Parameter 'symbol' is invalid." });
      expect(JSON.stringify(await read('btcusdt'))).toContain(
        more === '' && path !== 'depth' ? 'BTCUSDT' : '[',
      );
    },
  );

  it('rejects other depths than 15 and 200', async () => {
    const refused = { code: -1142, msg: "Parameter 'limit' is invalid." };
    expect(await call('GET', '/capi/v3/market/depth?symbol=BTCUSDT&limit=20')).toEqual(refused);
  });

  it('lists contracts that the API does not trade, and names those that it does', async () => {
    const { symbols } = await call('GET', '/capi/v3/market/exchangeInfo');
    const listed = symbols.map(({ symbol }: { symbol: string }) => symbol);
    const tradable = await call('GET', '/capi/v3/market/apiTradingSymbols');
    expect(listed).toContain('XAUUSDT');
    expect(tradable).not.toContain('XAUUSDT');
    expect(tradable).toEqual(expect.arrayContaining(['BTCUSDT', 'BTCSUSDT']));
  });

  it('has candles of the past for both times, 100 at most, newest first', async () => {
    const read = (query: string) =>
      call('GET', `/capi/v3/market/historyKlines?symbol=BTCUSDT&interval=1h&${query}`);
    const end = clock.now() - (clock.now() % hourMs) - 1;
    const candles = await read(`startTime=${end - 200 * hourMs}&endTime=${end}`);
    expect(candles).toHaveLength(100);
    expect(candles[0][0] - candles[1][0]).toBe(hourMs);
    expect(candles[0][0]).toBe(end - hourMs + 1);
    expect(await read(`startTime=${end - 2 * hourMs}&endTime=${end}&priceType=INDEX`)).toMatchObject([
      { 5: '0', 8: 0 },
      { 5: '0', 8: 0 },
    ]);
    expect((await read(`startTime=${end}`)).code).toBe(-1141);
    expect((await read(`startTime=1&endTime=${end}`)).code).toBe(-1170);
  });
});

describe('demo trading', () => {
  it('has its own account, orders and positions, in SUSDT', async () => {
    const demo = restingOrder({ symbol: 'BTCSUSDT', type: 'MARKET', quantity: '0.01' });
    expect(await call('POST', '/capi/v3/sim/order', demo)).toMatchObject({ success: true });
    expect(await call('GET', '/capi/v3/sim/balance')).toMatchObject([
      { asset: 'SUSDT', balance: '1000000.00000000' },
    ]);
    expect(await call('GET', '/capi/v3/sim/position/allPosition')).toMatchObject([
      { symbol: 'BTCSUSDT', asset: 'SUSDT', size: '0.0100' },
    ]);
    for (const symbol of ['BTCUSDT', 'BTCSUSDT']) {
      expect(await call('GET', `/capi/v3/sim/order/history?symbol=${symbol}`)).toMatchObject([
        { symbol: 'BTCSUSDT', status: 'FILLED' },
      ]);
    }
    expect(await call('GET', `${account}/position/allPosition`)).toEqual([]);
    expect(await frozen()).toBe(0);
    expect((await call('POST', '/capi/v3/order', demo)).code).toBe(-1121);
    expect((await call('POST', '/capi/v3/sim/order', { ...demo, symbol: 'BTCUSDT' })).code).toBe(-1121);
    expect((await call('GET', '/capi/v3/sim/order/history?symbol=NOSUCH')).code).toBe(-1121);
  });
});
