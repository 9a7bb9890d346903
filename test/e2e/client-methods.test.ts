import { describe, expect, it } from 'vitest';
import { isWEEXError } from '../../src/index.js';
import { connect, filling, markets, rejection, resting } from './support/connect.js';

const id18 = /^\d{18}$/;
const decimal = /^\d+(\.\d+)?$/;

describe.each(markets)('%s: every method against the simulated exchange', (market) => {
  it('getServerTime returns the time of the exchange', async () => {
    const { client } = await connect();
    const before = Date.now();
    const { serverTime } = await client[market].getServerTime();
    expect(serverTime).toBeGreaterThanOrEqual(before);
    expect(serverTime).toBeLessThanOrEqual(Date.now());
  });

  it('getExchangeInfo returns symbols and limits', async () => {
    const { client } = await connect({}, { limits: { weight: { limit: 500, windowMs: 10_000 } } });
    const info = await client[market].getExchangeInfo();
    expect(info.symbols.map(({ symbol }) => symbol)).toContain('BTCUSDT');
    expect(info.rateLimits).toContainEqual({
      rateLimitType: 'REQUEST_WEIGHT',
      interval: 'SECOND',
      intervalNum: 10,
      limit: 500,
    });
  });

  it('getTicker returns one symbol', async () => {
    const { client } = await connect();
    const ticker = await client[market].getTicker('ETHUSDT');
    expect(ticker.symbol).toBe('ETHUSDT');
    expect(ticker.lastPrice).toMatch(decimal);
    expect(ticker.closeTime).toBeGreaterThan(ticker.openTime);
  });

  it('getDepth returns as many levels as requested, best first', async () => {
    const { client } = await connect();
    const { bids, asks } = await client[market].getDepth('BTCUSDT');
    expect([bids.length, asks.length]).toEqual([15, 15]);
    expect(Number(bids[0]?.[0])).toBeGreaterThan(Number(bids[1]?.[0]));
    expect(Number(asks[0]?.[0])).toBeLessThan(Number(asks[1]?.[0]));
    const deep = await client[market].getDepth('BTCUSDT', { limit: 200 });
    expect(deep.bids).toHaveLength(200);
  });

  it('placeOrder, getOrder, findOrder, getOpenOrders, cancelOrder, getOrderHistory: the life of an order', async () => {
    const { client, exchange } = await connect();
    const trade = client[market];
    const placed =
      market === 'spot'
        ? await client.spot.placeOrder(resting.spot)
        : await client.contract.placeOrder(resting.contract);
    expect(placed.orderId).toMatch(id18);
    expect(placed.clientOrderId).toMatch(/^[A-Za-z0-9._:/-]{1,36}$/);
    const { orderId, clientOrderId } = placed;
    const symbol = 'BTCUSDT';

    const order = await trade.getOrder({ symbol, orderId });
    expect(order).toMatchObject({
      symbol,
      orderId,
      clientOrderId,
      status: 'NEW',
      side: 'BUY',
      type: 'LIMIT',
    });
    expect(Number(order.price)).toBe(90_000);
    expect(await trade.getOrder({ symbol, clientOrderId })).toEqual(order);
    expect(await trade.findOrder(clientOrderId, symbol)).toEqual(order);
    expect(await trade.getOpenOrders(symbol)).toEqual([order]);
    expect(await trade.getOpenOrders()).toEqual([order]);
    expect(await trade.getOpenOrders('ETHUSDT')).toEqual([]);

    const canceled = await trade.cancelOrder({ symbol, clientOrderId });
    expect(canceled.origClientOrderId ?? canceled.orderId).toBe(
      market === 'spot' ? clientOrderId : clientOrderId,
    );
    expect(exchange.orders.map(({ status }) => status)).toEqual(['CANCELED']);
    expect(await trade.getOpenOrders()).toEqual([]);
    const history = await trade.getOrderHistory({ symbol });
    expect(history).toMatchObject([{ orderId, clientOrderId, status: 'CANCELED' }]);
    expect(await trade.findOrder(clientOrderId, symbol)).toMatchObject({ orderId, status: 'CANCELED' });
  });

  it('cancelOrder by the id of the exchange, as text or as a safe integer', async () => {
    const { client, exchange } = await connect();
    const { orderId } =
      market === 'spot'
        ? await client.spot.placeOrder(resting.spot)
        : await client.contract.placeOrder(resting.contract);
    const canceled = await client[market].cancelOrder({ symbol: 'BTCUSDT', orderId });
    expect(canceled.orderId).toBe(orderId);
    expect(exchange.orders[0]?.status).toBe('CANCELED');
  });

  it('findOrder returns undefined for a missing order, getOrder and cancelOrder reject', async () => {
    const { client } = await connect();
    const symbol = 'BTCUSDT';
    expect(await client[market].findOrder('nobody', symbol)).toBeUndefined();
    for (const look of ['getOrder', 'cancelOrder'] as const) {
      for (const reference of [
        { symbol, clientOrderId: 'nobody' },
        { symbol, orderId: '123456789012345678' },
      ]) {
        const error = await rejection(client[market][look](reference));
        expect(error).toMatchObject({ kind: 'order', reason: 'not-found' });
      }
    }
  });

  it('cancelAllOrders cancels the open orders of one symbol', async () => {
    const { client, exchange } = await connect();
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      const order = { symbol, price: '900', quantity: '0.01' };
      if (market === 'spot') await client.spot.placeOrder({ ...resting.spot, ...order });
      else await client.contract.placeOrder({ ...resting.contract, ...order });
    }
    const canceled = await client[market].cancelAllOrders('ETHUSDT');
    expect(canceled).toHaveLength(1);
    expect(canceled[0]?.orderId).toMatch(id18);
    expect(exchange.orders.map(({ status }) => status)).toEqual(['NEW', 'CANCELED']);
  });

  it('placeOrders returns the outcome of each order', async () => {
    const { client, exchange } = await connect();
    const good = { symbol: 'BTCUSDT', price: '90000', quantity: '0.001' };
    const bad = { symbol: 'BTCUSDT', price: '90000', quantity: '0.00000001' };
    const named = { ...good, newClientOrderId: 'mine' };
    const outcomes =
      market === 'spot'
        ? await client.spot.placeOrders([good, bad, named].map((order) => ({ ...resting.spot, ...order })))
        : await client.contract.placeOrders(
            [good, bad, named].map((order) => ({ ...resting.contract, ...order })),
          );
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(outcomes[2]?.clientOrderId).toBe('mine');
    expect(outcomes[1]).toMatchObject({
      ok: false,
      error: { kind: 'request', executionStatus: 'not-executed' },
    });
    for (const outcome of outcomes) {
      if (outcome.ok) expect(outcome.value.orderId).toMatch(id18);
    }
    expect(exchange.orders.map(({ clientOrderId }) => clientOrderId)).toEqual(
      [outcomes[0], outcomes[2]].map((outcome) => outcome?.clientOrderId),
    );
    expect(await client[market].placeOrders([])).toEqual([]);
  });

  it('placeOrders whose orders are all refused returns each reason', async () => {
    const { client, exchange } = await connect();
    const bad = [{ quantity: '0.00000001' }, { quantity: '1000' }];
    const outcomes =
      market === 'spot'
        ? await client.spot.placeOrders(bad.map((order) => ({ ...resting.spot, ...order })))
        : await client.contract.placeOrders(bad.map((order) => ({ ...resting.contract, ...order })));
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false]);
    for (const outcome of outcomes) {
      if (!outcome.ok) expect(outcome.error).toMatchObject({ executionStatus: 'not-executed' });
    }
    expect(
      new Set(outcomes.map((outcome) => !outcome.ok && isWEEXError(outcome.error) && outcome.error.message))
        .size,
    ).toBe(2);
    expect(exchange.orders).toEqual([]);
  });
});

