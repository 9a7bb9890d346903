import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { restingOrder, send } from './support/signed-request.js';

let exchange: SimulatedExchange;
beforeEach(async () => {
  exchange = await startExchange({ seed: 7 });
});
afterEach(() => exchange.close());

const order = '/capi/v3/order';

describe('the contract market', () => {
  it('returns the time, the ticker and its limits without credentials', async () => {
    const unsigned = { headers: { 'ACCESS-KEY': undefined, 'ACCESS-SIGN': undefined } };
    const time = await send(exchange, 'GET', '/capi/v3/market/time', undefined, unsigned);
    expect(Math.abs(time.json.serverTime - Date.now())).toBeLessThan(10_000);
    expect(time.headers['x-used-weight-10s']).toBe('1');
    expect(time.headers['x-remaining-weight-10s']).toBe('499');
    const ticker = await send(
      exchange,
      'GET',
      '/capi/v3/market/ticker/24hr?symbol=BTCUSDT',
      undefined,
      unsigned,
    );
    expect(ticker.json).toMatchObject([{ symbol: 'BTCUSDT', lastPrice: expect.stringMatching(/^\d+\.\d$/) }]);
    const info = await send(exchange, 'GET', '/capi/v3/market/exchangeInfo', undefined, unsigned);
    expect(info.json.rateLimits[0]).toEqual({
      rateLimitType: 'REQUEST_WEIGHT',
      interval: 'SECOND',
      intervalNum: 10,
      limit: 500,
    });
    expect(info.json.symbols.map((one: { symbol: string }) => one.symbol)).toContain('BTCUSDT');
  });

  it('accepts an order, shows it as open, cancels it, and shows it in the history', async () => {
    const intent = restingOrder();
    const placed = await send(exchange, 'POST', order, intent);
    expect(placed.status).toBe(200);
    expect(placed.json).toEqual({
      orderId: expect.stringMatching(/^\d{18}$/),
      clientOrderId: intent.newClientOrderId,
      success: true,
      errorCode: '',
      errorMessage: '',
    });
    const id = placed.json.orderId;
    expect(placed.headers['x-order-count-1m']).toBe('1');
    expect(placed.headers['x-used-weight-10s']).toBe('0');

    const one = await send(exchange, 'GET', `${order}?orderId=${id}`);
    expect(one.text).toContain(`"orderId":${id},`);
    expect(one.json).toMatchObject({ status: 'NEW', executedQty: '0', price: '50000.0', origQty: '0.0010' });
    const open = await send(exchange, 'GET', '/capi/v3/openOrders?symbol=BTCUSDT');
    expect(open.json).toMatchObject([{ clientOrderId: intent.newClientOrderId }]);

    const gone = await send(exchange, 'DELETE', `${order}?origClientOrderId=${intent.newClientOrderId}`);
    expect(gone.json).toMatchObject({ orderId: id, success: true });
    expect((await send(exchange, 'GET', '/capi/v3/openOrders')).json).toEqual([]);
    const history = await send(exchange, 'GET', '/capi/v3/order/history?symbol=BTCUSDT');
    expect(history.json).toMatchObject([{ status: 'CANCELED' }]);
    const again = await send(exchange, 'DELETE', `${order}?orderId=${id}`);
    expect(again.status).toBe(500);
    expect(again.json.code).toBe(-1054);
    expect(exchange.orders).toMatchObject([
      { market: 'contract', orderId: id, clientOrderId: intent.newClientOrderId, status: 'CANCELED' },
    ]);
  });

  it('fills a market order, holds the position, and closes it again', async () => {
    const before = (await send(exchange, 'GET', '/capi/v3/account/balance')).json[0];
    expect(before).toMatchObject({ asset: 'USDT', balance: '1000000.00000000', frozen: '0.00000000' });
    await send(exchange, 'POST', order, restingOrder({ type: 'MARKET', quantity: '0.01' }));
    const [position] = (await send(exchange, 'GET', '/capi/v3/account/position/allPosition')).json;
    expect(position).toMatchObject({ symbol: 'BTCUSDT', side: 'LONG', size: '0.0100' });
    const held = (await send(exchange, 'GET', '/capi/v3/account/balance')).json[0];
    expect(Number(held.frozen)).toBe(Number(position.marginSize));
    const closed = await send(exchange, 'POST', '/capi/v3/closePositions', { symbol: 'BTCUSDT' });
    expect(closed.json).toMatchObject([{ success: true }]);
    expect((await send(exchange, 'GET', '/capi/v3/account/position/allPosition')).json).toEqual([]);
    const after = (await send(exchange, 'GET', '/capi/v3/account/balance')).json[0];
    const trades = (await send(exchange, 'GET', '/capi/v3/userTrades?symbol=BTCUSDT')).json;
    const profit = trades.reduce(
      (sum: number, trade: { realizedPnl: string }) => sum + Number(trade.realizedPnl),
      0,
    );
    expect(Number(after.balance)).toBeCloseTo(1_000_000 + profit, 8);
    expect(after.availableBalance).toBe(after.balance);
  });

  it('keeps a leverage per symbol, and does not change it while orders are open', async () => {
    const set = (crossLeverage: string) =>
      send(exchange, 'POST', '/capi/v3/account/leverage', {
        symbol: 'BTCUSDT',
        marginType: 'CROSSED',
        crossLeverage,
      });
    expect((await set('50')).json).toMatchObject({ symbol: 'BTCUSDT', crossLeverage: '50' });
    await send(exchange, 'POST', order, restingOrder({ quantity: '1', price: '50000' }));
    const [{ frozen }] = (await send(exchange, 'GET', '/capi/v3/account/balance')).json;
    expect(frozen).toBe('1000.00000000');
    expect((await set('10')).json.code).toBe(-1054);
    expect((await set('1000')).json.code).toBe(-3313);
    const config = await send(exchange, 'GET', '/capi/v3/account/symbolConfig?symbol=BTCUSDT');
    expect(config.json).toMatchObject([{ crossLeverage: '50', marginType: 'CROSSED' }]);
  });

  it.each(['/api/v3', '/capi/v3'])('derives candles and trades of %s from the moving price', async (base) => {
    const { json: candles } = await send(
      exchange,
      'GET',
      `${base}/market/klines?symbol=ETHUSDT&interval=1m&limit=3`,
    );
    expect(candles).toHaveLength(3);
    const [before, after] = base === '/capi/v3' ? [1, 0] : [0, 1];
    expect(candles[after][0] - candles[before][0]).toBe(60_000);
    for (const [opened, open, high, low, close, , closed] of candles) {
      expect(closed - opened).toBe(base === '/capi/v3' ? 60_000 : 59_999);
      expect(Number(high)).toBeGreaterThanOrEqual(Math.max(Number(open), Number(close)));
      expect(Number(low)).toBeLessThanOrEqual(Math.min(Number(open), Number(close)));
    }
    const { json: trades } = await send(exchange, 'GET', `${base}/market/trades?symbol=ETHUSDT&limit=20`);
    expect(trades).toHaveLength(20);
    expect(trades[0].time).toBeGreaterThan(trades[1].time);
    expect((await send(exchange, 'GET', `${base}/market/klines?symbol=ETHUSDT&interval=7m`)).json.code).toBe(
      -1140,
    );
  });

  it('accepts a second order with the client id of an open one, by default', async () => {
    const intent = restingOrder();
    await send(exchange, 'POST', order, intent);
    await send(exchange, 'POST', order, intent);
    expect(exchange.orders).toHaveLength(2);

    const strict = await startExchange({ duplicateClientOrderIds: 'reject' });
    const same = await startExchange({ duplicateClientOrderIds: 'return-existing' });
    try {
      await send(strict, 'POST', order, intent);
      expect((await send(strict, 'POST', order, intent)).json.code).toBe(-1054);
      const [first, second] = [
        await send(same, 'POST', order, intent),
        await send(same, 'POST', order, intent),
      ];
      expect(second.json.orderId).toBe(first.json.orderId);
      expect([strict.orders.length, same.orders.length]).toEqual([1, 1]);
    } finally {
      await strict.close();
      await same.close();
    }
  });

  it.each([
    ['no key', { headers: { 'ACCESS-KEY': undefined } }, 401, -1040],
    ['no signature', { headers: { 'ACCESS-SIGN': undefined } }, 401, -1041],
    ['no timestamp', { headers: { 'ACCESS-TIMESTAMP': undefined } }, 401, -1042],
    ['no passphrase', { headers: { 'ACCESS-PASSPHRASE': undefined } }, 401, -1049],
    ['a timestamp in seconds', { timestamp: 1_700_000_000 }, 400, -1043],
    ['an unknown key', { headers: { 'ACCESS-KEY': 'weex_unknown' } }, 401, -1044],
    ['a wrong passphrase', { headers: { 'ACCESS-PASSPHRASE': 'wrong' } }, 401, -1049],
    ['an old timestamp', { timestamp: Date.now() - 60_000 }, 400, -1046],
    ['a timestamp ahead', { timestamp: Date.now() + 60_000 }, 400, -1046],
    ['a wrong signature', { headers: { 'ACCESS-SIGN': 'bm8=' } }, 401, -1047],
    ['another content type', { headers: { 'Content-Type': 'text/plain' } }, 400, -1045],
  ])('refuses a request with %s', async (_case, tweaks, status, code) => {
    const reply = await send(exchange, 'POST', order, restingOrder(), tweaks);
    expect([reply.status, reply.json.code]).toEqual([status, code]);
    expect(reply.json.msg).toEqual(expect.any(String));
    expect(exchange.orders).toEqual([]);
  });

  it.each([
    ['no symbol', { symbol: undefined }, 400, -1141],
    ['an unknown symbol', { symbol: 'NOSUCH' }, 400, -1121],
    ['a symbol that is not open to the API', { symbol: 'XAUUSDT' }, 400, -1058],
    ['a wrong side', { side: 'LONG' }, 400, -1117],
    ['a wrong type', { type: 'STOP' }, 400, -1116],
    ['a wrong time in force', { timeInForce: 'DAY' }, 400, -1115],
    ['no position side', { positionSide: undefined }, 400, -1141],
    ['no client id', { newClientOrderId: undefined }, 400, -1141],
    ['a client id of 37 characters', { newClientOrderId: 'x'.repeat(37) }, 400, -1180],
    ['a client id with a blank', { newClientOrderId: 'a b' }, 400, -1180],
    ['a price that is no number', { price: 'cheap' }, 400, -1140],
    ['a price with too many decimals', { price: '50000.01' }, 400, -1160],
    ['a quantity of 0', { quantity: '0' }, 400, -1140],
    ['a quantity off the step', { quantity: '0.00001' }, 500, -1054],
    ['a quantity above the maximum', { quantity: '1000' }, 400, -3007],
    [
      'more than the account has',
      { side: 'SELL', positionSide: 'SHORT', quantity: '100', price: '250000' },
      500,
      -1054,
    ],
    ['closing what it does not hold', { side: 'SELL' }, 500, -1054],
    ['a body that is no JSON', '{"symbol":', 400, -1135],
  ])('refuses an order with %s', async (_case, changes, status, code) => {
    const body = typeof changes === 'string' ? changes : restingOrder(changes);
    const reply = await send(exchange, 'POST', order, body);
    expect([reply.status, reply.json.code]).toEqual([status, code]);
    expect(exchange.orders).toEqual([]);
  });

  it('accepts and cancels several at once, each with its own result', async () => {
    const batchOrders = [restingOrder(), restingOrder({ price: '0' }), restingOrder()];
    const placed = await send(exchange, 'POST', '/capi/v3/batchOrders', { batchOrders });
    expect(placed.json).toMatchObject([
      { success: true, clientOrderId: batchOrders[0]?.newClientOrderId, errorCode: '' },
      { success: false, orderId: '', errorCode: '-1140', errorMessage: expect.stringContaining('price') },
      { success: true },
    ]);
    const ids = exchange.orders.map(({ orderId }) => orderId);
    const gone = await send(exchange, 'DELETE', '/capi/v3/batchOrders', `{"orderIdList":[${ids[0]},1]}`);
    expect(gone.json).toMatchObject([
      { orderId: ids[0], success: true },
      { orderId: '1', success: false, errorCode: '-3200' },
    ]);
    const all = await send(exchange, 'DELETE', '/capi/v3/allOpenOrders');
    expect(all.text).toContain(`"orderId":${ids[1]},"success":true`);
    for (const list of [[], [1], restingOrder(), Array.from({ length: 6 }, () => restingOrder())]) {
      const { json } = await send(exchange, 'POST', '/capi/v3/batchOrders', { batchOrders: list });
      expect(json.code).toBeLessThan(-1_139);
    }
    expect(exchange.orders).toHaveLength(2);
  });

  it('pages and filters what it lists', async () => {
    for (const symbol of ['BTCUSDT', 'ETHUSDT', 'BTCUSDT']) {
      await send(exchange, 'POST', order, restingOrder({ symbol, price: '1000' }));
    }
    const list = async (query: string) => (await send(exchange, 'GET', `/capi/v3/openOrders?${query}`)).json;
    const ids = exchange.orders.map(({ orderId }) => orderId);
    expect(await list('symbol=BTCUSDT')).toHaveLength(2);
    expect(await list('limit=2&page=1')).toHaveLength(1);
    expect(await list(`orderId=${ids[1]}`)).toHaveLength(1);
    expect(await list(`startTime=${Date.now() + 60_000}`)).toEqual([]);
    expect((await list('startTime=2&endTime=1')).code).toBe(-1171);
    expect((await list('startTime=1&endTime=9000000000')).code).toBe(-1170);
    expect((await list('limit=101')).code).toBe(-1140);
    expect((await list('symbol=NOSUCH')).code).toBe(-1121);
  });

  it('rejects unknown orders, paths and methods', async () => {
    expect((await send(exchange, 'GET', `${order}?orderId=1`)).json.code).toBe(-3200);
    expect((await send(exchange, 'DELETE', `${order}?orderId=1`)).json.code).toBe(-3200);
    expect((await send(exchange, 'DELETE', order)).json.code).toBe(-1140);
    expect((await send(exchange, 'PUT', order)).json.code).toBe(-1150);
    const nothing = await send(exchange, 'GET', '/capi/v3/nothing?a=1');
    expect(nothing.status).toBe(404);
    expect(nothing.json).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+00:00$/),
      status: 404,
      error: 'Not Found',
      path: '/capi/v3/nothing',
    });
  });

  it('bans an address that exceeds the weight limit, and admits it again', async () => {
    const clock = createFakeClock(1_800_000_000_000);
    const small = await startExchange({
      clock,
      limits: { weight: { limit: 3, windowMs: 60_000 }, banMs: 5_000 },
    });
    try {
      const time = () => send(small, 'GET', '/capi/v3/market/time');
      expect([(await time()).status, (await time()).status, (await time()).status]).toEqual([200, 200, 200]);
      const refused = await time();
      expect(refused.status).toBe(429);
      expect(refused.headers['x-remaining-weight-1m']).toBe('0');
      const placing = () => send(small, 'POST', order, restingOrder(), { timestamp: clock.now() });
      expect((await placing()).status).toBe(429);
      expect(small.orders).toEqual([]);
      await clock.advance(5_000);
      expect((await placing()).status).toBe(200);
    } finally {
      await small.close();
    }
  });

  it('counts orders per account', async () => {
    const small = await startExchange({ limits: { orders: { limit: 2, windowMs: 60_000 } } });
    try {
      const statuses = [];
      for (let round = 0; round < 3; round += 1) {
        statuses.push((await send(small, 'POST', order, restingOrder())).status);
      }
      expect(statuses).toEqual([200, 200, 429]);
      expect(small.orders).toHaveLength(2);
      expect((await send(small, 'GET', '/capi/v3/openOrders')).status).toBe(200);
    } finally {
      await small.close();
    }
  });
});
