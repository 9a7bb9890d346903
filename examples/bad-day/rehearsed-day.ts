import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { PolicyRegistry } from 'weex-resilience';
import {
  createRandom,
  type RehearsalContext,
  rehearse,
  type Scenario,
  type SimulatedRequest,
} from 'weex-resilience/testing';
import { openClientMarket } from './client-market.js';
import { deadlineMs, graceMs, traders } from './day.js';
import type { ExchangeAddress, OpenMarket } from './market.js';
import { placeableOrders } from './oracle.js';
import { auditIntents, type OrderIntent, type OrderReport } from './order-intents.js';
import { planDay } from './plan-day.js';
import { symbolOf, trade, type TraderCall } from './trader.js';

/** The result of a day in virtual time. */
export interface RehearsedDay {
  readonly seed: number;
  readonly wanted: number;
  /** How many of them a program could have placed that knew all faults. */
  readonly placeable: number;
  /** Intents placed exactly once. */
  readonly once: number;
  readonly duplicates: number;
  readonly wronglyReported: number;
}

/** A day in virtual time, with all its requests and answers. */
export interface RehearsedTraffic extends RehearsedDay {
  readonly intents: readonly OrderIntent[];
  readonly calls: readonly TraderCall[];
  readonly requests: readonly SimulatedRequest[];
  /** What happened, one line each. */
  readonly trace: string;
}

const reports = {
  placed: 'placed',
  'not placed': 'not-placed',
  unknown: 'unknown',
} as const satisfies Readonly<Record<OrderReport, string>>;

/** Rehearses the day: the same traders through the same client; the seed decides everything. */
export async function rehearseDay(scenario: Scenario, seed: number): Promise<RehearsedDay> {
  const open = (exchange: ExchangeAddress): Promise<OpenMarket> =>
    openClientMarket(exchange, new PolicyRegistry());
  const { duplicates, once, placeable, wanted, wronglyReported } = await rehearseTraffic(
    scenario,
    seed,
    open,
  );
  return { seed, wanted, placeable, once, duplicates, wronglyReported };
}

/** Rehearses the day through any market. */
export async function rehearseTraffic(
  scenario: Scenario,
  seed: number,
  openMarket: (exchange: ExchangeAddress) => OpenMarket | Promise<OpenMarket>,
): Promise<RehearsedTraffic> {
  const intents: OrderIntent[] = [];
  const calls: TraderCall[] = [];
  const run = (context: RehearsalContext): Promise<void> =>
    tradeRehearsed(context, { seed, openMarket, intents, calls });
  const { faults, lengthMs } = await planDay(scenario, seed);
  const { intents: stands, requests, trace } = await rehearse({ seed, scenario, shrinkRuns: 0, run });
  const { duplicates, once, wanted, wronglyReported } = auditIntents(
    intents,
    stands.flatMap(({ orders }) => orders),
  );
  const placeable = placeableOrders(intents, faults, { deadlineMs, endsMs: lengthMs + graceMs });
  return { seed, wanted, placeable, once, duplicates, wronglyReported, intents, calls, requests, trace };
}

interface Desks {
  readonly seed: number;
  readonly openMarket: (exchange: ExchangeAddress) => OpenMarket | Promise<OpenMarket>;
  readonly intents: OrderIntent[];
  readonly calls: TraderCall[];
}

async function tradeRehearsed(
  { clock, exchange, report, signal }: RehearsalContext,
  { calls, intents, openMarket, seed }: Desks,
): Promise<void> {
  const openedAt = clock.now();
  const open = await openMarket(exchange);
  const evening = new AbortController();
  // Every call in progress listens to it.
  setMaxListeners(0, evening.signal);
  const desks = Array.from({ length: traders }, (_, index) =>
    trade({
      market: open.market,
      symbol: symbolOf(index),
      random: createRandom(`trader ${index} of seed ${seed}`),
      intents,
      calls,
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