describe('what only one market has', () => {
  it('spot: getAccountBalance returns what is free and locked', async () => {
    const { client } = await connect({}, { balances: { spot: { USDT: '1000' } } });
    await client.spot.placeOrder(resting.spot);
    const { balances } = await client.spot.getAccountBalance();
    expect(balances.find(({ asset }) => asset === 'USDT')).toMatchObject({ asset: 'USDT' });
    expect(balances.map(({ asset, free, locked }) => [asset, Number(free), Number(locked)])).toContainEqual([
      'USDT',
      910,
      90,
    ]);
  });

  it('contract: getAccountBalance, getPositions and closePositions', async () => {
    const { client, exchange } = await connect({}, { balances: { contract: '1000' } });
    expect(await client.contract.getPositions()).toEqual([]);
    await client.contract.placeOrder(filling.contract);
    await client.contract.placeOrder({ ...filling.contract, symbol: 'ETHUSDT', quantity: '0.01' });
    const [balance] = await client.contract.getAccountBalance();
    expect(balance?.asset).toBe('USDT');
    expect(Number(balance?.balance)).toBeLessThanOrEqual(1_000);

    const positions = await client.contract.getPositions();
    expect(positions.map(({ symbol, side, size }) => [symbol, side, Number(size)])).toEqual([
      ['BTCUSDT', 'LONG', 0.001],
      ['ETHUSDT', 'LONG', 0.01],
    ]);
    expect(positions[0]?.id).toMatch(id18);

    const closed = await client.contract.closePositions('BTCUSDT');
    expect(closed).toMatchObject([{ positionId: positions[0]?.id, success: true }]);
    expect(closed[0]?.successOrderId).toMatch(id18);
    expect((await client.contract.getPositions()).map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
    expect(await client.contract.closePositions()).toHaveLength(1);
    expect(await client.contract.getPositions()).toEqual([]);
    expect(exchange.orders.filter(({ side }) => side === 'SELL')).toHaveLength(2);
  });

  it.each(markets)('%s: cancelAllOrders without a symbol cancels everything', async (market) => {
    const { client, exchange } = await connect();
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      const order = { symbol, price: '900', quantity: '0.01' };
      if (market === 'spot') await client.spot.placeOrder({ ...resting.spot, ...order });
      else await client.contract.placeOrder({ ...resting.contract, ...order });
    }
    const canceled = await client[market].cancelAllOrders();
    expect(canceled.map(({ orderId }) => orderId).toSorted()).toEqual(
      exchange.orders.map(({ orderId }) => orderId).toSorted(),
    );
    expect(exchange.orders.map(({ status }) => status)).toEqual(['CANCELED', 'CANCELED']);
  });

  it('contract: an order beyond the first page of open orders is found', async () => {
    const { client } = await connect(
      {},
      { limits: { orders: false, weight: false }, balances: { contract: '100000' } },
    );
    client.registry.get('contract.orders').reconfigure({ rateLimit: false });
    const small = { ...resting.contract, symbol: 'DOGEUSDT', price: '0.1', quantity: '10' };
    const ids = Array.from({ length: 105 }, (_, index) => `page-${index}`);
    for (let first = 0; first < ids.length; first += 5) {
      const orders = ids.slice(first, first + 5).map((newClientOrderId) => ({ ...small, newClientOrderId }));
      await client.contract.placeOrders(orders);
    }
    expect(await client.contract.getOpenOrders('DOGEUSDT')).toHaveLength(105);
    expect(await client.contract.findOrder('page-0', 'DOGEUSDT')).toMatchObject({ clientOrderId: 'page-0' });
  });
});
