/**
 * Ten traders on one client, for `npm run rehearse`: they place orders, cancel some of them, and report the result
 * of each. The rehearsal checks whether the reports are true.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isWEEXError, mintClientOrderId } from 'weex-resilience';
import { WeexClient, type WeexClientOptions } from 'weex-resilience/client';
import type { RehearsalContext } from 'weex-resilience/testing';

const traders = 10;
const longestPauseMs = 11_000;

type Market = 'spot' | 'contract';

interface Desk {
  readonly client: WeexClient;
  readonly context: RehearsalContext;
  readonly market: Market;
  readonly traded: Traded;
  /** Resting orders, by their client order ids. */
  readonly resting: string[];
}

interface Traded {
  readonly symbol: string;
  readonly quantity: string;
  /** A price so far below the market that an order rests. */
  readonly price: string;
}

const traded: readonly Traded[] = [
  { symbol: 'BTCUSDT', quantity: '0.001', price: '1000' },
  { symbol: 'ETHUSDT', quantity: '0.01', price: '40' },
  { symbol: 'SOLUSDT', quantity: '0.5', price: '2' },
  { symbol: 'DOGEUSDT', quantity: '100', price: '0.002' },
];

/** The program: started by the rehearsal, and again after each crash. */
export async function run(context: RehearsalContext): Promise<void> {
  await tradeAll(context, {});
}

/** The same with another client. */
export async function tradeAll(
  context: RehearsalContext,
  behavior: Pick<WeexClientOptions, 'settleMs' | 'reconcileDeadlineMs'>,
): Promise<void> {
  const { exchange, journal, report, signal } = context;
  const baseUrls = { spot: exchange.url, contract: exchange.url };
  const client = new WeexClient({ ...exchange.credentials, ...behavior, baseUrls, journal });
  for (const { intent, outcome } of await client.recoverIntents()) {
    report(intent.clientOrderId, reportOf[outcome]);
  }
  const desks = Array.from({ length: traders }, (_, index): Desk => {
    const market = index % 3 === 0 ? 'spot' : 'contract';
    return { client, context, market, traded: traded[index % traded.length] as Traded, resting: [] };
  });
  await Promise.all(desks.map(trade));
  if (signal.aborted) await client.close({ graceMs: 100_000 });
}

const reportOf = { executed: 'placed', 'not-executed': 'not-placed', unknown: 'unknown' } as const;

async function trade(desk: Desk): Promise<void> {
  const { random, signal } = desk.context;
  const rounds: Promise<void>[] = [];
  while (!signal.aborted) {
    // oxlint-disable-next-line no-await-in-loop
    await wait(longestPauseMs * random(), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) rounds.push(pick(random())(desk));
  }
  await Promise.all(rounds);
}

const habits: readonly (readonly [share: number, habit: (desk: Desk) => Promise<void>])[] = [
  [0.38, placeLimitOrder],
  [0.28, placeMarketOrder],
  [0.08, placeBatch],
  [0.2, cancelOldest],
  [1, readPrice],
];

function pick(chance: number): (desk: Desk) => Promise<void> {
  let left = chance;
  for (const [share, habit] of habits) {
    left -= share;
    if (left < 0) return habit;
  }
  return readPrice;
}

async function readPrice({ client, market, traded: { symbol } }: Desk): Promise<void> {
  await client[market].getTicker(symbol).catch(() => undefined);
}

async function placeLimitOrder(desk: Desk): Promise<void> {
  const order = { ...newOrder(desk), type: 'LIMIT', timeInForce: 'GTC', price: desk.traded.price } as const;
  if (await place(desk, order)) desk.resting.push(order.newClientOrderId);
}

async function placeMarketOrder(desk: Desk): Promise<void> {
  await place(desk, { ...newOrder(desk), type: 'MARKET' });
}

async function place({ client, context, market }: Desk, order: Order): Promise<boolean> {
  const id = order.newClientOrderId;
  try {
    await (market === 'spot' ? client.spot.placeOrder(spotOrder(order)) : client.contract.placeOrder(order));
    context.report(id, 'placed');
    return true;
  } catch (error) {
    context.report(id, isNotExecuted(error) ? 'not-placed' : 'unknown');
    return false;
  }
}

async function placeBatch(desk: Desk): Promise<void> {
  const { client, context, market } = desk;
  const orders = [newOrder(desk), newOrder(desk)].map((order) => ({ ...order, type: 'MARKET' }) as const);
  try {
    const outcomes = await (market === 'spot'
      ? client.spot.placeOrders(orders.map(spotOrder))
      : client.contract.placeOrders(orders));
    for (const outcome of outcomes) {
      const failed = 'error' in outcome && !isNotExecuted(outcome.error) ? 'unknown' : 'not-placed';
      context.report(outcome.clientOrderId, outcome.ok ? 'placed' : failed);
    }
  } catch (error) {
    for (const { newClientOrderId } of orders) {
      context.report(newClientOrderId, isNotExecuted(error) ? 'not-placed' : 'unknown');
    }
  }
}

async function cancelOldest({ client, market, resting, traded: { symbol } }: Desk): Promise<void> {
  const clientOrderId = resting.shift();
  if (clientOrderId === undefined) return;
  await client[market].cancelOrder({ symbol, clientOrderId }).catch(() => undefined);
}

interface NewOrder {
  readonly symbol: string;
  readonly side: 'BUY';
  readonly positionSide: 'LONG';
  readonly quantity: string;
  readonly newClientOrderId: string;
}

type Order = NewOrder &
  (
    | { readonly type: 'MARKET' }
    | { readonly type: 'LIMIT'; readonly timeInForce: 'GTC'; readonly price: string }
  );

function newOrder({ traded: { quantity, symbol } }: Desk): NewOrder {
  const newClientOrderId = mintClientOrderId();
  return { symbol, side: 'BUY', positionSide: 'LONG', quantity, newClientOrderId };
}

/** Spot has no positions. */
function spotOrder<Wanted extends Order>({
  positionSide: _position,
  ...order
}: Wanted): Omit<Wanted, 'positionSide'> {
  return order;
}

function isNotExecuted(error: unknown): boolean {
  return isWEEXError(error) && error.executionStatus === 'not-executed';
}
