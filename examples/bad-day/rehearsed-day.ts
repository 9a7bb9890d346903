import { setTimeout as wait } from 'node:timers/promises';
import { PolicyRegistry } from 'weex-resilience';
import { createRandom, type RehearsalContext, rehearse, type Scenario } from 'weex-resilience/testing';
import { openClientMarket } from './client-market.js';
import { graceMs, traders } from './day.js';
import type { OrderIntent, OrderReport } from './order-intents.js';
import { symbolOf, trade } from './trader.js';

/** What came of a day in virtual time. */
export interface RehearsedDay {
  readonly seed: number;
  readonly wanted: number;
  /** Intents that stand exactly once. */
  readonly once: number;
  readonly duplicates: number;
  readonly wronglyReported: number;
}

const reports = {
  placed: 'placed',
  'not placed': 'not-placed',
  unknown: 'unknown',
} as const satisfies Readonly<Record<OrderReport, string>>;

/** Rehearses the day: the same traders through the same client, with its seed deciding everything. */
export async function rehearseDay(scenario: Scenario, seed: number): Promise<RehearsedDay> {
  const run = (context: RehearsalContext): Promise<void> => tradeRehearsed(context, seed);
  const { intents } = await rehearse({ seed, scenario, shrinkRuns: 0, run });
  const count = (test: (intent: (typeof intents)[number]) => boolean): number => intents.filter(test).length;
  return {
    seed,
    wanted: intents.length,
    once: count(({ orders }) => orders.length === 1),
    duplicates: intents.reduce((sum, { orders }) => sum + Math.max(0, orders.length - 1), 0),
    wronglyReported: count(
      ({ orders, report }) =>
        (report === 'placed' && orders.length === 0) || (report === 'not-placed' && orders.length > 0),
    ),
  };
}

async function tradeRehearsed(
  { clock, exchange, report, signal }: RehearsalContext,
  seed: number,
): Promise<void> {
  const openedAt = clock.now();
  const open = await openClientMarket(exchange, new PolicyRegistry());
  const intents: OrderIntent[] = [];
  const evening = new AbortController();
  const desks = Array.from({ length: traders }, (_, index) =>
    trade({
      market: open.market,
      symbol: symbolOf(index),
      random: createRandom(`trader ${index} of seed ${seed}`),
      intents,
      calls: [],
      elapsedMs: () => clock.now() - openedAt,
      lengthMs: Number.POSITIVE_INFINITY,
      bell: signal,
      signal: evening.signal,
    }),
  );
  const trading = Promise.all(desks);
  signal.addEventListener('abort', () => {
    void Promise.race([trading, wait(graceMs)]).then(() => evening.abort(new Error('The day is over')));
  });
  await trading;
  for (const { order, report: said } of intents) report(order.newClientOrderId, reports[said]);
  await open.close();
}
