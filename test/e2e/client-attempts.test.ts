import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signRequest, WeexClient, WeexConfig } from '../../src/client/index.js';
import { isWEEXError, PolicyRegistry } from '../../src/index.js';
import { connect, filling, markets, rejection, resting, until } from './support/connect.js';

const symbol = 'BTCUSDT';
const secrets = { apiKey: 'key-7f3a91', secretKey: 'secret-91bc55', passphrase: 'phrase-44de07' };

const quick = { maxRetries: 2, backoff: { initialDelayMs: 5, maxDelayMs: 10 } };

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A server that remembers requests with their headers, and answers each with the next of these statuses. */
async function startRecorder(statuses: number[], answer: unknown = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ request, body });
      const status = statuses.shift() ?? 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 200 ? JSON.stringify(answer) : '<html></html>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new WeexClient({ ...secrets, baseUrls: { spot: url, contract: `${url}/` } });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, received };
}

function expectSigned({ request, body }: Received): void {
  const [path = '', query] = (request.url ?? '').split('?');
  const timestamp = String(request.headers['access-timestamp']);
  const signed = { timestamp, method: String(request.method), path, query, body };
  expect(request.headers['access-sign']).toBe(signRequest(secrets.secretKey, signed));
  expect(request.headers['access-key']).toBe(secrets.apiKey);
  expect(request.headers['access-passphrase']).toBe(secrets.passphrase);
  expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(30_000);
}

describe('signatures', () => {
  it.each(markets)('%s: every attempt is signed again', async (market) => {
    const { client, received } = await startRecorder([503, 502], []);
    client.registry.get(`${market}.account`).reconfigure({ retry: quick });
    await client[market].getAccountBalance();
    expect(received).toHaveLength(3);
    for (const one of received) expectSigned(one);
    expect(new Set(received.map(({ request }) => request.headers['access-timestamp'])).size).toBe(3);
    expect(new Set(received.map(({ request }) => request.headers['access-sign'])).size).toBe(3);
  });

  it('cover query and body exactly as sent', async () => {
    const { client, received } = await startRecorder([], { orderId: 1, status: 'CANCELED' });
    const odd = 'a.b:c/d_e-f';
    await client.spot.cancelOrder({ symbol, clientOrderId: odd });
    await client.spot.placeOrder({ ...filling.spot, newClientOrderId: odd, quantity: 0.001 });
    await client.contract.cancelAllOrders();
    const writes = received.filter(({ request }) => request.method !== 'GET');
    for (const one of writes) expectSigned(one);
    const [cancel, place, all] = writes;
    expect(new URLSearchParams(cancel?.request.url?.split('?')[1]).get('origClientOrderId')).toBe(odd);
    expect(JSON.parse(place?.body ?? '')).toEqual({
      ...filling.spot,
      newClientOrderId: odd,
      quantity: '0.001',
    });
    expect(place?.request.headers['content-type']).toBe('application/json');
    expect(all?.request.url).toBe('/capi/v3/allOpenOrders');
  });

  it('are not on public requests', async () => {
    const { client, received } = await startRecorder([], { symbol, serverTime: Date.now() });
    for (const market of markets) await client[market].getTicker(symbol);
    for (const { request } of received) {
      expect(Object.keys(request.headers).filter((name) => name.startsWith('access-'))).toEqual([]);
    }
  });

  it.each(markets)('%s: repeated reads reach the exchange with valid signatures', async (market) => {
    const { client, exchange, requestsOf } = await connect();
    client.registry.get(`${market}.account`).reconfigure({ retry: quick });
    exchange.inject({ kind: 'server-error', endpoint: 'getOpenOrders', count: 2 });
    expect(await client[market].getOpenOrders()).toEqual([]);
    expect(requestsOf('getOpenOrders').map(({ status }) => status)).toEqual([500, 500, 200]);
  });
});

