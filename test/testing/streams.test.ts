import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  createFakeClock,
  type ExchangeOptions,
  type SimulatedExchange,
  startExchange,
} from '../../src/testing/index.js';
import { WeexClient } from '../../src/client/index.js';
import { waitingStop } from '../e2e/support/connect.js';

type Frame = Readonly<Record<string, unknown>> & { readonly d?: unknown };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(options: ExchangeOptions = {}): Promise<SimulatedExchange> {
  const exchange = await startExchange(options);
  ends.push(() => exchange.close());
  return exchange;
}

function signed({ credentials }: SimulatedExchange, timestamp: number): Record<string, string> {
  const sign = createHmac('sha256', credentials.secretKey)
    .update(`${timestamp}/v3/ws/private`)
    .digest('base64');
  return {
    'ACCESS-KEY': credentials.apiKey,
    'ACCESS-PASSPHRASE': credentials.passphrase,
    'ACCESS-TIMESTAMP': String(timestamp),
    'ACCESS-SIGN': sign,
  };
}

/** A socket, and its frames one by one. */
async function connect(url: string, headers: Record<string, string> = {}, ...channels: string[]) {
  const socket = new WebSocket(url, { headers });
  ends.push(() => socket.terminate());
  const frames: Frame[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as Frame);
    waiting.shift()?.();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const next = async (fits: (frame: Frame) => boolean = () => true): Promise<Frame> => {
    for (;;) {
      const frame = frames.shift();
      if (frame && fits(frame)) return frame;
      if (!frame) await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const send = (value: object) => socket.send(JSON.stringify(value));
  const greeting = await next();
  if (channels.length > 0) {
    send({ id: 1, method: 'SUBSCRIBE', params: channels });
    expect(await next((frame) => frame['id'] === 1)).toEqual({ id: 1, result: true });
  }
  return { socket, next, send, greeting, closed, frames };
}

function clientOf({ credentials, url }: SimulatedExchange): WeexClient {
  const client = new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url } });
  ends.push(() => client.close());
  return client;
}

const market = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
} as const;

describe('any stream', () => {
  it('greets, answers PING, and returns ids as they were sent', async () => {
    const { streamUrls } = await start();
    const { greeting, send, next } = await connect(`${streamUrls.contract}/public`);
    expect(greeting).toMatchObject({ event: 'connected', cid: expect.any(String), time: expect.any(String) });
    send({ id: 'x', method: 'PING' });
    expect(await next()).toEqual({ id: 'x', result: true });
  });

  it('cuts a socket without a subscription after 60 s, without a closing frame', async () => {
    const clock = createFakeClock();
    const { streamUrls } = await start({ clock });
    const { closed, frames } = await connect(`${streamUrls.contract}/public`);
    await clock.advance(60_500);
    expect(await closed).toBe(1006);
    expect(frames).toEqual([]);
  });

  it('pings a socket that subscribed, and cuts it after ten unanswered pings', async () => {
    const clock = createFakeClock();
    // Timestamps have 13 digits.
    await clock.advance(1_700_000_000_000);
    const exchange = await start({ clock });
    const headers = signed(exchange, clock.now());
    const { closed, next } = await connect(`${exchange.streamUrls.contract}/private`, headers, 'orders');
    await clock.advance(60_000);
    expect(await next()).toMatchObject({ type: 'ping' });
    await clock.advance(10 * 60_000);
    expect(await closed).toBe(1006);
  });

  it('accepts 20 connections per address', async () => {
    const { streamUrls } = await start();
    const url = `${streamUrls.spot}/public`;
    const open = await Promise.all(Array.from({ length: 20 }, () => connect(url)));
    await expect(connect(url)).rejects.toThrow('429');
    open[0]?.socket.close();
    await open[0]?.closed;
    await expect(connect(url)).resolves.toBeDefined();
  });

  it('refuses channels with a message, and keeps the socket', async () => {
    const { streamUrls } = await start();
    const { send, next } = await connect(`${streamUrls.contract}/public`);
    const refusals = [
      ['NOSUCH@ticker', 'invalid symbol : cmt_nosuch'],
      ['BTCUSDT@depth20', 'invalid depth level : 20'],
      ['BTCUSDT@depth', 'invalid depth level : 0'],
      ['BTCUSDT@ticker15', 'invalid event : ticker15'],
      ['BTCUSDT@bookTicker', 'invalid event : bookTicker'],
      ['BTCUSDT@kline_3m_LAST_PRICE', 'invalid event : kline_3m_LAST_PRICE'],
      ['BTCUSDT@kline_1m_NO_PRICE', 'invalid event : kline_1m_NO_PRICE'],
    ];
    for (const [channel, why] of refusals) {
      send({ id: 2, method: 'SUBSCRIBE', params: [channel] });
      expect(await next()).toEqual({ id: 2, result: false, msg: `INVALID_ARGUMENT: ${why}` });
    }
    send({ hello: 1 });
    expect(await next()).toEqual({ result: false, msg: 'INVALID_ARGUMENT: unrecognized message' });
  });
});

