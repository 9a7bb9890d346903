import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GridBot, StaleTickerError } from '../../examples/grid-bot/grid-bot.js';
import { PolicyRegistry } from '../../src/index.js';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';

describe('the grid bot', () => {
  let exchange: SimulatedExchange;
  let registry: PolicyRegistry;
  let bot: GridBot;
  beforeEach(async () => {
    exchange = await startExchange({ seed: 11 });
    registry = new PolicyRegistry();
    bot = new GridBot(exchange.url, exchange.credentials, registry);
  });
  afterEach(() => exchange.close());

  const asked = () => exchange.requests.filter(({ method }) => method === 'GET').length;
  const old = { symbol: 'BTCUSDT', price: '1', time: 0 };

  it('places one order per line although a reply is lost, and none twice', async () => {
    exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
    const ids = await bot.trade('BTCUSDT', '0.001', 5_000);
    expect(await bot.trade('BTCUSDT', '0.001', 5_000)).toEqual(ids);
    const placed = exchange.orders.map(({ clientOrderId }) => clientOrderId);
    expect(placed.toSorted()).toEqual(ids.toSorted());
  });

  it('asks again for an outdated price, twice', async () => {
    exchange.inject({ kind: 'respond', endpoint: 'public', status: 200, body: old, count: 2 });
    expect(await bot.getTicker('BTCUSDT')).not.toEqual(old);
    expect(asked()).toBe(3);
  });

  it('uses the fallback of its own error if nothing is remembered', async () => {
    exchange.inject({ kind: 'respond', endpoint: 'public', status: 200, body: old });
    await expect(bot.getTicker('BTCUSDT')).rejects.toThrow(StaleTickerError);
    expect(asked()).toBe(3);
  });

  it('has one circuit per symbol, and returns the last price while it is open', async () => {
    const price = await bot.getTicker('BTCUSDT');
    exchange.inject({ kind: 'maintenance', endpoint: 'public', count: 3 });
    expect(await bot.getTicker('BTCUSDT')).toEqual(price);
    expect(registry.get('ticker').snapshot().circuitBreaker?.keys).toMatchObject({
      BTCUSDT: { state: 'open' },
    });
    expect(await bot.getTicker('BTCUSDT')).toEqual(price);
    expect(asked()).toBe(4);
    expect(await bot.getTicker('ETHUSDT')).toMatchObject({ symbol: 'ETHUSDT' });
  });
});
