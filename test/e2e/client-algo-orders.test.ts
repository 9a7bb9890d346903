import { describe, expect, it } from 'vitest';
import { createMemoryJournal } from '../../src/index.js';
import type { AlgoOrderRequest, TpSlOrderRequest } from '../../src/client/index.js';
import type { Fault } from '../../src/testing/index.js';
import { connect, type Connected, rejection, waitingStop } from './support/connect.js';

const settleMs = [10, 60];
const symbol = 'BTCUSDT';
const stop: AlgoOrderRequest = waitingStop;
const takeProfit: TpSlOrderRequest = {
  symbol,
  planType: 'TAKE_PROFIT',
  positionSide: 'LONG',
  quantity: '0.001',
  triggerPrice: '120000',
};
const methods = ['placeAlgoOrder', 'placeTpSlOrder'] as const;

function place({ client }: Connected, method: (typeof methods)[number], more: object = {}) {
  return method === 'placeAlgoOrder'
    ? client.contract.placeAlgoOrder({ ...stop, ...more })
    : client.contract.placeTpSlOrder({ ...takeProfit, ...more });
}

const executed: Fault[] = [
  { kind: 'lost-reply' },
  { kind: 'hang', executed: true },
  { kind: 'malformed-json' },
  { kind: 'server-error', executed: true },
];
const notExecuted: Fault[] = [{ kind: 'reset' }, { kind: 'hang' }, { kind: 'maintenance' }];

describe.each(methods)('%s', (method) => {
  it('is placed, found by its client id and among waiting ones, and cancelled', async () => {
    const connected = await connect();
    const { contract } = connected.client;
    const { orderId, clientOrderId } = await place(connected, method);
    expect(orderId).toMatch(/^\d{18}$/);
    const found = await contract.findAlgoOrder(clientOrderId, symbol);
    expect(found).toMatchObject({ algoId: orderId, clientAlgoId: clientOrderId, algoStatus: 'UNTRIGGERED' });
    expect(await contract.getOpenAlgoOrders(symbol)).toEqual([found]);
    expect(await contract.getOpenAlgoOrders('ETHUSDT')).toEqual([]);
    expect(await contract.getAlgoOrderHistory({ symbol })).toEqual({ orders: [] });

    await contract.cancelAlgoOrder({ symbol, orderId });
    expect(await contract.getOpenAlgoOrders()).toEqual([]);
    const { orders } = await contract.getAlgoOrderHistory({ symbol });
    expect(orders).toMatchObject([{ algoId: orderId, algoStatus: 'CANCELED' }]);
    expect(await contract.findAlgoOrder(clientOrderId, symbol)).toMatchObject({ algoStatus: 'CANCELED' });
  });

  it.each(executed)('is placed exactly once when its answer is lost: %j', async (fault) => {
    const connected = await connect({ settleMs });
    connected.client.registry.get('contract.orders').reconfigure({ attemptTimeoutMs: 150 });
    connected.exchange.inject({ ...fault, endpoint: method, count: 1 });
    const placed = await place(connected, method, { clientAlgoId: 'stop-1' });
    const { algoOrders } = connected.exchange;
    expect(algoOrders).toMatchObject([{ clientAlgoId: 'stop-1', status: 'UNTRIGGERED' }]);
    expect(placed).toMatchObject({ orderId: algoOrders[0]?.algoId, clientOrderId: 'stop-1', success: true });
    expect(connected.requestsOf(method)).toHaveLength(1);
  });

  it.each(notExecuted)('is sent again with the same id when it is proven absent: %j', async (fault) => {
    const connected = await connect({ settleMs });
    connected.client.registry.get('contract.orders').reconfigure({ attemptTimeoutMs: 150 });
    connected.exchange.inject({ ...fault, endpoint: method, count: 1 });
    const placed = await place(connected, method);
    expect(connected.exchange.algoOrders).toMatchObject([{ clientAlgoId: placed.clientOrderId }]);
    const ids = connected.requestsOf(method).map(({ clientOrderId }) => clientOrderId);
    expect(ids).toEqual([placed.clientOrderId, placed.clientOrderId]);
  });

  it('is not sent with anything that the exchange would refuse or misread, and every fault is reported', async () => {
    const connected = await connect();
    const bad = { quantity: true, triggerPrice: '1e5', positionSide: 'long' } as object;
    const message = String(await rejection(place(connected, method, bad)));
    for (const name of Object.keys(bad)) expect(message).toContain(`order.${name} must be`);
    expect(connected.exchange.requests).toEqual([]);
  });

  it.each([undefined, '0', 0, '0.000', '', 'all'])('is not sent with quantity %j', async (quantity) => {
    const connected = await connect();
    const error = await rejection(place(connected, method, { quantity }));
    expect(error).toMatchObject({ kind: 'request', executionStatus: 'not-executed' });
    expect(String(error)).toContain(`Cannot call contract.${method}: order.quantity must be more than 0`);
    expect(connected.exchange.requests).toEqual([]);
  });

  it('is recorded, and recovered after a crash', async () => {
    const journal = createMemoryJournal();
    const connected = await connect({ settleMs, journal });
    await place(connected, method, { clientAlgoId: 'stop-2' });
    const sent = method === 'placeAlgoOrder' ? stop : takeProfit;
    const before = Date.now() - 100_000;
    const written = { operation: `contract.${method}`, args: [sent], begunAt: before, sentAt: before };
    await journal.sent({ ...written, clientOrderId: 'stop-2' });
    await journal.sent({ ...written, clientOrderId: 'stop-3' });
    const recovered = await connected.client.recoverIntents();
    const outcomes = recovered.map(({ intent, outcome }) => [intent.clientOrderId, outcome]);
    expect(outcomes).toEqual([
      ['stop-2', 'executed'],
      ['stop-3', 'not-executed'],
    ]);
    // Forgotten once the caller was told.
    await expect.poll(() => journal.open()).toEqual([]);
  });
});

