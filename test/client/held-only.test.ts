import { expect, it, onTestFinished } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { PolicyRegistry } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { hang } from '../policies/harness.js';

const symbol = 'BTCUSDT';
const order = { symbol, side: 'BUY', type: 'LIMIT', quantity: '1', price: '1', timeInForce: 'GTC' } as const;
const ofPosition = { symbol, positionSide: 'LONG', quantity: '1', triggerPrice: '1' } as const;

const writes: Readonly<Record<string, (client: WeexClient) => Promise<unknown>>> = {
  placeOrder: ({ contract }) => contract.placeOrder({ ...order, positionSide: 'LONG' }),
  placeAlgoOrder: ({ contract }) =>
    contract.placeAlgoOrder({ ...ofPosition, side: 'SELL', type: 'STOP_MARKET' }),
  placeTpSlOrder: ({ contract }) => contract.placeTpSlOrder({ ...ofPosition, planType: 'STOP_LOSS' }),
  modifyTpSlOrder: ({ contract }) => contract.modifyTpSlOrder({ orderId: '1', triggerPrice: '1' }),
  cancelOrder: ({ contract }) => contract.cancelOrder({ symbol, orderId: '1' }),
  cancelAllOrders: ({ contract }) => contract.cancelAllOrders(symbol),
  cancelAlgoOrder: ({ contract }) => contract.cancelAlgoOrder({ symbol, orderId: '1' }),
  cancelAllAlgoOrders: ({ contract }) => contract.cancelAllAlgoOrders(symbol),
  closePositions: ({ contract }) => contract.closePositions(symbol),
  setLeverage: ({ contract }) => contract.setLeverage({ symbol, marginType: 'CROSSED', crossLeverage: 5 }),
  setMarginType: ({ contract }) => contract.setMarginType({ symbol, marginType: 'ISOLATED' }),
  setAutoAppendMargin: ({ contract }) =>
    contract.setAutoAppendMargin({ positionId: '1', autoAppendMargin: true }),
  movePositionMargin: ({ contract }) =>
    contract.movePositionMargin({ isolatedPositionId: '1', amount: '1', type: 1 }),
  'placeOrder of spot': ({ spot }) => spot.placeOrder(order),
  'cancelOrder of spot': ({ spot }) => spot.cancelOrder({ symbol, clientOrderId: 'c-1' }),
  'cancelAllOrders of spot': ({ spot }) => spot.cancelAllOrders(symbol),
};

/** The error of a call whose policy lets nothing through until its deadline. */
async function heldUntilDeadline(call: (client: WeexClient) => Promise<unknown>): Promise<unknown> {
  const clock = createFakeClock();
  const registry = new PolicyRegistry({ clock });
  const nowhere = 'http://127.0.0.1:1';
  const baseUrls = { spot: nowhere, contract: nowhere };
  const client = new WeexClient({ apiKey: 'k', secretKey: 's', passphrase: 'p', baseUrls, registry });
  onTestFinished(() => client.close());
  for (const name of ['account', 'cancels', 'orders'].flatMap((kind) => [
    `spot.${kind}`,
    `contract.${kind}`,
  ])) {
    const policy = registry.get(name);
    policy.reconfigure({ attemptTimeoutMs: 1_000, deadlineMs: 1_000, bulkhead: { limit: 1, queue: 10 } });
    void policy.executeOutcome(hang);
  }
  const rejected = call(client).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(1_000);
  return rejected;
}

it.each(Object.entries(writes))('%s that was only held was not executed', async (_, call) => {
  expect(await heldUntilDeadline(call)).toMatchObject({
    kind: 'timeout',
    scope: 'deadline',
    executionStatus: 'not-executed',
  });
});

it('a read that was only held says nothing of it', async () => {
  const error = await heldUntilDeadline(({ contract }) => contract.getPositions());
  expect(error).toMatchObject({ kind: 'timeout', scope: 'deadline' });
  expect(error).not.toHaveProperty('executionStatus');
});
