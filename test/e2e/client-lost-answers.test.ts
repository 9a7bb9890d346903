import { describe, expect, it } from 'vitest';
import { createMemoryJournal, isWEEXError } from '../../src/index.js';
import type { Fault } from '../../src/testing/index.js';
import {
  connect,
  type Connected,
  filling,
  type Market,
  markets,
  rejection,
  resting,
  until,
} from './support/connect.js';

/** Enough here: nothing is on its way for longer than the attempts of these tests. */
const settleMs = [10, 60];
const symbol = 'BTCUSDT';

function place({ client }: Connected, market: Market, order: object = {}) {
  return market === 'spot'
    ? client.spot.placeOrder({ ...filling.spot, ...order })
    : client.contract.placeOrder({ ...filling.contract, ...order });
}

function placeAll({ client }: Connected, market: Market, orders: readonly object[]) {
  return market === 'spot'
    ? client.spot.placeOrders(orders.map((order) => ({ ...filling.spot, ...order })))
    : client.contract.placeOrders(orders.map((order) => ({ ...filling.contract, ...order })));
}

/** Makes attempts short, so that a hanging one is over soon. */
function hurry({ client }: Connected, market: Market): void {
  for (const kind of ['orders', 'cancels', 'account'])
    client.registry.get(`${market}.${kind}`).reconfigure({ attemptTimeoutMs: 150 });
}

const executed: Fault[] = [
  { kind: 'lost-reply' },
  { kind: 'hang', executed: true },
  { kind: 'truncated-body' },
  { kind: 'malformed-json' },
  { kind: 'server-error', executed: true },
  { kind: 'proxy-html', executed: true },
  { kind: 'proxy-html', status: 504, executed: true },
];
const notExecuted: Fault[] = [
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'server-error' },
  { kind: 'server-error', status: 503 },
  { kind: 'proxy-html' },
  { kind: 'maintenance' },
];

describe.each(markets)('%s: an order whose answer is lost', (market) => {
  it.each(executed)('that was executed is found and not sent again: %j', async (fault) => {
    const connected = await connect({ settleMs });
    hurry(connected, market);
    connected.exchange.inject({ ...fault, endpoint: 'placeOrder', count: 1 });
    const placed = await place(connected, market);
    const { orders } = connected.exchange;
    expect(orders).toHaveLength(1);
    expect(placed).toMatchObject({ orderId: orders[0]?.orderId, clientOrderId: orders[0]?.clientOrderId });
    expect(connected.requestsOf('placeOrder')).toHaveLength(1);
  });

  it.each(notExecuted)('that was not executed is sent once more with its id: %j', async (fault) => {
    const connected = await connect({ settleMs });
    hurry(connected, market);
    connected.exchange.inject({ ...fault, endpoint: 'placeOrder', count: 1 });
    const placed = await place(connected, market);
    const { orders } = connected.exchange;
    expect(orders.map(({ orderId }) => orderId)).toEqual([placed.orderId]);
    const ids = connected.requestsOf('placeOrder').map(({ clientOrderId }) => clientOrderId);
    expect(ids).toEqual([placed.clientOrderId, placed.clientOrderId]);
  });

  it('is found although it appears late', async () => {
    const connected = await connect({ settleMs: [10, 150, 150] });
    connected.exchange.inject({ kind: 'late-visibility', delayMs: 100 });
    connected.exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
    await place(connected, market);
    expect(connected.exchange.orders).toHaveLength(1);
    expect(connected.requestsOf('placeOrder')).toHaveLength(1);
  });

  it('and that is refused is not looked up at all', async () => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({
      kind: 'refusal',
      endpoint: 'placeOrder',
      message: 'FAILED_PRECONDITION: available amount not enough',
    });
    const error = await rejection(place(connected, market));
    expect(error).toMatchObject({
      kind: 'order',
      reason: 'insufficient-balance',
      executionStatus: 'not-executed',
    });
    expect(connected.exchange.requests.filter(({ operation }) => operation !== 'getServerTime')).toHaveLength(
      1,
    );
  });
});

