import { setTimeout as wait } from 'node:timers/promises';
import type { IPolicy } from 'cockatiel';
import {
  attachWeexErrors,
  isWEEXError,
  mintClientOrderId,
  recoverIntents,
  resilient,
  weexVenues,
} from '../../../src/index.js';
import type { RehearsalContext } from '../../../src/testing/index.js';
import { createSender } from './signed-sender.js';

interface Order {
  readonly symbol: string;
  readonly newClientOrderId: string;
}
interface Placed {
  readonly clientOrderId: string;
}

const symbol = 'SOLUSDT';

/** A bot of one's own: axios, a policy and the order guard, without the client of this package. */
export async function tradeGuarded(
  context: RehearsalContext,
  makePolicy: (context: RehearsalContext) => IPolicy,
): Promise<void> {
  const { axios, clock, exchange, journal, random, report, signal } = context;
  attachWeexErrors(axios, { losslessIds: true });
  const send = createSender(axios, exchange.credentials);
  const find = async (id: string): Promise<Placed | undefined> => {
    for (const path of ['/capi/v3/openOrders', '/capi/v3/order/history']) {
      // oxlint-disable-next-line no-await-in-loop
      const orders = (await send('GET', path, { symbol })) as readonly Placed[];
      const found = orders.find(({ clientOrderId }) => clientOrderId === id);
      if (found) return found;
    }
    return undefined;
  };
  const place = resilient(
    (order: Order) =>
      send('POST', '/capi/v3/order', {
        ...order,
        side: 'BUY',
        positionSide: 'LONG',
        type: 'MARKET',
        quantity: '0.5',
      }) as Promise<Placed>,
    makePolicy(context),
    {
      orderSafety: {
        clientOrderId: (order) => order.newClientOrderId,
        find: (id) => find(id),
        venue: weexVenues.contract,
        journal,
        reconcileDeadlineMs: 60_000,
      },
    },
  );
  const recovered = await recoverIntents({
    journal,
    clock,
    find: ({ clientOrderId }) => find(clientOrderId),
  });
  for (const { intent, outcome } of recovered) {
    const words = { executed: 'placed', 'not-executed': 'not-placed', unknown: 'unknown' } as const;
    report(intent.clientOrderId, words[outcome]);
  }
  const calls: Promise<void>[] = [];
  while (!signal.aborted) {
    const order = { symbol, newClientOrderId: mintClientOrderId() };
    calls.push(
      place(order).then(
        () => report(order.newClientOrderId, 'placed'),
        (error: unknown) => {
          const isProven = isWEEXError(error) && error.executionStatus === 'not-executed';
          report(order.newClientOrderId, isProven ? 'not-placed' : 'unknown');
        },
      ),
    );
    // oxlint-disable-next-line no-await-in-loop
    await wait(1_500 * random());
  }
  await Promise.all(calls);
}
