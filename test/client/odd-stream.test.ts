import type { AddressInfo } from 'node:net';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type OrderStreamEvent, type OrderStreamOptions, WeexClient } from '../../src/client/index.js';

const ends: (() => unknown)[] = [];
const faults: unknown[] = [];
const note = (fault: unknown) => void faults.push(fault);
process.on('uncaughtException', note).on('unhandledRejection', note);
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(faults.splice(0)).toEqual([]);
});

interface Behavior {
  /** Answers a subscription; by default it is accepted. */
  readonly subscribed?: (socket: WebSocket, id: unknown) => void;
  /** Refuses a handshake with a status and headers. */
  readonly refused?: (handshake: number) => string | undefined;
}

const apiKey = 'KEY-KEY-KEY';
const send = (socket: WebSocket, frame: unknown) =>
  socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
const accept = (socket: WebSocket, id: unknown) => send(socket, { result: true, id });

/** An exchange of which nothing is right but what a test needs. */
async function start(behavior: Behavior = {}, options: OrderStreamOptions = {}) {
  const { refused, subscribed = accept } = behavior;
  const server = createServer((_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ serverTime: Date.now() }));
  });
  const sockets = new WebSocketServer({ noServer: true });
  const handshakes: number[] = [];
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    handshakes.push(performance.now());
    const refusal = refused?.(handshakes.length);
    if (refusal !== undefined) {
      duplex.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      socket.on('message', (data) => {
        const { id, method } = JSON.parse(String(data)) as { id: unknown; method: string };
        if (method === 'SUBSCRIBE') subscribed(socket, id);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const client = new WeexClient({
    apiKey,
    secretKey: 'secret',
    passphrase: 'pass-phrase',
    baseUrls: { spot: url, contract: url },
  });
  const stream = client.openOrderStream({ url: `ws://127.0.0.1:${port}`, ...options });
  const events: OrderStreamEvent[] = [];
  stream.listen((event) => void events.push(event));
  const told = (type: OrderStreamEvent['type']) =>
    new Promise<OrderStreamEvent>((resolve) =>
      stream.listen((event) => event.type === type && resolve(event)),
    );
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => client.close(),
  );
  const tell = (frame: unknown) => sockets.clients.forEach((socket) => send(socket, frame));
  return { client, events, handshakes, stream, tell, told };
}

const order = (fields: object = {}) => ({
  id: '1',
  symbol: 'BTCUSDT',
  clientOrderId: 'mine',
  orderSide: 'BUY',
  positionSide: 'LONG',
  type: 'LIMIT',
  status: 'FILLED',
  createdTime: '1800000000000',
  updatedTime: '1800000000000',
  ...fields,
});
const orders = (v: unknown, ...d: unknown[]) => ({ e: 'orders', E: 1, v, msgEvent: 'OrderUpdate', d });
const odd = { toString: 1, valueOf: 1 };

describe('an order stream that receives odd frames', () => {
  it('reads what it can, and survives the rest', async () => {
    const { events, stream, tell, told } = await start();
    await stream.ready();
    for (const name of ['valueOf', '__proto__', 'hasOwnProperty', 'constructor', 'toString', odd]) {
      tell({ e: name, v: 1, d: [{ type: 'order', order: { orderId: '9' } }] });
    }
    tell(orders(odd));
    tell({ result: false, id: 7, msg: odd });
    tell('[1, "x", null]');
    tell('not json');
    tell(`{"e":"orders","v":1,"d":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    tell(orders(2, null, 5, 'x', [], {}, order({ orderSide: 'SIDEWAYS' }), order({ symbol: ' ' })));
    tell(orders(2, order({ id: '2', createdTime: odd, updatedTime: '2026-11-30' })));
    tell({ e: 'fill', v: 2, d: [{ id: '1', orderId: '1', orderSide: 'UP' }, { id: '2' }] });
    const last = told('balance');
    tell({ e: 'account', v: 2, d: [{ coin: 'USDT', equity: odd, available: '1' }] });
    await last;
    expect(events.filter(({ type }) => type !== 'connected')).toEqual([
      {
        type: 'order',
        source: 'stream',
        order: expect.objectContaining({ orderId: '2', time: 0, updateTime: 0 }),
      },
      { type: 'balance', balance: { asset: 'USDT', available: '1', total: '' } },
    ]);
  });

  it('is not ended by a listener that rejects, and reports nothing once closed', async () => {
    const { events, stream, tell, told } = await start();
    await stream.ready();
    // As an `async` one does, which a listener without a result may be.
    const rejects: () => unknown = () => Promise.reject(new Error('changes nothing'));
    stream.listen(rejects);
    const first = told('order');
    tell(orders(1, order()));
    await first;
    stream.listen(() => void stream.close());
    const second = told('order');
    tell(orders(2, order({ id: '2' })));
    tell(orders(3, order({ id: '3' })));
    await second;
    await stream.close();
    expect(events.filter(({ type }) => type === 'order')).toHaveLength(2);
  });

  it('waits for the answer to its own subscription', async () => {
    const { stream } = await start({
      subscribed(socket, id) {
        send(socket, { result: false, id: '999', msg: 'INVALID_ARGUMENT: of somebody else' });
        accept(socket, id);
      },
    });
    await stream.ready();
    expect(stream.isConnected).toBe(true);
  });

  it('subscribes again if the exchange is busy, and repeats no key', async () => {
    let attempts = 0;
    const { handshakes, stream, told } = await start(
      {
        subscribed(socket, id) {
          attempts += 1;
          if (attempts > 1) accept(socket, id);
          else send(socket, { result: false, id, msg: `busy, ${apiKey}`, pass: 'pass-phrase' });
        },
      },
      { policy: once },
    );
    const cut = await told('disconnected');
    expect(cut).toMatchObject({
      final: false,
      error: { kind: 'network', message: expect.stringContaining('busy') },
    });
    const { error } = cut as { error: Error };
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/KEY-KEY|pass-phrase/);
    await stream.ready();
    expect(handshakes).toHaveLength(2);
  });
});

/** A policy that tries once. */
const once = {
  execute: (work: (context: object) => unknown) => work({ signal: new AbortController().signal }),
} as never;

describe('an order stream whose handshake fails', () => {
  it.each([
    ['401 Unauthorized', 'authentication', true],
    ['403 Forbidden', 'authentication', true],
    ['403 Forbidden\r\ncontent-type: text/html', 'network', false],
    ['429 Too Many Requests\r\nretry-after: 60', 'rate-limit', false],
    ['503 Service Unavailable', 'network', false],
  ])('with %s reports it as %s', async (refusal, kind, final) => {
    const { told } = await start({ refused: () => refusal }, { policy: once });
    const retryAfterMs = kind === 'rate-limit' ? { retryAfterMs: 60_000 } : {};
    expect(await told('disconnected')).toMatchObject({ final, error: { kind, ...retryAfterMs } });
  });

  it('makes no second one within a second, whatever its policy does', async () => {
    const context = { signal: new AbortController().signal };
    let over = false;
    const eager = {
      async execute(work: (context: object) => Promise<unknown>) {
        for (;;) {
          // At once again, until nobody listens any more.
          const result = await work(context).catch(() => undefined);
          if (result !== undefined || over) return result;
        }
      },
    } as never;
    const { handshakes } = await start({ refused: () => '503 Service Unavailable' }, { policy: eager });
    ends.push(() => (over = true));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(handshakes.length).toBeLessThan(3);
  });

  it.each(['stand-in', undefined])(
    'ends if its policy returns %s instead of the connection',
    async (other) => {
      const { events, stream } = await start({}, { policy: { execute: async () => other } as never });
      await expect(stream.ready()).rejects.toMatchObject({ kind: 'request' });
      expect(events).toMatchObject([{ type: 'disconnected', final: true }]);
    },
  );
});
