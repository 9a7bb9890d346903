import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../src/testing/exchange/endpoints.js';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { send } from './support/signed-request.js';

let exchange: SimulatedExchange;
beforeAll(async () => {
  exchange = await startExchange({ seed: 7, limits: { weight: false, orders: false } });
});
afterAll(() => exchange.close());

const names = [
  'symbol',
  'symbols',
  'side',
  'positionSide',
  'type',
  'timeInForce',
  'quantity',
  'price',
  'newClientOrderId',
  'orderId',
  'origClientOrderId',
  'batchOrders',
  'orderList',
  'orderIdList',
  'orderIds',
  'positionId',
  'limit',
  'page',
  'startTime',
  'interval',
  'crossLeverage',
  'isolatedLongLeverage',
  'marginType',
  'separatedType',
  'isolatedPositionId',
  'amount',
  'autoAppendMargin',
  'endTime',
  'priceType',
  'incomeType',
  'pageSize',
  'after',
];
const likely = fc.constantFrom<unknown>(
  'BTCUSDT',
  'BUY',
  'LONG',
  'LIMIT',
  'MARKET',
  'GTC',
  '0.01',
  '50000',
  'id',
  '1m',
  'CROSSED',
);
const value = fc.oneof(likely, likely, fc.string(), fc.integer(), fc.double(), fc.jsonValue());
const parameters = fc.dictionary(fc.constantFrom(...names), value);
const anEndpoint = fc.constantFrom(...endpoints);

describe('any request', () => {
  it('is answered by the exchange, with a refusal if something is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(anEndpoint, parameters, parameters, async ({ method, path }, query, body) => {
        const text = Object.entries(query).map(
          ([name, one]) =>
            `${name}=${encodeURIComponent(typeof one === 'string' ? one : JSON.stringify(one))}`,
        );
        const target = text.length > 0 ? `${path}?${text.join('&')}` : path;
        const reply = await send(exchange, method, target, method === 'GET' ? undefined : body);
        expect(reply.text).not.toContain('The simulated exchange failed');
        expect(reply.json).toBeDefined();
        if (reply.status !== 200)
          expect(reply.json).toEqual({ code: expect.any(Number), msg: expect.any(String) });
      }),
      { numRuns: 150 },
    );
  });

  it.each(['null', '[]', '1', '"text"', '{"a":}', '\u0000', '{"__proto__":{"symbol":"BTCUSDT"}}'])(
    'with the body %j is refused',
    async (body) => {
      const reply = await send(exchange, 'POST', '/capi/v3/order', body);
      expect([-1135, -1141]).toContain(reply.json.code);
    },
  );

  it('with a body beyond a megabyte is refused', async () => {
    expect((await send(exchange, 'POST', '/capi/v3/order', `"${'x'.repeat(1_100_000)}"`)).status).toBe(413);
  });

  it('that is not HTTP ends the connection and nothing else', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(exchange.url).port), '127.0.0.1', () =>
        socket.end('\u0001garbage\r\n\r\n'),
      );
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString())).on('close', () => resolve(received));
    });
    expect(answer).toContain('400 Bad Request');
    expect((await send(exchange, 'GET', '/api/v3/ping')).status).toBe(200);
  });

  it('whose client leaves in the middle of the answer does no harm', async () => {
    const stop = exchange.inject({ kind: 'slow-body', durationMs: 1_000 });
    const early = { timeoutMs: 30 };
    await expect(send(exchange, 'GET', '/api/v3/exchangeInfo', undefined, early)).rejects.toThrow(
      'timed out',
    );
    stop();
    exchange.inject({ kind: 'respond', status: 200, body: { id: 1n }, count: 1 });
    expect((await send(exchange, 'GET', '/api/v3/ping')).json.code).toBe(-1000);
    expect(() => exchange.inject({ kind: 'respond', status: 200, headers: { 'a b': 'c' } })).toThrow(
      'valid HTTP headers',
    );
    expect((await send(exchange, 'GET', '/api/v3/ping')).status).toBe(200);
  });
});