describe.each(markets)('%s: a batch whose answer is lost', (market) => {
  it.each([
    { kind: 'lost-reply' },
    { kind: 'truncated-body' },
    { kind: 'server-error', executed: true },
  ] as Fault[])('and that was executed is found, order by order: %j', async (fault) => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({ ...fault, endpoint: 'placeOrders', count: 1 });
    const outcomes = await placeAll(connected, market, [{}, { newClientOrderId: 'mine' }, {}]);
    const { orders } = connected.exchange;
    expect(outcomes.map((outcome) => outcome.ok && outcome.value.orderId)).toEqual(
      orders.map(({ orderId }) => orderId),
    );
    expect(outcomes.map(({ clientOrderId }) => clientOrderId)).toEqual(
      orders.map((order) => order.clientOrderId),
    );
    expect(outcomes[1]?.clientOrderId).toBe('mine');
    expect(connected.requestsOf('placeOrders')).toHaveLength(1);
  });

  it('and that was not executed is sent once more with the same ids', async () => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({ kind: 'reset', endpoint: 'placeOrders', count: 1 });
    const outcomes = await placeAll(connected, market, [{}, {}]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(connected.exchange.orders.map((order) => order.clientOrderId)).toEqual(
      outcomes.map(({ clientOrderId }) => clientOrderId),
    );
    expect(connected.requestsOf('placeOrders')).toHaveLength(2);
  });

  it('and that was executed in part: only what is absent is sent again, with its reason', async () => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrders', count: 1 });
    const outcomes = await placeAll(connected, market, [{}, { quantity: '0.00000001' }, {}]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toMatchObject({ error: { kind: 'request', executionStatus: 'not-executed' } });
    expect(connected.exchange.orders).toHaveLength(2);
    expect(connected.requestsOf('placeOrders')).toHaveLength(2);
  });

  it('rejects as a whole if no order of it can exist', async () => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({
      kind: 'respond',
      status: 401,
      body: { code: -1044, msg: 'bad key' },
      endpoint: 'placeOrders',
    });
    expect(await rejection(placeAll(connected, market, [{}, {}]))).toMatchObject({
      kind: 'authentication',
      executionStatus: 'not-executed',
    });
  });
});