describe('the public streams', () => {
  it('send a book whose changes build the next one, each U the u before it', async () => {
    const clock = createFakeClock();
    const { streamUrls } = await start({ clock });
    const { send, next } = await connect(`${streamUrls.contract}/public`);
    send({ id: 1, method: 'SUBSCRIBE', params: ['btcusdt@depth15'] });
    const snapshot = await next(({ e }) => e === 'depthSnapshot');
    const bids = new Map(snapshot['b'] as [string, string][]);
    expect(bids.size).toBe(15);
    let last = snapshot['u'];
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(500);
      const change = await next(({ e }) => e === 'depth');
      expect(change['U']).toBe(last);
      last = change['u'];
      for (const [price, size] of change['b'] as [string, string][]) {
        if (size === '0') bids.delete(price);
        else bids.set(price, size);
      }
      expect(bids.size).toBe(15);
    }
  });
});

describe('the candles of the public streams', () => {
  it.each([
    ['spot', 'LAST_PRICE', '1m', 60_000],
    ['contract', 'MARK_PRICE', '1w', 604_800_000],
    ['contract', 'INDEX_PRICE', '5m', 300_000],
  ] as const)('of %s, %s, %s are a snapshot and then changes', async (side, price, name, lengthMs) => {
    const clock = createFakeClock();
    await clock.advance(1_700_000_000_000);
    const { streamUrls } = await start({ clock });
    const { send, next } = await connect(`${streamUrls[side]}/public`);
    send({ id: 1, method: 'SUBSCRIBE', params: [`ethusdt@kline_${name}_${price}`] });
    const snapshot = await next(({ e }) => e === 'klineSnapshot');
    expect(snapshot).toMatchObject({ s: 'ETHUSDT', p: price, d: [{ s: 'ETHUSDT', i: name }] });
    await clock.advance(250);
    const { d } = await next(({ e }) => e === 'kline');
    const [{ t, T, o, h, l, v }] = d as [Record<string, number | string>];
    expect([t, T]).toEqual([
      Math.floor(clock.now() / lengthMs) * lengthMs,
      Math.ceil(clock.now() / lengthMs) * lengthMs,
    ]);
    expect(Number(h)).toBeGreaterThanOrEqual(Math.max(Number(o), Number(l)));
    // Nobody trades the index.
    expect(v === '0').toBe(price === 'INDEX_PRICE');
  });

  it('of a month begin with it, by stream and by REST', async () => {
    const clock = createFakeClock();
    await clock.advance(Date.UTC(2027, 1, 15));
    const { streamUrls, url } = await start({ clock });
    const { send, next } = await connect(`${streamUrls.spot}/public`);
    send({ id: 1, method: 'SUBSCRIBE', params: ['BTCUSDT@kline_1M_LAST_PRICE'] });
    const { d } = await next(({ e }) => e === 'klineSnapshot');
    expect(d).toMatchObject([{ t: Date.UTC(2027, 1), T: Date.UTC(2027, 2), i: '1M' }]);
    const answer = await fetch(`${url}/api/v3/market/klines?symbol=BTCUSDT&interval=1M&limit=3`);
    const rows = (await answer.json()) as [openMs: number][];
    expect(rows.map(([openMs]) => openMs)).toEqual([0, 1, 2].map((back) => Date.UTC(2026, 11 + back)));
  });
});

