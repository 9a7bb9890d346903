import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../../examples/nestjs/app-module.js';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';
import { type App, startApp } from '../nestjs/start-app.js';

const order = { symbol: 'BTCUSDT', side: 'BUY', quantity: '0.01', price: '50000' };

describe.each(['express', 'fastify'] as const)('the NestJS example on %s', (platform) => {
  let exchange: SimulatedExchange;
  let service: App;
  beforeEach(async () => {
    exchange = await startExchange({ seed: 8 });
    service = await started({});
  });
  afterEach(async () => {
    await service.close();
    await exchange.close();
  });

  const started = (credentials: object) =>
    startApp(
      AppModule.with({
        exchangeUrl: exchange.url,
        ...exchange.credentials,
        ...credentials,
        maxQuantity: 1,
        drainMs: 1_000,
      }),
      platform,
    );
  const get = (path: string) => fetch(`${service.url}${path}`);
  const post = (body: object, url = service.url) =>
    fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('returns a price through a maintenance', async () => {
    exchange.inject({ kind: 'maintenance', count: 2 });
    const response = await get('/prices/BTCUSDT');
    expect([response.status, await response.json()]).toEqual([
      200,
      { symbol: 'BTCUSDT', price: expect.stringMatching(/^\d/) },
    ]);
    expect(exchange.requests).toHaveLength(3);
    expect(await (await get('/metrics')).text()).toMatch(/^weex_errors_total\{type="WEEXSystemError"\} 2$/m);
  });

  it('places an order once although the reply is lost', async () => {
    exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
    const placed = await post({ ...order, clientOrderId: 'desk-1' });
    expect([placed.status, await placed.json()]).toMatchObject([201, { clientOrderId: 'desk-1' }]);
    expect(exchange.orders).toHaveLength(1);
    const found = await get('/orders/desk-1?symbol=BTCUSDT');
    expect(await found.json()).toMatchObject({
      clientOrderId: 'desk-1',
      origQty: expect.stringMatching(/^0\.010*$/),
    });
    expect((await get('/orders/desk-2?symbol=BTCUSDT')).status).toBe(404);
  });

  it('reports its own refusals and those of the exchange as problems', async () => {
    const large = await post({ ...order, quantity: '5' });
    expect([large.status, await large.json()]).toMatchObject([
      422,
      { detail: 'The desk accepts orders of at most 1 BTCUSDT', code: 60002 },
    ]);
    expect(exchange.requests).toEqual([]);
    expect((await get('/prices/NOSUCHCOIN')).status).toBe(422);
    const stranger = await started({ secretKey: 'wrong' });
    const refused = await post(order, stranger.url);
    expect([refused.status, await refused.json()]).toMatchObject([502, { type: 'about:blank' }]);
    await stranger.close();
  });

  it('reports its health', async () => {
    const well = (await (await get('/health')).json()) as { details: Record<string, { policies: object }> };
    expect(Object.keys(well.details['weex']?.policies ?? {})).toEqual(
      expect.arrayContaining(['prices', 'spot.orders']),
    );
    exchange.inject({ kind: 'maintenance', count: 5 });
    for (let call = 0; call < 2; call += 1) await get('/prices/BTCUSDT');
    const ill = await get('/prices/BTCUSDT');
    expect([ill.status, ill.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await get('/health')).status).toBe(503);
  });
});