describe.each(markets)('%s: a cancel whose answer is lost', (market) => {
  async function standing(connected: Connected) {
    const retry = { maxRetries: 5, backoff: { initialDelayMs: 5, maxDelayMs: 10 } };
    connected.client.registry.get(`${market}.cancels`).reconfigure({ retry });
    return market === 'spot'
      ? connected.client.spot.placeOrder(resting.spot)
      : connected.client.contract.placeOrder(resting.contract);
  }

  it.each(['orderId', 'clientOrderId'] as const)(
    'succeeds once the order is found cancelled, by %s',
    async (by) => {
      const connected = await connect({ settleMs });
      const { orderId, clientOrderId } = await standing(connected);
      connected.exchange.inject({ kind: 'lost-reply', endpoint: 'cancelOrder', count: 1 });
      const reference = by === 'orderId' ? { symbol, orderId } : { symbol, clientOrderId };
      const canceled = await connected.client[market].cancelOrder(reference);
      expect(canceled).toMatchObject({ orderId, origClientOrderId: clientOrderId });
      expect(connected.exchange.orders.map(({ status }) => status)).toEqual(['CANCELED']);
    },
  );

  it('is sent again if the first never arrived', async () => {
    const connected = await connect({ settleMs });
    const { orderId } = await standing(connected);
    connected.exchange.inject({ kind: 'reset', endpoint: 'cancelOrder', count: 1 });
    await connected.client[market].cancelOrder({ symbol, orderId });
    expect(connected.exchange.orders.map(({ status }) => status)).toEqual(['CANCELED']);
    expect(connected.requestsOf('cancelOrder')).toHaveLength(2);
  });

  it('rejects and says so if the order was filled', async () => {
    const connected = await connect({ settleMs });
    const { orderId } = await place(connected, market);
    connected.exchange.inject({ kind: 'lost-reply', endpoint: 'cancelOrder', count: 1 });
    const error = await rejection(connected.client[market].cancelOrder({ symbol, orderId }));
    expect(error).toMatchObject({
      kind: 'order',
      reason: 'refused',
      executionStatus: 'not-executed',
      data: { orderId, status: 'FILLED' },
    });
    expect((error as Error).message).toMatch(new RegExp(`${orderId} is already FILLED`));
  });

  it('rejects with the refusal of the exchange if there never was such an order', async () => {
    const connected = await connect({ settleMs });
    connected.exchange.inject({ kind: 'lost-reply', endpoint: 'cancelOrder', count: 1 });
    const error = await rejection(connected.client[market].cancelOrder({ symbol, clientOrderId: 'nobody' }));
    expect(error).toMatchObject({ kind: 'order', reason: 'not-found' });
  });

  it.each([...executed, ...notExecuted])('of all orders is checked, and not repeated: %j', async (fault) => {
    const connected = await connect({ settleMs });
    connected.client.registry.get(`${market}.cancels`).reconfigure({ attemptTimeoutMs: 300 });
    await standing(connected);
    connected.exchange.inject({ ...fault, endpoint: 'cancelAllOrders', count: 1 });
    const all = connected.client[market].cancelAllOrders(symbol);
    await until(() => connected.requestsOf('cancelAllOrders').length === 1);
    await all;
    expect(connected.exchange.orders.map(({ status }) => status)).toEqual(['CANCELED']);
    expect(connected.requestsOf('cancelAllOrders')).toHaveLength(1);
  });

  it('of all orders leaves what was placed meanwhile', async () => {
    const connected = await connect({ settleMs });
    connected.client.registry.get(`${market}.cancels`).reconfigure({ attemptTimeoutMs: 300 });
    await standing(connected);
    connected.exchange.inject({ kind: 'hang', endpoint: 'cancelAllOrders', count: 1 });
    const all = connected.client[market].cancelAllOrders(symbol);
    await until(() => connected.requestsOf('cancelAllOrders').length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await standing(connected);
    await all;
    expect(connected.exchange.orders.map(({ status }) => status)).toEqual(['CANCELED', 'NEW']);
  });
});

describe('contract: closing positions', () => {
  it.each([...executed, ...notExecuted])('is never sent again if unknown: %j', async (fault) => {
    const connected = await connect();
    hurry(connected, 'contract');
    await place(connected, 'contract');
    connected.exchange.inject({ ...fault, endpoint: 'closePositions' });
    const error = await rejection(connected.client.contract.closePositions(symbol));
    expect(isWEEXError(error) && error.executionStatus).toBe('unknown');
    expect(connected.requestsOf('closePositions')).toHaveLength(1);
  });

  it('is sent again after a temporary refusal by the exchange itself', async () => {
    const connected = await connect();
    await place(connected, 'contract');
    connected.exchange.inject({
      kind: 'respond',
      status: 429,
      headers: { 'Retry-After': '0', 'X-USED-WEIGHT-10S': '500' },
      body: 'Too Many Requests',
      endpoint: 'closePositions',
      count: 1,
    });
    expect(await connected.client.contract.closePositions(symbol)).toMatchObject([{ success: true }]);
    expect(connected.requestsOf('closePositions')).toHaveLength(2);
  });
});

it("is never sent again after a proxy's error page", async () => {
  for (const status of [425, 429, 403]) {
    const connected = await connect();
    await place(connected, 'contract');
    connected.exchange.inject({
      kind: 'respond',
      status,
      body: '<html></html>',
      executed: true,
      endpoint: 'closePositions',
      count: 1,
    });
    await expect(connected.client.contract.closePositions(symbol)).rejects.toMatchObject({
      executionStatus: 'unknown',
    });
    expect(connected.requestsOf('closePositions')).toHaveLength(1);
  }
});

it('what cannot be looked up is reported as unknown, with its id, and never sent again', async () => {
  const blind = async (market: Market): Promise<Connected> => {
    const connected = await connect({ settleMs: [1], reconcileDeadlineMs: 300 });
    const policy = connected.client.registry.get(`${market}.account`);
    policy.reconfigure({ retry: false, circuitBreaker: false });
    connected.exchange.inject({ kind: 'lost-reply', endpoint: ['placeOrder', 'placeOrders'], count: 1 });
    connected.exchange.inject({ kind: 'server-error', endpoint: 'reads' });
    return connected;
  };
  const single = markets.map(async (market) => {
    const connected = await blind(market);
    expect(await rejection(place(connected, market, { newClientOrderId: 'a' }))).toMatchObject({
      kind: 'outcome-unknown',
      clientOrderId: 'a',
      executionStatus: 'unknown',
      context: { symbol, operation: `${market}.placeOrder` },
    });
    expect(connected.requestsOf('placeOrder')).toHaveLength(1);
    expect(connected.exchange.orders).toHaveLength(1);
  });
  const batch = markets.map(async (market) => {
    const connected = await blind(market);
    const orders = [{ newClientOrderId: 'a' }, { newClientOrderId: 'b' }];
    expect(await placeAll(connected, market, orders)).toMatchObject([
      { ok: false, clientOrderId: 'a', error: { kind: 'outcome-unknown', clientOrderId: 'a' } },
      { ok: false, clientOrderId: 'b', error: { kind: 'outcome-unknown', clientOrderId: 'b' } },
    ]);
    expect(connected.exchange.orders).toHaveLength(2);
    expect(connected.requestsOf('placeOrders')).toHaveLength(1);
  });
  await Promise.all([...single, ...batch]);
});

it.each([
  ['spot.cancelOrder', 'unknown'],
  ['contract.cancelOrder', 'unknown'],
  ['contract.cancelAlgoOrder', 'unknown'],
  [undefined, 'not-executed'],
] as const)(
  'a cancel whose answer was lost may have succeeded if the order is nowhere to be seen: %s',
  async (lost, status) => {
    const connected = await connect({ reconcileDeadlineMs: 1_000 });
    const { contract, spot } = connected.client;
    if (lost) connected.exchange.inject({ kind: 'reset', endpoint: lost, count: 1 });
    const reference = { symbol, orderId: '736657042939565989' };
    const cancel =
      lost === 'spot.cancelOrder'
        ? spot.cancelOrder(reference)
        : lost === 'contract.cancelAlgoOrder'
          ? contract.cancelAlgoOrder(reference)
          : contract.cancelOrder(reference);
    expect(await rejection(cancel)).toMatchObject({ kind: 'order', executionStatus: status });
  },
);

it.each(['tpTriggerPrice', 'slTriggerPrice'])('an order with the %s 0 is not sent', async (trigger) => {
  const connected = await connect();
  const { contract } = connected.client;
  for (const none of [0, '0', '', 'x']) {
    const error = await rejection(contract.placeOrder({ ...filling.contract, [trigger]: none }));
    expect(String(error)).toContain(`order.${trigger} must be more than 0`);
  }
  expect(connected.exchange.requests).toEqual([]);
});

describe.each(markets)('%s: a client with a journal', (market) => {
  it('records orders before they are sent, and forgets them when the caller has the result', async () => {
    const journal = createMemoryJournal();
    const seen: unknown[] = [];
    const connected = await connect(
      { journal, settleMs },
      { onRequest: ({ operation }) => void (operation?.startsWith('place') && seen.push(journal.open())) },
    );
    const { clientOrderId } = await place(connected, market);
    await placeAll(connected, market, [
      { newClientOrderId: 'a' },
      { newClientOrderId: 'b', quantity: '0.00000001' },
    ]);
    const operation = `${market}.placeOrder`;
    expect(seen).toMatchObject([
      [{ clientOrderId, operation, args: [{ symbol }] }],
      [
        { clientOrderId: 'a', operation, args: [{ symbol, newClientOrderId: 'a' }] },
        { clientOrderId: 'b', operation },
      ],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await journal.open()).toEqual([]);
  });

  it('recovers after its restart what was left open', async () => {
    const journal = createMemoryJournal();
    const first = await connect({ journal, settleMs: [1] });
    first.client.registry.get(`${market}.account`).reconfigure({ retry: false, circuitBreaker: false });
    const stop = [
      first.exchange.inject({
        kind: 'lost-reply',
        endpoint: ['placeOrder', 'placeOrders'],
        skip: 0,
        count: 2,
      }),
      first.exchange.inject({ kind: 'hang', endpoint: 'reads' }),
    ];
    const abort = new AbortController();
    const { signal } = abort;
    const orders = [
      market === 'spot'
        ? first.client.spot.placeOrder({ ...filling.spot, newClientOrderId: 'one' }, { signal })
        : first.client.contract.placeOrder({ ...filling.contract, newClientOrderId: 'one' }, { signal }),
      market === 'spot'
        ? first.client.spot.placeOrders([{ ...filling.spot, newClientOrderId: 'two' }], { signal })
        : first.client.contract.placeOrders([{ ...filling.contract, newClientOrderId: 'two' }], { signal }),
    ];
    const rejected = Promise.allSettled(orders);
    while (first.exchange.orders.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error('the program ends'));
    await rejected;
    journal.sent({
      clientOrderId: 'never',
      operation: `${market}.placeOrder`,
      args: [{ symbol }],
      begunAt: Date.now(),
      sentAt: Date.now(),
    });
    journal.sent({
      clientOrderId: 'other',
      operation: 'Bot.run',
      args: [],
      begunAt: Date.now(),
      sentAt: Date.now(),
    });
    for (const end of stop) end();

    const recovered = await first.client.recoverIntents();
    const found = recovered.map(({ intent, outcome }) => [intent.clientOrderId, outcome]);
    expect(new Map(found as [string, string][])).toEqual(
      new Map([
        ['one', 'executed'],
        ['two', 'executed'],
        ['never', 'not-executed'],
      ]),
    );
    expect(first.exchange.orders).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['other']);
  });
});

it('recoverIntents requires a journal', async () => {
  const { client } = await connect();
  await expect(client.recoverIntents()).rejects.toThrow('Cannot recover intents: the client has no journal');
});