describe('the best levels of the spot market', () => {
  it('come with every step, as in the book', async () => {
    const clock = createFakeClock();
    const { streamUrls } = await start({ clock });
    const { send, next } = await connect(`${streamUrls.spot}/public`);
    send({ id: 1, method: 'SUBSCRIBE', params: ['BTCUSDT@bookTicker', 'BTCUSDT@depth15'] });
    const best = await next(({ e }) => e === 'bookTicker');
    const book = await next(({ e }) => e === 'depthSnapshot');
    const [bid] = book['b'] as [string, string][];
    const [ask] = book['a'] as [string, string][];
    expect([best['b'], best['B'], best['a'], best['A']]).toEqual([...(bid ?? []), ...(ask ?? [])]);
    await clock.advance(250);
    expect((await next(({ e }) => e === 'bookTicker'))['u']).toBe(Number(best['u']) + 1);
    send({ id: 2, method: 'UNSUBSCRIBE', params: ['BTCUSDT@bookTicker'] });
    expect(await next(({ id }) => id === 2)).toEqual({ id: 2, result: true });
  });
});

describe('the private streams', () => {
  it('refuse a handshake that is not signed, or signed for another time', async () => {
    const exchange = await start();
    const url = `${exchange.streamUrls.contract}/private`;
    await expect(connect(url)).rejects.toThrow('401');
    await expect(connect(url, signed(exchange, Date.now() - 60_000))).rejects.toThrow('400');
  });

  it('report orders, fills, positions and the account under one version', async () => {
    const exchange = await start();
    const channels = ['orders', 'fill', 'positions', 'account'];
    const url = `${exchange.streamUrls.contract}/private`;
    const { next } = await connect(url, signed(exchange, Date.now()), ...channels);
    const placed = await clientOf(exchange).contract.placeOrder(market);
    const fill = await next(({ e }) => e === 'fill');
    expect(fill.d).toMatchObject([{ orderId: placed.orderId, direction: 'TAKER' }]);
    const position = await next(({ e }) => e === 'positions');
    expect(position.d).toMatchObject([{ side: 'LONG', size: '0.0100' }]);
    const account = await next(({ e }) => e === 'account');
    expect([position['v'], account['v']]).toEqual([fill['v'], fill['v']]);
    const filled = await next(({ e }) => e === 'orders');
    expect(filled.d).toMatchObject([
      { clientOrderId: placed.clientOrderId, status: 'FILLED', size: '0.0100' },
    ]);
  });

  it('report a stop by its client id', async () => {
    const exchange = await start();
    const url = `${exchange.streamUrls.contract}/private`;
    const { next } = await connect(url, signed(exchange, Date.now()), 'orders');
    await clientOf(exchange).contract.placeAlgoOrder({ ...waitingStop, clientAlgoId: 'stop-1' });
    const { d } = await next(({ e }) => e === 'orders');
    expect(d).toMatchObject([{ clientOrderId: 'stop-1', status: 'UNTRIGGERED' }]);
  });

  it.each([
    ['drop', [], 0],
    ['gap', [], 3],
    ['duplicate', [1, 1, 2, 2, 3, 3], 3],
  ] as const)('%ss updates', async (fault, seen, versions) => {
    const exchange = await start({ stream: { [fault]: 1 } });
    const url = `${exchange.streamUrls.spot}/private`;
    const { frames, send, next } = await connect(url, signed(exchange, Date.now()), 'orders');
    // Accepted, filled, finished.
    await clientOf(exchange).spot.placeOrder({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.01',
    });
    send({ id: 'end', method: 'PING' });
    const got: unknown[] = [];
    await next((frame) => {
      if (frame['e'] === 'orders') got.push(frame['v']);
      return frame['id'] === 'end';
    });
    expect(got).toEqual(seen);
    expect(frames).toEqual([]);
    expect(got.length === 0 || got.at(-1) === versions).toBe(true);
  });

  it('reject invalid faults, all at once', async () => {
    await expect(start({ stream: { drop: 2, delayMs: -1 } })).rejects.toThrow(/drop.*0 to 1[^]*delayMs/);
  });
});
