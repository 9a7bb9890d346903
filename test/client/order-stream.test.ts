import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type OrderStream,
  type OrderStreamEvent,
  WeexClient,
  type WeexClientOptions,
} from '../../src/client/index.js';
import {
  createRandom,
  type ExchangeOptions,
  type SimulatedExchange,
  startExchange,
} from '../../src/testing/index.js';
import { waitingStop } from '../e2e/support/connect.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(options: ExchangeOptions = {}, settleMs?: readonly number[]) {
  const exchange = await startExchange({ limits: { orders: false, weight: false }, ...options });
  const client = clientOf(exchange, { settleMs });
  ends.push(
    () => exchange.close(),
    () => client.close(),
  );
  return { exchange, client };
}

function clientOf(
  { credentials, url }: SimulatedExchange,
  options: Partial<Pick<WeexClientOptions, 'settleMs' | 'reconcileDeadlineMs' | 'secretKey'>> = {},
): WeexClient {
  return new WeexClient({ ...credentials, baseUrls: { spot: url, contract: url }, ...options });
}

const order = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '1000',
  quantity: '0.01',
} as const;

type EventOf<Type> = Extract<OrderStreamEvent, { readonly type: Type }>;

function next<Type extends OrderStreamEvent['type']>(
  stream: OrderStream,
  type: Type,
  fits: (event: EventOf<Type>) => boolean = () => true,
): Promise<EventOf<Type>> {
  return new Promise((resolve) => {
    const stop = stream.listen((event) => {
      if (event.type !== type || !fits(event as EventOf<Type>)) return;
      stop();
      resolve(event as EventOf<Type>);
    });
  });
}

/** How many connections an exchange still takes of this address. */
async function openStreams({ streamUrls }: SimulatedExchange, client: WeexClient): Promise<number> {
  const streams = Array.from({ length: 20 }, () => client.openOrderStream({ url: streamUrls.contract }));
  await Promise.all(streams.map((stream) => stream.ready()));
  return streams.filter(({ isConnected }) => isConnected).length;
}

describe('an order stream', () => {
  it.each(['spot', 'contract'] as const)('emits typed events of %s', async (market) => {
    const { client, exchange } = await start();
    const stream = client.openOrderStream({ market, url: exchange.streamUrls[market] });
    await stream.ready();
    expect(stream.isConnected).toBe(true);
    stream.listen(() => {
      throw new Error('changes nothing');
    });
    const seen = next(stream, 'order');
    const fill = next(stream, 'fill');
    const balance = next(stream, 'balance');
    const { positionSide, ...spotOrder } = order;
    const request = { ...spotOrder, price: '100000000', newClientOrderId: 'mine' } as const;
    const placed = await (market === 'spot'
      ? client.spot.placeOrder(request)
      : client.contract.placeOrder({ ...request, positionSide }));
    expect((await seen).order).toMatchObject({ orderId: placed.orderId, clientOrderId: 'mine', side: 'BUY' });
    expect((await fill).fill).toMatchObject({ orderId: placed.orderId, isMaker: false });
    expect((await balance).balance.asset).not.toBe('');
  });

  it('reads over REST what a skipped version has hidden', async () => {
    const { client, exchange } = await start({ seed: 3, stream: { gap: 0.5 } });
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    const told = new Set<string>();
    stream.listen((event) => event.type === 'order' && told.add(event.order.clientOrderId));
    const filled = next(stream, 'gap-filled');
    for (let intent = 0; intent < 12; intent += 1) {
      await client.contract.placeOrder({ ...order, newClientOrderId: `gap-${intent}` });
    }
    expect((await filled).orders).toBeGreaterThan(0);
    expect(told.size).toBeGreaterThan(3);
  });

  it('reconnects after a cut, and reads what happened meanwhile', async () => {
    const { client, exchange } = await start();
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    const cut = next(stream, 'disconnected');
    exchange.cutStreams();
    expect(await cut).toMatchObject({ final: false, error: { kind: 'network' } });
    const shown = next(stream, 'order', ({ order: { clientOrderId } }) => clientOrderId === 'meanwhile');
    await client.contract.placeOrder({ ...order, newClientOrderId: 'meanwhile' });
    expect(await shown).toMatchObject({ source: 'rest', order: { status: 'NEW' } });
  });

  it('ends for good if the key is refused', async () => {
    const { exchange } = await start();
    const client = clientOf(exchange, { secretKey: 'wrong' });
    ends.push(() => client.close());
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    const over = next(stream, 'disconnected');
    await expect(stream.ready()).rejects.toMatchObject({ kind: 'authentication' });
    expect(await over).toMatchObject({ final: true });
    await expect(stream.ready()).rejects.toMatchObject({ kind: 'authentication' });
  });

  it('is closed with its client, which opens no other', async () => {
    const { client, exchange } = await start();
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    await client.close();
    expect(stream.isConnected).toBe(false);
    await expect(stream.ready()).rejects.toThrow('closed');
    expect(() => client.openOrderStream({ url: exchange.streamUrls.contract })).toThrow('closed');
  });

  it('is closed while it connects to a silent server', async () => {
    const { client } = await start();
    const server = createServer();
    const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stream = client.openOrderStream({ url: `ws://127.0.0.1:${port}` });
    const ready = stream.ready();
    await connected;
    await Promise.all([expect(ready).rejects.toThrow('closed'), stream.close()]);
    // It resolves only once no connection is left.
    await new Promise((resolve) => server.close(resolve));
    expect(stream.isConnected).toBe(false);
  });

  it('leaves no connection behind if its policy gives up just after it was opened', async () => {
    const { client, exchange } = await start();
    const policy = {
      // As one that gives up when the connection is made.
      execute: async (connect: (context: { signal: AbortSignal }) => Promise<unknown>) => {
        await connect({ signal: new AbortController().signal });
        throw new Error('too late');
      },
    };
    const stream = client.openOrderStream({
      url: exchange.streamUrls.contract,
      policy: policy as never,
    });
    const { error } = await next(stream, 'disconnected');
    expect(String(error)).toContain('too late');
    expect(stream.isConnected).toBe(false);
    // Twenty of an address are taken: one that was left open would be missed.
    await stream.close();
    expect(await openStreams(exchange, client)).toBe(20);
  });

  it('rejects bad options, all at once and without the key', async () => {
    const { client } = await start();
    expect(() => client.openOrderStream()).toThrow(/url is missing, and baseUrls.contract is not/);
    const bad = { market: 'futures', url: 'http://x', policy: 1, extra: 1 } as never;
    expect(() => client.openOrderStream(bad)).toThrow(
      /market must be one of 'spot', 'contract', received 'futures'\n- policy must be a policy, received 1\n- unknown option "extra".*\n- url must be/,
    );
  });
});