describe('a wrong clock', () => {
  it.each([-60_000, 90_000])(
    'is corrected from the exchange once, by %i ms, without losing an attempt',
    async (skewMs) => {
      const { client, exchange, requestsOf } = await connect();
      client.registry.get('spot.account').reconfigure({ retry: { maxRetries: 0 } });
      client.registry.get('spot.orders').reconfigure({ retry: { maxRetries: 0 } });
      exchange.inject({ kind: 'clock-skew', skewMs });
      const reads = await Promise.all([1, 2, 3].map(() => client.spot.getAccountBalance()));
      expect(reads).toHaveLength(3);
      expect(requestsOf('getServerTime')).toHaveLength(1);
      const balances = requestsOf('getAccountBalance');
      expect(balances.filter(({ code }) => code === -1046)).toHaveLength(3);

      await client.spot.placeOrder(resting.spot);
      expect(requestsOf('placeOrder').map(({ status }) => status)).toEqual([200]);
      expect(requestsOf('getServerTime')).toHaveLength(1);
    },
  );

  it('is corrected before an order that was refused is sent again', async () => {
    const { client, exchange, requestsOf } = await connect();
    await client.contract.getServerTime();
    exchange.inject({ kind: 'clock-skew', skewMs: 45_000 });
    await client.contract.placeOrder(resting.contract);
    expect(requestsOf('placeOrder').map(({ code, status }) => [code, status])).toEqual([
      [-1046, 400],
      [undefined, 200],
    ]);
    expect(exchange.orders).toHaveLength(1);
  });

  it('is corrected by getServerTime too', async () => {
    const { client, exchange, requestsOf } = await connect();
    exchange.inject({ kind: 'clock-skew', skewMs: 45_000 });
    await client.spot.getServerTime();
    await client.spot.getAccountBalance();
    expect(requestsOf('getAccountBalance').map(({ status }) => status)).toEqual([200]);
  });

  it('that cannot be corrected ends in the refusal, after one more attempt', async () => {
    const { client, exchange, requestsOf } = await connect();
    exchange.inject({ kind: 'clock-skew', skewMs: 45_000 });
    exchange.inject({ kind: 'server-error', endpoint: 'getServerTime' });
    expect(await rejection(client.spot.getAccountBalance())).toMatchObject({
      kind: 'authentication',
      reason: 'clock',
    });
    expect(requestsOf('getAccountBalance')).toHaveLength(2);
  });
});

