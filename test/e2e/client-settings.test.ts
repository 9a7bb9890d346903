import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/testing/index.js';
import { connect, type Connected, filling, rejection, resting } from './support/connect.js';

const symbol = 'BTCUSDT';

const lost: Fault[] = [
  { kind: 'lost-reply' },
  { kind: 'hang', executed: true },
  { kind: 'malformed-json' },
  { kind: 'server-error', executed: true },
  // JSON of a proxy: no answer to a setting.
  { kind: 'respond', status: 200, body: {}, executed: true },
];

async function isolated(): Promise<
  Connected & { readonly id: string; readonly margin: () => Promise<number> }
> {
  const connected = await connect();
  const { contract } = connected.client;
  connected.client.registry.get('contract.cancels').reconfigure({ attemptTimeoutMs: 150 });
  await contract.setMarginType({ symbol, marginType: 'ISOLATED' });
  await contract.setLeverage({ symbol, marginType: 'ISOLATED', isolatedLongLeverage: '10' });
  await contract.placeOrder({ ...filling.contract, quantity: '0.1' });
  const position = async () => (await contract.getPositions())[0];
  const id = (await position())?.id ?? '';
  return { ...connected, id, margin: async () => Number((await position())?.isolatedMargin) };
}

describe('settings of the contract account', () => {
  it('are set and read back', async () => {
    const { client, id, margin } = await isolated();
    expect(id).toMatch(/^\d{18}$/);
    expect(await client.contract.getPositions()).toMatchObject([
      { marginType: 'ISOLATED', leverage: '10.00', isAutoAppendIsolatedMargin: false },
    ]);
    const before = await margin();
    await client.contract.movePositionMargin({ isolatedPositionId: id, amount: '25.5', type: 1 });
    expect((await margin()) - before).toBeCloseTo(25.5, 6);
    await client.contract.movePositionMargin({ isolatedPositionId: id, amount: 25.5, type: 2 });
    expect(await margin()).toBeCloseTo(before, 6);
    await client.contract.setAutoAppendMargin({ positionId: id, autoAppendMargin: true });
    expect(await client.contract.getPositions()).toMatchObject([{ isAutoAppendIsolatedMargin: true }]);
    expect(await client.contract.getSymbolConfig('ETHUSDT')).toMatchObject([{ marginType: 'CROSSED' }]);
  });

  it.each(lost)('that are set to a value are sent again when their answer is lost: %j', async (fault) => {
    const { client, exchange, requestsOf } = await connect();
    client.registry.get('contract.cancels').reconfigure({ attemptTimeoutMs: 150 });
    for (const endpoint of ['setLeverage', 'setMarginType']) {
      exchange.inject({ ...fault, endpoint, count: 1 });
    }
    await client.contract.setMarginType({ symbol, marginType: 'ISOLATED' });
    await client.contract.setLeverage({ symbol, marginType: 'ISOLATED', isolatedShortLeverage: '3' });
    for (const operation of ['setLeverage', 'setMarginType']) {
      expect(requestsOf(operation).map(({ executed }) => executed)).toEqual([true, true]);
    }
    expect(await client.contract.getSymbolConfig(symbol)).toMatchObject([
      { marginType: 'ISOLATED', isolatedLongLeverage: '20', isolatedShortLeverage: '3' },
    ]);
  });

  it.each(lost)('never moves margin twice: %j', async (fault) => {
    const { client, exchange, id, margin, requestsOf } = await isolated();
    const before = await margin();
    exchange.inject({ ...fault, endpoint: 'movePositionMargin', count: 1 });
    const error = await rejection(
      client.contract.movePositionMargin({ isolatedPositionId: id, amount: '40', type: 1 }),
    );
    expect(error).toMatchObject({ executionStatus: 'unknown' });
    expect(requestsOf('movePositionMargin')).toHaveLength(1);
    expect((await margin()) - before).toBeCloseTo(40, 6);
  });

  it('moves margin again if the exchange is known not to have done so', async () => {
    const { client, exchange, id, margin, requestsOf } = await isolated();
    const before = await margin();
    exchange.inject({ kind: 'clock-skew', endpoint: 'movePositionMargin', skewMs: 60_000, count: 1 });
    await client.contract.movePositionMargin({ isolatedPositionId: id, amount: '40', type: 1 });
    expect(requestsOf('movePositionMargin').map(({ executed }) => executed)).toEqual([false, true]);
    expect((await margin()) - before).toBeCloseTo(40, 6);
  });

  it('reports a refusal once, with its reason', async () => {
    const { client, requestsOf } = await connect();
    await client.contract.placeOrder(resting.contract);
    const error = await rejection(
      client.contract.setLeverage({ symbol, marginType: 'CROSSED', crossLeverage: 5 }),
    );
    expect(error).toMatchObject({ code: -1054, executionStatus: 'not-executed' });
    expect(requestsOf('setLeverage')).toHaveLength(1);
  });

  it('does not report a leverage as not set when a lost request may have set it', async () => {
    const { client, exchange } = await connect();
    exchange.inject({ kind: 'lost-reply', endpoint: 'setLeverage', count: 1 });
    const refusal = { status: 500, code: -1054, message: 'FAILED_PRECONDITION: orders stand' };
    exchange.inject({ kind: 'refusal', endpoint: 'setLeverage', count: 1, ...refusal });
    const error = await rejection(
      client.contract.setLeverage({ symbol, marginType: 'CROSSED', crossLeverage: 5 }),
    );
    expect(error).toMatchObject({ code: -1054, executionStatus: 'unknown' });
    expect(await client.contract.getSymbolConfig(symbol)).toMatchObject([{ crossLeverage: '5' }]);
  });

  it('rejects what would not do what was meant, all at once, before anything is sent', async () => {
    const { client, exchange } = await connect();
    const { contract } = client;
    const bad = [
      contract.setLeverage({ symbol: '', marginType: 'ISOLATED', crossLeverage: 0 } as never),
      contract.setLeverage({ symbol, marginType: 'cross' } as never),
      contract.movePositionMargin({ isolatedPositionId: '', amount: -1, type: 3 } as never),
      contract.setAutoAppendMargin({ positionId: '1', autoAppendMargin: 'yes' } as never),
      contract.setMarginType(undefined as never),
      contract.getIncome('BTCUSDT' as never),
    ];
    const messages = await Promise.all(bad.map(async (call) => String(await rejection(call))));
    expect(messages[0]).toMatch(/symbol must be.*crossLeverage does not belong to ISOLATED/);
    expect(messages[0]).toContain('isolatedLongLeverage or isolatedShortLeverage is missing');
    expect(messages[1]).toContain("marginType must be 'CROSSED' or 'ISOLATED', received 'cross'");
    expect(messages[2]).toMatch(/isolatedPositionId is missing; amount must be.*type must be 1 to add or 2/);
    expect(messages[3]).toContain("autoAppendMargin must be true or false, received 'yes'");
    expect(messages[4]).toContain('the request must be an object');
    expect(messages[5]).toContain('the query must be an object');
    expect(exchange.requests).toEqual([]);
  });
});

