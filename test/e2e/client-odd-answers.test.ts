import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { PolicyRegistry } from '../../src/policies/policy-registry.js';
import { type Market, markets, rejection, resting } from './support/connect.js';

/** What a proxy, a cache or a half-finished deployment answers under 200: JSON, but no answer to the request. */
const oddBodies = ['{}', 'null', '0', 'true', '"ok"', '{"data":null}', '[null]', '{"orderId":null}'];

/** Answers every request as it is told; `bodies` are used up one by one, the last one stays. */
async function oddExchange(
  bodies: readonly string[],
  tellsTime = false,
): Promise<{ client: WeexClient; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/time') && tellsTime) {
      response.end(JSON.stringify({ serverTime: Date.now() }));
      return;
    }
    const body = bodies[Math.min(requests.length, bodies.length - 1)];
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    response.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry = new PolicyRegistry();
  for (const market of markets) {
    // One attempt, so that an answer is judged by itself.
    for (const kind of ['market', 'account', 'cancels', 'orders']) {
      registry.define(`${market}.${kind}`, { deadlineMs: 5_000 });
    }
  }
  const client = new WeexClient({
    apiKey: 'key',
    secretKey: 'secret',
    passphrase: 'phrase',
    baseUrls: { spot: url, contract: url },
    registry,
    settleMs: [1],
    reconcileDeadlineMs: 50,
  });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return { client, requests };
}

const symbol = 'BTCUSDT';

const reads: Readonly<Record<string, (client: WeexClient, market: Market) => Promise<unknown>>> = {
  getServerTime: (client, market) => client[market].getServerTime(),
  getDepth: (client, market) => client[market].getDepth(symbol),
  getOrder: (client, market) => client[market].getOrder({ symbol, orderId: '1' }),
  findOrder: (client, market) => client[market].findOrder('mine', symbol),
  getOpenOrders: (client, market) => client[market].getOpenOrders(symbol),
  getOrderHistory: (client, market) => client[market].getOrderHistory({ symbol }),
};

describe.each(markets)('%s: an answer that does not fit its request', (market) => {
  it.each(Object.entries(reads))('to %s is a failure of the exchange, not a value', async (_, call) => {
    for (const body of oddBodies) {
      const { client } = await oddExchange([body]);
      const error = await rejection(call(client, market));
      expect(error, body).toMatchObject({ name: 'WEEXSystemError', code: 200 });
      expect(error, body).toHaveProperty('message', expect.stringContaining('failed: The answer is not'));
      expect((error as { executionStatus?: unknown }).executionStatus, body).toBeUndefined();
    }
  });

  it.each(oddBodies)('%s to a new order leaves its outcome open, so it is looked up', async (body) => {
    const { client, requests } = await oddExchange([body]);
    const error = await rejection(
      market === 'spot' ? client.spot.placeOrder(resting.spot) : client.contract.placeOrder(resting.contract),
    );
    expect(error).toMatchObject({ kind: 'outcome-unknown' });
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect(requests.filter((request) => request.startsWith('GET')).length).toBeGreaterThan(0);
  });

  it('to a cancel leaves its outcome open', async () => {
    // Together, because each is looked for until its time is over.
    const cancel = async (body: string): Promise<void> => {
      const { client } = await oddExchange([body]);
      const error = await rejection(client[market].cancelOrder({ symbol, orderId: '1' }));
      expect(error, body).toMatchObject({ kind: 'outcome-unknown' });
    };
    await Promise.all(oddBodies.map(cancel));
  });

  it('to a batch: an order that it does not mention is looked up', async () => {
    const ids = ['first', 'second'];
    const told = [{ orderId: '1', clientOrderId: 'first', success: true }];
    const seen = { orderId: '2', clientOrderId: 'second', symbol, status: 'NEW' };
    const { client, requests } = await oddExchange(
      [
        JSON.stringify(market === 'spot' ? { orderList: told } : told),
        JSON.stringify(market === 'spot' ? seen : [seen]),
      ],
      true,
    );
    const outcomes =
      market === 'spot'
        ? await client.spot.placeOrders(ids.map((id) => ({ ...resting.spot, newClientOrderId: id })))
        : await client.contract.placeOrders(ids.map((id) => ({ ...resting.contract, newClientOrderId: id })));
    expect(outcomes).toMatchObject([
      { ok: true, clientOrderId: 'first', value: { orderId: '1' } },
      { ok: true, clientOrderId: 'second', value: { orderId: '2' } },
    ]);
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });
});

