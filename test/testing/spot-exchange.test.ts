import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { restingOrder, send } from './support/signed-request.js';

let exchange: SimulatedExchange;
beforeEach(async () => {
  exchange = await startExchange({ seed: 7 });
});
afterEach(() => exchange.close());

const order = '/api/v3/order';
const spotOrder = (changes = {}) =>
  restingOrder({ positionSide: undefined, timeInForce: undefined, ...changes });
const place = (changes = {}) => send(exchange, 'POST', order, spotOrder(changes));
const idOf = (text: string) => /"orderId":(\d{18})[,}]/.exec(text)?.[1];

describe('the spot market', () => {
  it('answers public requests in the shapes of the exchange', async () => {
    const read = async (target: string) => (await send(exchange, 'GET', `/api/v3/${target}`)).json;
    expect(await read('ping')).toEqual({});
    expect(await read('market/ticker/24hr?symbol=BTCUSDT')).toMatchObject({ symbol: 'BTCUSDT' });
    expect(
      await read('market/ticker/price?symbols=["BTCUSDT","ETHUSDT"]'.replaceAll('"', '%22')),
    ).toHaveLength(2);
    expect(await read('market/ticker/bookTicker')).toHaveLength(4);
    expect((await read('market/depth?symbol=ETHUSDT&limit=200')).asks).toHaveLength(200);
    expect((await read('market/depth?symbol=ETHUSDT&limit=7')).code).toBe(-1142);
    const { rateLimits, symbols } = await read('exchangeInfo');
    expect(rateLimits.map((one: { rateLimitType: string }) => one.rateLimitType)).toContain('ORDERS');
    expect(symbols[0]).toMatchObject({ tickSize: '0.1', stepSize: '0.000001', enableTrade: true });
  });

  it('sends order ids as numbers beyond 2^53', async () => {
    const placed = await place();
    const id = idOf(placed.text);
    expect(id).toBe(exchange.orders[0]?.orderId);
    expect(Number.isSafeInteger(Number(id))).toBe(false);
    const one = await send(exchange, 'GET', `${order}?orderId=${id}`);
    expect(idOf(one.text)).toBe(id);
    expect(one.json).toMatchObject({
      status: 'NEW',
      cummulativeQuoteQty: '0',
      isWorking: true,
      timeInForce: 'GTC',
    });
  });

  it('creates no second order for a client id that is active, and one when it no longer is', async () => {
    const intent = spotOrder();
    const first = await send(exchange, 'POST', order, intent);
    const second = await send(exchange, 'POST', order, intent);
    expect([second.status, idOf(second.text)]).toEqual([200, idOf(first.text)]);
    expect(exchange.orders).toHaveLength(1);
    await send(exchange, 'DELETE', `${order}?origClientOrderId=${intent.newClientOrderId}`);
    await send(exchange, 'POST', order, intent);
    expect(exchange.orders.map(({ status }) => status)).toEqual(['CANCELED', 'NEW']);
    const found = await send(exchange, 'GET', `${order}?origClientOrderId=${intent.newClientOrderId}`);
    expect(found.json.status).toBe('NEW');
  });

  it('creates a client id if none is given', async () => {
    const placed = await place({ newClientOrderId: undefined });
    expect(placed.json.clientOrderId).toBe(exchange.orders[0]?.clientOrderId);
    expect(placed.json.clientOrderId).toMatch(/^\w+$/);
  });

  it('reports a failed cancel inside a success', async () => {
    const id = idOf((await place()).text);
    expect((await send(exchange, 'DELETE', `${order}?orderId=${id}`)).json.status).toBe('CANCELED');
    const again = await send(exchange, 'DELETE', `${order}?orderId=${id}`);
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ status: 'FAILED', errorMsg: 'FAILED_ORDER_NOT_FOUND' });
    expect((await send(exchange, 'GET', `${order}?orderId=736557215397183592`)).json.code).toBe(-2200);
  });

  it('accepts and cancels several at once, each with its own result', async () => {
    const batch = await send(exchange, 'POST', `${order}/batch`, {
      symbol: 'BTCUSDT',
      orderList: [spotOrder(), spotOrder({ quantity: '0' }), spotOrder({ type: 'MARKET', quantity: '0.01' })],
    });
    expect(batch.json.orderList).toMatchObject([
      { symbol: 'BTCUSDT', transactTime: expect.any(Number) },
      { errorCode: '-1140', errorMsg: expect.any(String) },
      { symbol: 'BTCUSDT' },
    ]);
    expect(batch.headers['x-order-count-1m']).toBe('5');
    const ids = exchange.orders.map(({ orderId }) => orderId);
    const gone = await send(exchange, 'DELETE', `${order}/batch`, `{"orderIds":[${ids.join(',')}]}`);
    expect(gone.json.orderList).toMatchObject([
      { status: 'CANCELED' },
      { errorMsg: 'FAILED_ORDER_NOT_FOUND' },
    ]);
    await place();
    await place({ symbol: 'ETHUSDT', price: '1000' });
    const all = await send(exchange, 'DELETE', '/api/v3/openOrders?symbol=BTCUSDT');
    expect(all.json).toMatchObject([{ status: 'CANCELED' }]);
    expect((await send(exchange, 'GET', '/api/v3/openOrders')).json).toMatchObject([{ symbol: 'ETHUSDT' }]);
    const history = await send(exchange, 'GET', '/api/v3/allOrders?symbol=BTCUSDT&limit=2&page=2');
    expect(history.json).toHaveLength(1);
  });

  it('locks what an order needs, and pays what it fills', async () => {
    const balances = async () => {
      const { json } = await send(exchange, 'GET', '/api/v3/account/');
      return Object.fromEntries(
        json.balances.map((one: { asset: string; free: string; locked: string }) => [one.asset, one]),
      );
    };
    await place({ quantity: '2', price: '50000' });
    expect((await balances())['USDT']).toEqual({
      asset: 'USDT',
      free: '900000.00000000',
      locked: '100000.00000000',
    });
    await place({ type: 'MARKET', quantity: '3' });
    const [, bought] = exchange.orders;
    expect(bought).toMatchObject({ status: 'FILLED', executedQty: '3.000000' });
    const after = await balances();
    expect(after['BTC'].free).toBe('13.00000000');
    expect(Number(after['USDT'].free)).toBeCloseTo(900_000 - Number(bought?.cumQuote), 6);
    expect((await place({ quantity: '30', price: '50000' })).json.msg).toContain('not enough');
    expect((await send(exchange, 'GET', '/api/v3/myTrades?symbol=BTCUSDT')).json.length).toBeGreaterThan(1);
  });

  it('accepts signatures of the path as it is sent, with the slash or without', async () => {
    expect((await send(exchange, 'GET', '/api/v3/account')).status).toBe(200);
    expect((await send(exchange, 'GET', '/api/v3/account/')).status).toBe(200);
  });
});
