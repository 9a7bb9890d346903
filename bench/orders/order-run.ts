import { createRandom, type Fault, type SimulatedExchange, startExchange } from 'weex-resilience/testing';
import { ambiguousFaults, latestExecutionMs } from './ambiguous-faults.js';

/** Which market the orders go to. */
export type Market = 'spot' | 'contract';

/** An order to be placed exactly once. */
export interface WantedOrder {
  readonly symbol: string;
  readonly side: 'BUY';
  readonly positionSide?: 'LONG';
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce?: 'GTC';
  readonly price?: string;
  readonly quantity: string;
  readonly newClientOrderId: string;
}

/** What a client finally reports about an order. */
export type Report = 'placed' | 'not-placed' | 'unknown';

/** A client of the exchange under test. */
export interface OrderPlacer {
  /** Resolves when the client has its final report. */
  place(order: WantedOrder): Promise<Report>;
}

/** What a client needs to know of an exchange. */
export type ExchangeAccess = Pick<SimulatedExchange, 'url' | 'credentials'>;

/** Creates the client under test for an exchange. */
export type MakePlacer = (exchange: ExchangeAccess, market: Market) => OrderPlacer;

/** The result of a run. */
export interface Tally {
  orders: number;
  /** Additional orders for the same intent. */
  duplicates: number;
  /** Reported as placed, but no order exists. */
  wronglyPlaced: number;
  /** Reported as not placed, but an order exists. */
  wronglyNotPlaced: number;
  /** Left to the caller to find out. */
  unknown: number;
  /** Intents without an order, including refused ones. */
  unplaced: number;
  requests: number;
  /** Requests that a fault hit. */
  faults: number;
}

/** The options of a run. */
export interface RunOptions {
  readonly market: Market;
  readonly seed: number;
  readonly orders: number;
  /** How many orders are in progress at once. Default 50. */
  readonly concurrency?: number | undefined;
  /** Default {@link ambiguousFaults}. */
  readonly faults?: readonly Fault[] | undefined;
}

/**
 * Places orders on a simulated exchange under ambiguous faults, and compares the orders that exist with the
 * reports.
 */
export async function runOrders(makePlacer: MakePlacer, options: RunOptions): Promise<Tally> {
  const { concurrency = 50, faults = ambiguousFaults, market, seed } = options;
  const exchange = await startExchange({
    seed,
    scenario: { name: 'ambiguous', faults },
    limits: { weight: false, orders: false },
  });
  try {
    const placer = makePlacer(exchange, market);
    const wanted = wantedOrders(options).entries();
    const reports = new Map<string, Report>();
    const work = async (): Promise<void> => {
      for (const [, order] of wanted) reports.set(order.newClientOrderId, await placer.place(order));
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    // Requests still on their way must arrive before the count.
    await new Promise((resolve) => setTimeout(resolve, latestExecutionMs + 200));
    return count(exchange, reports);
  } finally {
    await exchange.close();
  }
}

/** Compares the orders that exist with the reports. */
function count(exchange: SimulatedExchange, reports: ReadonlyMap<string, Report>): Tally {
  const standing = new Map<string, number>();
  for (const { clientOrderId } of exchange.orders) {
    standing.set(clientOrderId, (standing.get(clientOrderId) ?? 0) + 1);
  }
  const tally: Tally = {
    orders: reports.size,
    duplicates: 0,
    wronglyPlaced: 0,
    wronglyNotPlaced: 0,
    unknown: 0,
    unplaced: 0,
    requests: exchange.requests.length,
    faults: exchange.requests.filter(({ fault }) => fault !== undefined).length,
  };
  for (const [id, report] of reports) {
    const stand = standing.get(id) ?? 0;
    tally.duplicates += Math.max(0, stand - 1);
    tally.unplaced += stand === 0 ? 1 : 0;
    tally.unknown += report === 'unknown' ? 1 : 0;
    tally.wronglyPlaced += report === 'placed' && stand === 0 ? 1 : 0;
    tally.wronglyNotPlaced += report === 'not-placed' && stand > 0 ? 1 : 0;
  }
  return tally;
}

/** Adds up the tallies of several runs. */
export function total(tallies: readonly Tally[]): Tally {
  const [first, ...rest] = tallies;
  if (!first) throw new Error('Cannot add up the tallies: there are none');
  const sum = { ...first };
  for (const tally of rest) {
    for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  }
  return sum;
}

/** Half of the orders fill at once, half of them rest. */
function wantedOrders({ market, orders, seed }: RunOptions): WantedOrder[] {
  const random = createRandom(`orders ${seed}`);
  return Array.from({ length: orders }, (_, index) => ({
    symbol: 'DOGEUSDT',
    side: 'BUY',
    ...(market === 'contract' ? { positionSide: 'LONG' } : {}),
    ...(random() < 0.5
      ? { type: 'MARKET', quantity: '10' }
      : { type: 'LIMIT', timeInForce: 'GTC', price: '0.1', quantity: '10' }),
    newClientOrderId: `s${seed}n${index}`,
  }));
}
