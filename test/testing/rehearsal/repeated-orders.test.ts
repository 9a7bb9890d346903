import { describe, expect, it } from 'vitest';
import { WeexClient } from '../../../src/client/index.js';
import { type RehearsalContext, type RehearsalScenario, rehearse } from '../../../src/testing/index.js';
import { createSender } from './signed-sender.js';

/** The first answer to an order never arrives; nothing else goes wrong. */
const oneLostReply: RehearsalScenario = {
  name: 'one lost reply',
  faults: [{ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 }],
};

const terms = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001' };

type Between = (context: RehearsalContext, id: string) => unknown;

/** Sends an order, and an equal one under another id when no answer came. */
const retryUnderNewId =
  (between: Between = () => undefined, again: object = {}, withIds = true) =>
  async (context: RehearsalContext): Promise<void> => {
    const send = createSender(context.axios, context.exchange.credentials);
    const place = (newClientOrderId: string, changed = {}): Promise<unknown> =>
      send('POST', '/api/v3/order', {
        ...terms,
        price: '20000',
        ...changed,
        ...(withIds ? { newClientOrderId } : {}),
      });
    try {
      await place('first');
    } catch {
      await between(context, 'first');
      await place('second', again);
    }
  };

const messagesOf = async (run: (context: RehearsalContext) => unknown, scenario = oneLostReply) => {
  const { failure, intents } = await rehearse({ run, scenario });
  return { failure, standing: intents.filter(({ orders }) => orders.length > 0).length };
};

describe('no intent is placed twice', () => {
  it.each([
    ['another id', retryUnderNewId()],
    ['no id', retryUnderNewId(undefined, {}, false)],
  ])('finds an order that is resent under %s after its answer was lost', async (_, run) => {
    const { failure, standing } = await messagesOf(run);
    expect(standing).toBe(2);
    expect(failure).toMatchObject({
      invariant: 'no intent is placed twice',
      message: 'order-2 repeats order-1, whose answer the program did not get, and both exist',
      events: 1,
    });
  });

  const knows: Readonly<Record<string, Between>> = {
    'asks for it by its id': ({ axios, exchange }, id) =>
      createSender(axios, exchange.credentials)('GET', '/api/v3/order', { origClientOrderId: id }),
    'reads its open orders': ({ axios, exchange }) =>
      createSender(axios, exchange.credentials)('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' }),
    'says that it does not know': ({ report }, id) => report(id, 'unknown'),
    'lets a long time pass': () => new Promise((resolve) => setTimeout(resolve, 30_000)),
  };
  for (const [what, between] of Object.entries(knows)) {
    it(`accepts two equal orders if the program ${what}`, async () => {
      const { failure, standing } = await messagesOf(retryUnderNewId(between));
      expect([failure, standing]).toEqual([undefined, 2]);
    });
  }

  it('accepts an order at another price, and equal ones that were all answered', async () => {
    expect((await messagesOf(retryUnderNewId(undefined, { price: '20001' }))).failure).toBeUndefined();
    const calm = await messagesOf(
      async (context) => {
        await retryUnderNewId()(context);
        await retryUnderNewId()({ ...context });
      },
      { name: 'nothing goes wrong' },
    );
    expect(calm.failure).toBeUndefined();
  });

  it('accepts equal orders of a client that looks up those without an answer', async () => {
    const run = async ({ exchange }: RehearsalContext): Promise<void> => {
      const baseUrls = { spot: exchange.url, contract: exchange.url };
      const client = new WeexClient({ ...exchange.credentials, baseUrls });
      const order = { ...terms, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '20000' } as const;
      const contract = { ...order, positionSide: 'LONG' } as const;
      await Promise.all([client.contract.placeOrder(contract), client.contract.placeOrder(contract)]);
      await Promise.all([client.spot.placeOrder(order), client.spot.placeOrder(order)]);
      await client.close();
    };
    const faults = [{ kind: 'lost-reply', endpoint: 'placeOrder', probability: 0.5 }] as const;
    const { failure, standing } = await messagesOf(run, { name: 'lost replies', faults });
    expect([failure, standing]).toEqual([undefined, 4]);
  });
});
