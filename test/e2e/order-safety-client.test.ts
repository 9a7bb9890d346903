import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import type { Fault, SimulatedExchange } from '../../src/testing/index.js';
import { startExchange } from '../../src/testing/index.js';

let exchange: SimulatedExchange;
let client: WeexClient;
beforeEach(async () => {
  exchange = await startExchange();
  const { credentials, url } = exchange;
  // A patience that fits the simulated exchange, which carries nothing out late here.
  client = new WeexClient({
    ...credentials,
    baseUrls: { spot: url, contract: url },
    settleMs: [50, 200],
  });
});
afterEach(async () => {
  await client.close();
  await exchange.close();
});

const once = (kind: 'lost-reply' | 'reset', endpoint: string): Fault => ({ kind, endpoint, count: 1 });
const order = { symbol: 'DOGEUSDT', side: 'BUY', quantity: '10' } as const;
const resting = { ...order, type: 'LIMIT', timeInForce: 'GTC', price: '0.1' } as const;
const long = { positionSide: 'LONG' } as const;
const sends = (operation: string) =>
  exchange.requests.filter((request) => request.operation === operation).length;

const markets = {
  spot: {
    place: (fields: { type: 'MARKET' } | typeof resting) => client.spot.placeOrder({ ...order, ...fields }),
    placeMany: () => client.spot.placeOrders([resting, { ...order, type: 'MARKET' }]),
    cancel: (clientOrderId: string) => client.spot.cancelOrder({ symbol: order.symbol, clientOrderId }),
  },
  contract: {
    place: (fields: { type: 'MARKET' } | typeof resting) =>
      client.contract.placeOrder({ ...order, ...long, ...fields }),
    placeMany: () =>
      client.contract.placeOrders([
        { ...resting, ...long },
        { ...order, ...long, type: 'MARKET' },
      ]),
    cancel: (clientOrderId: string) => client.contract.cancelOrder({ symbol: order.symbol, clientOrderId }),
  },
};

describe.each(['spot', 'contract'] as const)('WeexClient on %s, an answer lost', (name) => {
  const market = markets[name];

  it.each([{ type: 'MARKET' }, resting] as const)('places an order once: $type', async (fields) => {
    exchange.inject(once('lost-reply', `${name}.placeOrder`));
    const placed = await market.place(fields);
    expect(exchange.orders).toMatchObject([{ orderId: placed.orderId, clientOrderId: placed.clientOrderId }]);
    expect(sends('placeOrder')).toBe(1);
  });

  it('places each order of a batch once', async () => {
    exchange.inject(once('lost-reply', `${name}.placeOrders`));
    const placed = await market.placeMany();
    expect(placed).toMatchObject([{ ok: true }, { ok: true }]);
    expect(exchange.orders.map(({ clientOrderId }) => clientOrderId)).toEqual(
      placed.map(({ clientOrderId }) => clientOrderId),
    );
    expect(sends('placeOrders')).toBe(1);
  });

  it('cancels an order, and says so when the repeated cancel finds none', async () => {
    const { clientOrderId } = await market.place(resting);
    exchange.inject(once('lost-reply', `${name}.cancelOrder`));
    await market.cancel(clientOrderId);
    expect(exchange.orders).toMatchObject([{ clientOrderId, status: 'CANCELED' }]);
    expect(sends('cancelOrder')).toBe(2);
  });
});

describe('WeexClient on contract, a request lost', () => {
  it('resends an order that never arrived, with the same id', async () => {
    exchange.inject(once('reset', 'contract.placeOrder'));
    const placed = await markets.contract.place({ type: 'MARKET' });
    expect(exchange.orders).toMatchObject([{ orderId: placed.orderId }]);
    expect(sends('placeOrder')).toBe(2);
  });
});