describe('conditional orders', () => {
  it('with two faults have both reported', async () => {
    const { client, exchange } = await connect();
    const error = await rejection(
      client.contract.placeAlgoOrder({ ...stop, quantity: '0', clientAlgoId: 'too long '.repeat(6) }),
    );
    expect(String(error)).toContain('order.quantity must be');
    expect(String(error)).toContain('order.clientAlgoId must be');
    expect(exchange.requests).toEqual([]);
  });

  it('are all read, from page 1 on, and one beyond the first page is found', async () => {
    const { client, exchange, requestsOf } = await connect({}, { limits: { orders: false } });
    client.registry.get('contract.orders').reconfigure({ rateLimit: undefined });
    await client.contract.placeAlgoOrder({ ...stop, clientAlgoId: 'oldest' });
    for (let count = 0; count < 100; count += 1) await client.contract.placeAlgoOrder(stop);
    const open = await client.contract.getOpenAlgoOrders(symbol);
    expect(new Set(open.map(({ algoId }) => algoId)).size).toBe(101);
    expect(requestsOf('getOpenAlgoOrders').map(({ query }) => /page=\d/.exec(query)?.[0])).toEqual([
      'page=1',
      'page=2',
    ]);
    expect(await client.contract.findAlgoOrder('oldest', symbol)).toMatchObject({ clientAlgoId: 'oldest' });

    // So is one behind the first hundred of the history.
    await client.contract.cancelAllAlgoOrders(symbol);
    expect(exchange.algoOrders.every(({ status }) => status === 'CANCELED')).toBe(true);
    expect(await client.contract.findAlgoOrder('oldest', symbol)).toMatchObject({ algoStatus: 'CANCELED' });
  });

  it('a cancel whose answer is lost succeeds; a cancel of a missing order does not', async () => {
    const { client, exchange } = await connect({ settleMs });
    const { orderId } = await client.contract.placeAlgoOrder(stop);
    exchange.inject({ kind: 'lost-reply', endpoint: 'cancelAlgoOrder', count: 1 });
    expect(await client.contract.cancelAlgoOrder({ symbol, orderId })).toMatchObject({
      orderId,
      success: true,
    });
    const nobody = client.contract.cancelAlgoOrder({ symbol, orderId: '123456789012345678' });
    expect(await rejection(nobody)).toMatchObject({ kind: 'order', reason: 'not-found' });
  });

  it('a change is repeated when its answer is lost', async () => {
    const { client, exchange, requestsOf } = await connect();
    const { orderId } = await client.contract.placeTpSlOrder(takeProfit);
    exchange.inject({ kind: 'lost-reply', endpoint: 'modifyTpSlOrder', count: 1 });
    await client.contract.modifyTpSlOrder({ orderId, triggerPrice: '130000' });
    expect(requestsOf('modifyTpSlOrder')).toHaveLength(2);
    expect(exchange.algoOrders).toMatchObject([{ algoId: orderId, triggerPrice: '130000.0' }]);
  });

  it('with a trigger on the wrong side of the market are refused', async () => {
    const { client, exchange } = await connect();
    const wrong = { triggerPrice: '120000' };
    const stopped = await rejection(client.contract.placeAlgoOrder({ ...stop, ...wrong }));
    expect(stopped).toMatchObject({ code: -1140, executionStatus: 'not-executed' });
    expect(exchange.algoOrders).toEqual([]);
  });
});
