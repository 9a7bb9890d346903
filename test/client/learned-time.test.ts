import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { ServerClock } from '../../src/client/server-clock.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An exchange whose clock is behind the local one, and the timestamps that it was sent orders with. */
async function exchangeBehindBy(ms: number, answersTime = true): Promise<{ url: string; log: string[] }> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    // Not by `Date`, which a test may set.
    const now = Math.round(performance.timeOrigin + performance.now()) - ms;
    const path = request.url?.split('?')[0] ?? '';
    const aheadS = Math.round((Number(request.headers['access-timestamp']) - now) / 1_000);
    log.push(
      `${request.method} ${path.split('/').at(-1)}${Number.isNaN(aheadS) ? '' : ` ${aheadS} s ahead`}`,
    );
    const isTime = path.endsWith('/time');
    response.writeHead(isTime && !answersTime ? 503 : 200, {
      'content-type': 'application/json',
      date: new Date(now).toUTCString(),
    });
    if (isTime) response.end(JSON.stringify({ serverTime: now }));
    else if (request.method === 'POST')
      response.end(JSON.stringify({ orderId: '1', clientOrderId: 'a', success: true }));
    else response.end('[]');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log };
}

function clientOf(url: string): WeexClient {
  return new WeexClient({
    apiKey: 'k',
    secretKey: 's',
    passphrase: 'p',
    baseUrls: { spot: url, contract: url },
  });
}

const order = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '1',
  newClientOrderId: 'a',
} as const;

describe('the time of the exchange', () => {
  it('is requested once, before the first write, which is stamped with it', async () => {
    const { url, log } = await exchangeBehindBy(20_000);
    const client = clientOf(url);
    await client.contract.placeOrder(order);
    await client.contract.placeOrder(order);
    expect(log).toEqual(['GET time', 'POST order 0 s ahead', 'POST order 0 s ahead']);
    await client.close();
  });

  it('delays no order if it cannot be read, and is learned from the date of an answer', async () => {
    const { url, log } = await exchangeBehindBy(20_000, false);
    const client = clientOf(url);
    await client.contract.placeOrder(order);
    await client.contract.placeOrder(order);
    expect(log).toEqual(['GET time', 'POST order 20 s ahead', 'POST order 0 s ahead']);
    await client.close();
  });

  it('is requested again when the system clock was set', async () => {
    const { url, log } = await exchangeBehindBy(0);
    const client = clientOf(url);
    const { now } = Date;
    await client.contract.placeOrder(order);
    Date.now = () => now() + 20_000;
    try {
      await client.contract.placeOrder(order);
      await client.contract.placeOrder(order);
    } finally {
      Date.now = now;
      await client.close();
    }
    expect(log).toEqual([
      'GET time',
      'POST order 0 s ahead',
      'GET time',
      'POST order 0 s ahead',
      'POST order 0 s ahead',
    ]);
  });

  it('is not requested by reads', async () => {
    const { url, log } = await exchangeBehindBy(0);
    const client = clientOf(url);
    await client.contract.getOpenOrders('BTCUSDT');
    expect(log).toEqual(['GET openOrders 0 s ahead']);
    await client.close();
  });
});

describe('ServerClock', () => {
  const start = Date.UTC(2026, 0, 1);
  const make = (): { clock: ServerClock; at: { now: number } } => {
    const at = { now: start };
    return {
      clock: new ServerClock(
        () => at.now,
        async () => at.now,
        () => at.now - start,
      ),
      at,
    };
  };
  const header = (ms: number): string => new Date(ms).toUTCString();

  it('ignores a date that is within the inaccuracy of a header', () => {
    const { clock, at } = make();
    for (const offMs of [-1_900, 0, 1_900]) clock.observeDate(at.now, header(at.now + offMs));
    clock.observeDate(at.now, 'yesterday');
    clock.observeDate(at.now, undefined);
    expect(clock).toMatchObject({ settings: 0, offsetMs: 0, aheadMs: 0 });
  });

  it('reports for two minutes how far requests were stamped ahead', () => {
    const { clock, at } = make();
    clock.observeDate(at.now, header(at.now - 20_000));
    expect(clock.aheadMs).toBe(19_500);
    clock.observeDate(at.now, header(at.now - 20_000));
    expect(clock.aheadMs).toBe(19_500);
    at.now += 120_001;
    expect(clock.aheadMs).toBe(0);
  });

  it('reports nothing for a clock that is behind: its requests expire sooner', () => {
    const { clock, at } = make();
    clock.observeDate(at.now, header(at.now + 20_000));
    expect(clock.now() - at.now).toBe(20_500);
    expect(clock.aheadMs).toBe(0);
  });

  it('prefers the time of the exchange to a date', async () => {
    const { clock, at } = make();
    await clock.synchronize();
    clock.observeDate(at.now, header(at.now - 20_000));
    expect(clock).toMatchObject({ settings: 1, offsetMs: 0 });
  });

  it('does not mistake a slow answer for a wrong clock', () => {
    const { clock, at } = make();
    const sentAt = at.now;
    at.now += 10_000;
    clock.observeDate(sentAt, header(sentAt + 100));
    expect(clock.settings).toBe(0);
  });
});
