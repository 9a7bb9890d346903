import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createRandom,
  type PlannedPhase,
  type Scenario,
  type SimulatedExchange,
  type SimulatedRequest,
  startExchange,
} from 'weex-resilience/testing';
import type { OpenMarket } from './market.js';
import { placeableOrders } from './oracle.js';
import { auditIntents, type IntentAudit, type OrderIntent } from './order-intents.js';
import { symbolOf, trade, type TraderCall } from './trader.js';

/** Options of a day. */
export interface DayOptions {
  /** The name of the client, for the report. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Interrupts the day. */
  readonly signal: AbortSignal;
  readonly openMarket: (exchange: SimulatedExchange) => OpenMarket | Promise<OpenMarket>;
  /** Called with the exchange before trading starts. */
  readonly onStart?: (day: RunningDay) => void;
}

/** A day in progress. */
export interface RunningDay {
  readonly exchange: SimulatedExchange;
  readonly intents: readonly OrderIntent[];
  /** Milliseconds since the exchange opened. */
  readonly elapsedMs: () => number;
  readonly lengthMs: number;
}

/** The result of a day. */
export interface Day {
  readonly name: string;
  readonly phases: readonly PlannedPhase[];
  readonly lengthMs: number;
  readonly requests: readonly SimulatedRequest[];
  readonly calls: readonly TraderCall[];
  readonly audit: IntentAudit;
  /** How many of the orders a program could have placed that knew all faults. */
  readonly placeable: number;
}

/** As long as the client's own calls may take. */
export const deadlineMs = 20_000;
export const traders = 8;
/** How long after the last phase a call may still run before it is ended. */
export const graceMs = 4_000;

/** Runs a trading day on its own exchange, and finally compares what was reported with what the exchange has. */
export async function runDay(options: DayOptions): Promise<Day> {
  const { name, openMarket, scenario, seed, signal } = options;
  const startedAt = performance.now();
  const openedAtMs = Date.now();
  const exchange = await startExchange({ scenario, seed });
  const { phases } = exchange;
  const lengthMs = phases.at(-1)?.untilMs ?? 0;
  const intents: OrderIntent[] = [];
  const calls: TraderCall[] = [];
  const elapsedMs = (): number => performance.now() - startedAt;
  options.onStart?.({ exchange, intents, elapsedMs, lengthMs });
  const open = await openMarket(exchange);
  try {
    const evening = new AbortController();
    const ends = AbortSignal.any([signal, evening.signal]);
    // Every call in progress listens to it.
    setMaxListeners(0, ends);
    const trading = Promise.all(
      Array.from({ length: traders }, (_, index) =>
        trade({
          market: open.market,
          symbol: symbolOf(index),
          random: createRandom(`trader ${index} of seed ${seed}`),
          intents,
          calls,
          elapsedMs,
          lengthMs,
          signal: ends,
        }),
      ),
    );
    const bell = wait(Math.max(0, lengthMs + graceMs - elapsedMs()), undefined, {
      signal: evening.signal,
    }).catch(() => undefined);
    await Promise.race([trading, bell]);
    evening.abort(new Error('The day is over'));
    await trading;
    // Delayed requests must have arrived at the exchange before the count.
    if (!signal.aborted) await wait(longestDelayMs(exchange));
  } finally {
    await open.close();
    await exchange.close();
  }
  const { faults, orders, requests } = exchange;
  const times = { deadlineMs, endsMs: lengthMs + graceMs, openedAtMs };
  const placeable = placeableOrders(intents, faults, times);
  return { name, phases, lengthMs, requests, calls, audit: auditIntents(intents, orders), placeable };
}

function longestDelayMs({ faults }: SimulatedExchange): number {
  const delays = faults.map((fault) => (fault.kind === 'delay' ? fault.delayMs + (fault.jitterMs ?? 0) : 0));
  return Math.max(0, ...delays);
}