describe('limits', () => {
  const limits = {
    weight: { limit: 700, windowMs: 20_000 },
    orders: [
      { limit: 40, windowMs: 10_000 },
      { limit: 60, windowMs: 60_000 },
    ],
  };

  it.each(markets)(
    '%s: the limits that the exchange publishes become those of the policies',
    async (market) => {
      const { client } = await connect({}, { limits });
      const other = market === 'spot' ? 'contract' : 'spot';
      const before = client.registry.get(`${other}.market`).describe().options.rateLimit;
      await client[market].getExchangeInfo();
      const limitOf = (name: string) => client.registry.get(name).describe().options.rateLimit;
      for (const kind of ['market', 'account', 'cancels']) {
        expect(limitOf(`${market}.${kind}`)).toMatchObject({ limit: 700, windowMs: 20_000, type: 'weight' });
      }
      // The window that allows least in the long run.
      expect(limitOf(`${market}.orders`)).toMatchObject({ limit: 60, windowMs: 60_000, type: 'orders' });
      expect(limitOf(`${other}.market`)).toEqual(before);
    },
  );

  it('set by the program itself stay unchanged', async () => {
    const registry = new PolicyRegistry();
    registry.define('contract.market', { rateLimit: { limit: 500, windowMs: 1_000 } });
    registry.define('contract.account', { retry: { maxRetries: 1 } });
    const { client } = await connect({ registry }, { limits });
    registry.get('contract.cancels').reconfigure({ rateLimit: false });
    await client.contract.getExchangeInfo();
    const limitOf = (name: string) => registry.get(name).describe().options.rateLimit;
    expect(limitOf('contract.market')).toEqual({ limit: 500, windowMs: 1_000 });
    expect(limitOf('contract.account')).toBeUndefined();
    expect(limitOf('contract.cancels')).toBeFalsy();
    expect(limitOf('contract.orders')).toMatchObject({ limit: 60 });
  });

  it('follow every later answer', async () => {
    const registry = new PolicyRegistry();
    const one = await connect({ registry }, { limits });
    await one.client.spot.getExchangeInfo();
    const two = await connect(
      { registry },
      { limits: { ...limits, weight: { limit: 900, windowMs: 10_000 } } },
    );
    // Its window is another one, which counts from the second answer that shows it.
    await two.client.spot.getExchangeInfo();
    await two.client.spot.getExchangeInfo();
    expect(registry.get('spot.market').describe().options.rateLimit).toMatchObject({ limit: 900 });
  });

  it('come from the answers if exchangeInfo is misleading', async () => {
    const { client, exchange } = await connect({}, { limits: { published: 'misleading' } });
    const { rateLimits } = await client.contract.getExchangeInfo();
    expect(rateLimits).toEqual([
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 10, limit: 500 },
    ]);
    const tickers = await Promise.all(Array.from({ length: 12 }, () => client.contract.getTicker(symbol)));
    expect(tickers).toHaveLength(12);
    await client.contract.closePositions();
    await client.contract.closePositions();
    expect(exchange.requests.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('make calls wait here instead of being refused there', async () => {
    const { client, exchange } = await connect({}, { limits: { weight: { limit: 210, windowMs: 1_000 } } });
    await client.contract.getExchangeInfo();
    const tickers = await Promise.all(Array.from({ length: 6 }, () => client.contract.getTicker(symbol)));
    expect(tickers).toHaveLength(6);
    expect(exchange.requests.filter(({ status }) => status === 429)).toEqual([]);
  });
});

describe('a rate-limit answer', () => {
  it('to one method starts the cool-down of the others of its market, not of the other', async () => {
    // Both at once, because each waits for a second.
    const closings = markets.map(async (market) => {
      const { client, exchange, requestsOf } = await connect();
      const other = market === 'spot' ? 'contract' : 'spot';
      exchange.inject({
        kind: 'rate-limit',
        endpoint: `${market}.getTicker`,
        retryAfterSeconds: 1,
        count: 1,
      });
      const ticker = client[market].getTicker(symbol);
      const activeForMs = (name: string) => client.registry.get(name).snapshot().coolDown?.activeForMs ?? 0;
      await until(() => activeForMs(`${market}.market`) > 0);
      for (const kind of ['account', 'orders', 'cancels']) {
        expect(activeForMs(`${market}.${kind}`)).toBeGreaterThan(0);
      }
      expect(activeForMs(`${other}.market`)).toBe(0);
      const waiting = client[market].getAccountBalance();
      await client[other].getTicker(symbol);
      expect(requestsOf('getAccountBalance')).toEqual([]);
      expect((await ticker).symbol).toBe(symbol);
      await waiting;
    });
    await Promise.all(closings);
  });
});

describe('policies defined by the program', () => {
  it('are used as they are, and the others are added', async () => {
    const registry = new PolicyRegistry();
    registry.define('spot.market', { retry: false });
    const { client, exchange, requestsOf } = await connect({ registry });
    expect(client.registry).toBe(registry);
    exchange.inject({ kind: 'maintenance', count: 1 });
    expect(await rejection(client.spot.getTicker(symbol))).toMatchObject({ kind: 'system' });
    expect(requestsOf('getTicker')).toHaveLength(1);
    exchange.inject({ kind: 'maintenance', count: 1 });
    expect((await client.contract.getTicker(symbol)).symbol).toBe(symbol);
    expect(registry.names().toSorted()).toEqual(
      markets
        .flatMap((one) => ['account', 'cancels', 'market', 'orders'].map((kind) => `${one}.${kind}`))
        .toSorted(),
    );
  });
});

describe('secrets', () => {
  const all = (value: unknown): string =>
    [
      inspect(value, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(value),
      String(value),
    ].join('\n');
  const expectNone = (text: string): void => {
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  };

  it('are in no text of the client or its configuration', () => {
    const config = new WeexConfig(secrets);
    const client = new WeexClient(config);
    for (const value of [config, client, client.spot, client.contract, { ...client }]) expectNone(all(value));
  });

  it('are in no error, whatever went wrong', async () => {
    const { client, exchange } = await connect(secrets, { credentials: secrets });
    const errors: unknown[] = [];
    const fail = async (call: Promise<unknown>) => errors.push(await rejection(call));
    client.registry
      .get('spot.account')
      .reconfigure({ retry: false, attemptTimeoutMs: 100, circuitBreaker: false });
    for (const fault of [
      { kind: 'hang' },
      { kind: 'reset' },
      { kind: 'malformed-json' },
      { kind: 'proxy-html' },
      { kind: 'respond', status: 400, body: { code: -1047, msg: `bad signature of ${secrets.apiKey}` } },
    ] as const) {
      const stop = exchange.inject({ ...fault, endpoint: 'getAccountBalance' });
      await fail(client.spot.getAccountBalance());
      stop();
    }
    await fail(client.contract.placeOrder({ ...filling.contract, symbol: 'NOSUCH' }));
    await fail(client.contract.cancelOrder({ symbol, orderId: '1' }));
    const wrong = { ...secrets, passphrase: 'phrase-wrong' };
    const other = new WeexClient({ ...wrong, baseUrls: { spot: exchange.url, contract: exchange.url } });
    await fail(other.spot.getAccountBalance());
    await other.close();
    await fail(other.spot.getAccountBalance());
    expect(errors).toHaveLength(9);
    for (const error of errors) {
      expect(isWEEXError(error)).toBe(true);
      expectNone(all(error));
      expect(all(error)).not.toContain('phrase-wrong');
    }
  });
});

describe('ids of 18 digits', () => {
  it('come as strings with every digit, wherever they are, and are sent unchanged', async () => {
    const { client, exchange } = await connect();
    const first = await client.spot.placeOrder(resting.spot);
    const open = await client.spot.getOpenOrders();
    const one = await client.spot.getOrder({ symbol, orderId: first.orderId });
    const history = await client.spot.getOrderHistory({ symbol });
    const placed = [first, ...open, one, ...history].map(({ orderId }) => orderId);
    expect(new Set(placed)).toEqual(new Set([exchange.orders[0]?.orderId]));
    expect(BigInt(first.orderId)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    expect((await client.spot.cancelOrder({ symbol, orderId: first.orderId })).orderId).toBe(first.orderId);
  });

  it('are strings even if the number is short', async () => {
    const { client } = await startRecorder([], { symbol, orderId: 12, transactTime: 1 });
    expect((await client.spot.placeOrder(filling.spot)).orderId).toBe('12');
  });
});
