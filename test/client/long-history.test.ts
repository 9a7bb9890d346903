import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WeexClient, type WeexClientOptions } from '../../src/client/index.js';

const order = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '1',
} as const;

/** A contract market with a long history, which loses the answer to the first order, and the order too. */
async function connect(options: Partial<WeexClientOptions> = {}, { pages = 6, isDown = false } = {}) {
  const history = Array.from({ length: pages * 1_000 - 1 }, (_, index) => ({
    ...order,
    orderId: String(index + 1),
    clientOrderId: `old${index}`,
    origQty: order.quantity,
    status: 'FILLED',
    time: Date.now() - 86_400_000,
  }));
  const asked: URL[] = [];
  let posts = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const { searchParams } = url;
    let body = '';
    const answer = (value: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (request.method === 'POST') {
        posts += 1;
        if (posts === 1) request.socket.destroy();
        else answer({ success: true, orderId: '1', clientOrderId: JSON.parse(body).newClientOrderId });
      } else if (url.pathname.endsWith('/time')) answer({ serverTime: Date.now() });
      else if (url.pathname.endsWith('/openOrders')) answer([]);
      else {
        asked.push(url);
        const since = Number(searchParams.get('startTime') ?? 0);
        const from = Number(searchParams.get('page')) * 1_000;
        if (isDown) answer({}, 502);
        else answer(history.filter(({ time }) => time >= since).slice(from, from + 1_000));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new WeexClient({
    apiKey: 'key',
    secretKey: 'secret',
    passphrase: 'pass',
    baseUrls: { spot: url, contract: url },
    settleMs: [5, 10],
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, asked, posts: () => posts };
}

describe('a long history', () => {
  it('is read page by page, each with its own permits', async () => {
    const { client, asked } = await connect();
    const policy = client.registry.get('contract.account');
    policy.reconfigure({ rateLimit: { limit: 32, windowMs: 60_000 } });
    const found = client.contract.findOrder('nobody', 'BTCUSDT');
    while (policy.snapshot().bulkhead?.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual(['0', '1', '2']);
    policy.reconfigure({ rateLimit: false });
    expect(await found).toBeUndefined();
    expect(asked).toHaveLength(6);
  });

  it('is read until the deadline of the policy', async () => {
    const { client, asked } = await connect();
    client.registry.get('contract.account').reconfigure({
      attemptTimeoutMs: 1_000,
      deadlineMs: 1_000,
      rateLimit: { limit: 12, windowMs: 60_000 },
    });
    await expect(client.contract.findOrder('nobody', 'BTCUSDT')).rejects.toMatchObject({
      name: 'WEEXTimeoutError',
      scope: 'deadline',
      message: expect.stringContaining('took longer'),
    });
    expect(asked).toHaveLength(1);
  });

  it('ends with the signal of its caller between two pages', async () => {
    const { client, asked } = await connect();
    client.registry.get('contract.account').reconfigure({ rateLimit: { limit: 12, windowMs: 60_000 } });
    const end = new AbortController();
    const found = client.contract.getOrder(
      { clientOrderId: 'nobody', symbol: 'BTCUSDT' },
      { signal: end.signal },
    );
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    end.abort(new Error('no longer needed'));
    await expect(found).rejects.toThrow('no longer needed');
    expect(asked).toHaveLength(1);
  });

  it('is read to its end while the client is being closed', async () => {
    const { client, asked } = await connect();
    const found = client.contract.findOrder('nobody', 'BTCUSDT');
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    expect(await found).toBeUndefined();
    expect(asked).toHaveLength(6);
  });

  it('is not read for an order whose id is new', async () => {
    const { client, asked, posts } = await connect();
    await client.contract.placeOrder(order);
    expect(posts()).toBe(2);
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual(['0', '0']);
    const [first] = asked.map(({ searchParams }) => Number(searchParams.get('startTime')));
    expect(Math.abs(Date.now() - 300_000 - (first ?? 0))).toBeLessThan(60_000);
  });

  it('is read to its end for an id that the program chose', async () => {
    const { client, asked, posts } = await connect({}, { pages: 2 });
    await client.contract.placeOrder({ ...order, newClientOrderId: 'mine' });
    expect(posts()).toBe(2);
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual(['0', '1', '0', '1']);
    expect(asked.every(({ searchParams }) => !searchParams.has('startTime'))).toBe(true);
  });

  it('proves nothing if a fallback answers for a page', async () => {
    const { client, posts } = await connect({ reconcileDeadlineMs: 200 }, { isDown: true });
    client.registry.get('contract.account').reconfigure({ retry: false, fallback: () => [] });
    await expect(client.contract.placeOrder({ ...order, newClientOrderId: 'mine' })).rejects.toMatchObject({
      name: 'WEEXOutcomeUnknownError',
    });
    expect(posts()).toBe(1);
    expect(await client.contract.findOrder('mine', 'BTCUSDT')).toEqual([]);
  });
});