describe('orders whose reply is lost, with a stream', () => {
  const fault = (endpoint: string) => ({ kind: 'lost-reply', endpoint }) as const;

  it('are certain before reads show them', async () => {
    // The one lookup comes too late for this test to wait for it.
    const { client, exchange } = await start({}, [50_000]);
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    exchange.inject(fault('placeOrder'));
    const placed = await client.contract.placeOrder({ ...order, newClientOrderId: 'lost' });
    expect(placed).toMatchObject({ clientOrderId: 'lost', success: true });
    expect(exchange.orders.map(({ orderId }) => orderId)).toEqual([placed.orderId]);
  });

  it('is placed once as a stop', async () => {
    const { client, exchange } = await start({}, [50_000]);
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    exchange.inject(fault('placeAlgoOrder'));
    const { orderId } = await client.contract.placeAlgoOrder(waitingStop);
    expect(exchange.algoOrders.map(({ algoId }) => algoId)).toEqual([orderId]);
  });

  it('are not mistaken for a stop with the same client id, nor vice versa', async () => {
    const { client, exchange } = await start({ stream: { delayMs: 250 } }, [500, 500]);
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    const { positionSide, quantity, symbol } = order;
    const stop = { symbol, positionSide, quantity, planType: 'STOP_LOSS', triggerPrice: '90000' } as const;
    const entry = { ...order, price: '100000000', newClientOrderId: 'trade-42' } as const;
    await client.contract.placeOrder(entry);
    // The updates of the entry are on their way while nobody has placed the stop.
    exchange.inject({ kind: 'reset', endpoint: 'placeTpSlOrder', count: 1 });
    const placed = await client.contract.placeTpSlOrder({ ...stop, clientAlgoId: 'trade-42' });
    expect(exchange.algoOrders.map(({ algoId }) => algoId)).toEqual([placed.orderId]);

    const limit = { ...order, side: 'SELL', type: 'LIMIT', price: '100000000' } as const;
    await client.contract.placeTpSlOrder({ ...stop, clientAlgoId: 'trade-43' });
    exchange.inject({ kind: 'reset', endpoint: 'placeOrder', count: 1 });
    const { orderId } = await client.contract.placeOrder({ ...limit, newClientOrderId: 'trade-43' });
    expect(exchange.orders.map((one) => one.orderId)).toContain(orderId);
  });

  it('are not mistaken for an earlier stop with the same client id and another trigger', async () => {
    const { exchange } = await start({ stream: { delayMs: 250 } });
    const client = clientOf(exchange, { settleMs: [10], reconcileDeadlineMs: 500 });
    ends.push(() => client.close());
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    await client.contract.placeAlgoOrder({ ...waitingStop, clientAlgoId: 'again' });
    exchange.inject({ kind: 'reset', endpoint: 'placeAlgoOrder', count: 1 });
    const moved = { ...waitingStop, clientAlgoId: 'again', triggerPrice: '81000' };
    await expect(client.contract.placeAlgoOrder(moved)).rejects.toMatchObject({ kind: 'outcome-unknown' });
    expect(exchange.algoOrders).toHaveLength(1);
  });

  it('are neither placed twice nor misreported if the stream drops half', async () => {
    const { client, exchange } = await start({ seed: 11, stream: { drop: 0.5, duplicate: 0.2 } }, [10, 20]);
    const stream = client.openOrderStream({ url: exchange.streamUrls.contract });
    await stream.ready();
    const random = createRandom(11);
    for (let intent = 0; intent < 60; intent += 1) {
      const newClientOrderId = `half-${intent}`;
      // Not each one, which would open the circuit.
      if (intent % 2 === 0) exchange.inject({ ...fault('placeOrder'), count: 1 });
      const price = random() < 0.5 ? '1000' : '100000000';
      const { orderId } = await client.contract.placeOrder({ ...order, price, newClientOrderId });
      const standing = exchange.orders.filter((one) => one.clientOrderId === newClientOrderId);
      expect(standing.map((one) => one.orderId)).toEqual([orderId]);
    }
  });
});
