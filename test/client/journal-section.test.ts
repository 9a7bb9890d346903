import { afterEach, expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { journalSections } from '../../src/client/journal-section.js';
import { createMemoryJournal } from '../../src/orders/index.js';
import { startExchange } from '../../src/testing/index.js';
import { filling } from '../e2e/support/connect.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const newClientOrderId = 'trade-7';
const stop = {
  symbol: 'BTCUSDT',
  planType: 'STOP_LOSS',
  positionSide: 'LONG',
  quantity: '0.001',
  triggerPrice: '90000',
  clientAlgoId: newClientOrderId,
} as const;

async function start(journal = createMemoryJournal()) {
  const exchange = await startExchange();
  const { credentials, url } = exchange;
  const client = () => {
    const made = new WeexClient({
      ...credentials,
      baseUrls: { spot: url, contract: url },
      journal,
      settleMs: [10],
      reconcileDeadlineMs: 200,
    });
    ends.push(() => made.close());
    return made;
  };
  ends.push(() => exchange.close());
  return { exchange, client, journal };
}

it('an order in doubt stays in the journal while others with its id are placed and settled', async () => {
  const { client, exchange } = await start();
  const { contract, spot } = client();
  exchange.inject({ kind: 'lost-reply', endpoint: 'contract.placeOrder', count: 1 });
  const blind = exchange.inject({ kind: 'server-error', endpoint: 'reads' });
  const order = { ...filling.contract, newClientOrderId };
  await expect(contract.placeOrder(order)).rejects.toMatchObject({ kind: 'outcome-unknown' });
  blind();
  await contract.placeTpSlOrder(stop);
  await spot.placeOrder({ ...filling.spot, newClientOrderId });
  // What is settled leaves the journal a turn later.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const recovered = await client().recoverIntents();
  expect(recovered.map(({ intent, outcome }) => [intent.clientOrderId, intent.operation, outcome])).toEqual([
    [newClientOrderId, 'contract.placeOrder', 'executed'],
  ]);
  expect(exchange.orders.filter(({ clientOrderId }) => clientOrderId === newClientOrderId)).toHaveLength(2);
});

it('orders of both markets and a stop may be in progress with the same id', async () => {
  const { client, exchange } = await start();
  const { contract, spot } = client();
  await Promise.all([
    contract.placeOrder({ ...filling.contract, newClientOrderId }),
    spot.placeOrder({ ...filling.spot, newClientOrderId }),
    contract.placeTpSlOrder(stop),
  ]);
  expect([exchange.orders.length, exchange.algoOrders.length]).toEqual([2, 1]);
});

it('an intent is stored under its own id, or under that of its section if the id is taken', async () => {
  const journal = createMemoryJournal();
  const sections = journalSections(journal);
  const intentOf = (operation: string) => ({
    clientOrderId: 'a',
    operation,
    args: [],
    begunAt: 1,
    sentAt: 1,
  });
  const spotIntent = intentOf('spot.placeOrder');
  await sections.spot.sent(spotIntent);
  expect(await journal.open()).toEqual([spotIntent]);
  await sections.algo.sent(intentOf('contract.placeAlgoOrder'));
  expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'algo a']);
  expect(await sections.contract.open()).toEqual([]);
  expect(await sections.spot.open()).toEqual([spotIntent]);
  expect(await sections.algo.isOpen?.('a')).toBe(true);
  expect(await sections.contract.isOpen?.('a')).toBe(false);
  await sections.spot.settled('a', 'executed');
  expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['algo a']);
  await sections.contract.sent(intentOf('contract.placeOrder'));
  expect(await sections.algo.open()).toEqual([intentOf('contract.placeAlgoOrder')]);
  expect(journalSections(journal)).toBe(sections);
});

it('the sections are kept apart after a restart', async () => {
  const journal = createMemoryJournal();
  const intent = { clientOrderId: 'a', operation: 'spot.placeOrder', args: [], begunAt: 1, sentAt: 1 };
  await journal.sent(intent);
  const sections = journalSections(journal);
  expect(await sections.spot.isOpen?.('a')).toBe(true);
  expect(await sections.algo.isOpen?.('a')).toBe(false);
  await sections.contract.sent({ ...intent, operation: 'contract.placeOrder' });
  expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'contract a']);
});

it('in a shared journal the sections never mix, whatever another process writes', async () => {
  const shared = { ...createMemoryJournal(), isOwn: () => true };
  const [one, other] = [journalSections(shared), journalSections({ ...shared })];
  const intent = { clientOrderId: 'a', args: [{}], begunAt: 1, sentAt: 1 };
  await one.spot.sent({ ...intent, operation: 'spot.placeOrder' });
  await other.contract.sent({ ...intent, operation: 'contract.placeOrder' });
  const ids = (await shared.open()).map(({ clientOrderId }) => clientOrderId);
  expect(ids.toSorted()).toEqual(['a', 'spot a']);
  expect(await other.spot.open()).toMatchObject([{ clientOrderId: 'a', operation: 'spot.placeOrder' }]);
  await one.spot.settled('a', 'executed');
  expect(await other.contract.open()).toHaveLength(1);
});