describe('reads of the contract market', () => {
  it.each([
    ['getPremiumIndex', (of: Connected) => of.client.contract.getPremiumIndex()],
    ['getIncome', (of: Connected) => of.client.contract.getIncome({ incomeType: 'deposit' })],
    ['getTrades', (of: Connected) => of.client.contract.getTrades()],
    ['getKlines', (of: Connected) => of.client.contract.getKlines({ symbol, interval: '5m' })],
    ['getApiTradingSymbols', (of: Connected) => of.client.contract.getApiTradingSymbols()],
  ] as const)('%s is requested again when its answer is lost', async (endpoint, read) => {
    const connected = await connect();
    connected.exchange.inject({ kind: 'lost-reply', endpoint, count: 1 });
    expect(await read(connected)).toBeDefined();
    expect(connected.requestsOf(endpoint)).toHaveLength(2);
  });

  it('return the past: candles, funding rates, fills and bills', async () => {
    const { client } = await connect();
    const { contract } = client;
    const [first, second] = await contract.getKlines({ symbol, interval: '1h', limit: 2 });
    expect(Number(first?.[0]) - Number(second?.[0])).toBe(3_600_000);
    const endTime = Number(second?.[0]);
    const past = { symbol, interval: '1h', startTime: endTime - 4 * 3_600_000, endTime } as const;
    expect(await contract.getHistoryKlines({ ...past, priceType: 'MARK' })).toHaveLength(5);
    expect(await contract.getFundingRates({ symbol, limit: 3 })).toHaveLength(3);
    const { orderId } = await contract.placeOrder(filling.contract);
    const fills = await contract.getTrades({ orderId });
    expect(fills.reduce((sum, { qty }) => sum + Number(qty), 0)).toBeCloseTo(0.001, 9);
    const { items } = await contract.getIncome({ symbol });
    expect(items).toHaveLength(fills.length);
  });

  it('reports that the API does not trade a symbol before an order for it is sent', async () => {
    const { client, exchange, requestsOf } = await connect();
    const { contract } = client;
    const order = { ...filling.contract, symbol: 'XAUUSDT' };
    // As long as nothing was read the exchange says so.
    expect(await rejection(contract.placeOrder(order))).toMatchObject({ code: -1058 });
    await contract.getApiTradingSymbols();
    const sent = exchange.requests.length;
    const stop = { ...order, type: 'STOP_MARKET', triggerPrice: '1' } as const;
    const tpSl = { ...order, planType: 'STOP_LOSS', triggerPrice: '1' } as const;
    for (const call of [
      contract.placeOrder(order),
      contract.placeOrders([filling.contract, order]),
      contract.placeAlgoOrder(stop),
      contract.placeTpSlOrder(tpSl),
    ]) {
      const error = await rejection(call);
      expect(error).toMatchObject({ kind: 'request', executionStatus: 'not-executed' });
      expect(String(error)).toMatch(/XAUUSDT is not among the symbols of getApiTradingSymbols.*-1058/);
    }
    expect(exchange.requests).toHaveLength(sent);
    await contract.placeOrder(filling.contract);
    expect(requestsOf('placeOrder')).toHaveLength(2);
  });
});