describe('an answer about something else', () => {
  it.each([
    ['setLeverage', '{"symbol":"ETHUSDT","crossLeverage":"20"}', 'unknown'],
    ['cancelAlgoOrder', '{"orderId":"999","success":true}', 'unknown'],
    ['getOpenInterest', '{"symbol":"ETHUSDT","openInterest":"1","time":1}', undefined],
    ['getPremiumIndex', '[{"symbol":"ETHUSDT","markPrice":"1"}]', undefined],
  ] as const)('is not an answer to %s: %s', async (method, body, executionStatus) => {
    const { client } = await oddExchange([body], true);
    const { contract } = client;
    const calls = {
      setLeverage: () => contract.setLeverage({ symbol, marginType: 'CROSSED', crossLeverage: 5 }),
      cancelAlgoOrder: () => contract.cancelAlgoOrder({ symbol, orderId: '1' }),
      getOpenInterest: () => contract.getOpenInterest(symbol),
      getPremiumIndex: () => contract.getPremiumIndex(symbol),
    };
    const error = await rejection(calls[method]());
    expect((error as { executionStatus?: string }).executionStatus).toBe(executionStatus);
    expect(
      method === 'cancelAlgoOrder' || String(error).includes('ETHUSDT, but the request was about BTCUSDT'),
    ).toBe(true);
  });

  it('is accepted if only the case of the symbol differs', async () => {
    const { client } = await oddExchange(['[{"symbol":"BTCUSDT","lastPrice":"1"}]'], true);
    expect(await client.contract.getTicker('btcusdt')).toMatchObject({ symbol, lastPrice: '1' });
  });
});

describe('the history of conditional orders', () => {
  const past = (from: number, to: number): unknown[] =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      algoId: String(from + index),
      clientAlgoId: `stop-${from + index}`,
      createTime: from + index,
      symbol,
    }));
  const history = (orders: readonly unknown[]) => JSON.stringify({ orders });

  it('is read forwards if it starts with the oldest', async () => {
    const bodies = ['[]', history(past(1, 100)), history(past(100, 199)), history(past(199, 205))];
    const { client, requests } = await oddExchange(bodies, true);
    expect(await client.contract.findAlgoOrder('stop-203', symbol)).toMatchObject({ algoId: '203' });
    expect(requests.slice(2).map((request) => /startTime=(\d+)/.exec(request)?.[1])).toEqual(['100', '199']);
  });

  it('is read backwards if it starts with the newest', async () => {
    const bodies = ['[]', history(past(6, 105).toReversed()), history(past(1, 6).toReversed())];
    const { client, requests } = await oddExchange(bodies, true);
    expect(await client.contract.findAlgoOrder('stop-2', symbol)).toMatchObject({ algoId: '2' });
    expect(requests[2]).toContain('endTime=6&');
  });
});

describe('the clock', () => {
  it('is not set by an answer without a time', async () => {
    const { client, requests } = await oddExchange(['{}', '[]']);
    await rejection(client.contract.getServerTime());
    expect(await client.contract.getPositions()).toEqual([]);
    expect(requests).toHaveLength(2);
  });
});

describe('implausible limits', () => {
  it.each([
    '[null]',
    '["ORDERS"]',
    '[{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1000,"limit":5}]',
    '[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":null,"limit":5}]',
    '{}',
  ])('are ignored: %s', async (rateLimits) => {
    const { client } = await oddExchange([`{"symbols":[],"rateLimits":${rateLimits}}`]);
    const info = await client.contract.getExchangeInfo();
    expect(info.rateLimits).toEqual(JSON.parse(rateLimits));
  });
});
