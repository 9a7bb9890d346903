import type { SimulatedOrder } from 'weex-resilience/testing';
import type { WantedOrder } from './market.js';

/**
 * What the client reported about an order. `'unknown'`: that it does not know, or nothing because it was
 * interrupted.
 */
export type OrderReport = 'placed' | 'not placed' | 'unknown';

/** A wanted order, and what was reported about it. */
export interface OrderIntent {
  readonly order: WantedOrder;
  /** Milliseconds since the exchange opened. */
  readonly wantedAtMs: number;
  report: OrderReport;
  /** The client was still looking up the outcome when the day ended. */
  unfinished?: true;
  /** What was reported about its cancel, if there was one. */
  cancel?: 'cancelled' | 'failed';
}

/** An intent compared with what the exchange has. */
export interface IntentVerdict {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly report: OrderReport;
  /** How many orders with its id are or were on the exchange. */
  readonly standing: number;
  /** What is wrong, as a sentence; absent if nothing is. */
  readonly broken?: string;
}

/** All intents of a day compared with what the exchange has. */
export interface IntentAudit {
  readonly verdicts: readonly IntentVerdict[];
  readonly wanted: number;
  readonly placed: number;
  readonly notPlaced: number;
  readonly unknown: number;
  /** Of the unknown ones, those that the client was still looking up when the day ended. */
  readonly unfinished: number;
  /** Intents placed exactly once. */
  readonly once: number;
  /** Orders beyond the first of an intent. */
  readonly duplicates: number;
  /** Intents whose report differs from what the exchange has. */
  readonly wronglyReported: number;
  /** Every broken invariant, one sentence each. */
  readonly broken: readonly string[];
}

/** How many orders may exist for each report. */
const allowedStanding: Readonly<Record<OrderReport, readonly number[]>> = {
  placed: [1],
  'not placed': [0],
  unknown: [0, 1],
};

/** Compares what the client reported with what the exchange has. */
export function auditIntents(
  intents: readonly OrderIntent[],
  orders: readonly SimulatedOrder[],
): IntentAudit {
  const standing = groupById(orders);
  const verdicts = intents.map((intent) => judge(intent, standing.get(intent.order.newClientOrderId) ?? []));
  const wanted = new Set(intents.map(({ order }) => order.newClientOrderId));
  const strangers = orders.filter(({ clientOrderId }) => !wanted.has(clientOrderId));
  const counted = (test: (verdict: IntentVerdict) => boolean): number => verdicts.filter(test).length;
  return {
    verdicts,
    wanted: intents.length,
    placed: counted(({ report }) => report === 'placed'),
    notPlaced: counted(({ report }) => report === 'not placed'),
    unknown: counted(({ report }) => report === 'unknown'),
    unfinished: intents.filter(({ unfinished }) => unfinished).length,
    once: counted((verdict) => verdict.standing === 1),
    duplicates: verdicts.reduce((sum, verdict) => sum + Math.max(0, verdict.standing - 1), 0),
    wronglyReported: counted(
      ({ report, standing: stands }) =>
        (report === 'placed' && stands === 0) || (report === 'not placed' && stands > 0),
    ),
    broken: [
      ...verdicts.flatMap(({ clientOrderId, broken }) => (broken ? [`${clientOrderId}: ${broken}`] : [])),
      ...strangers.map(({ clientOrderId }) => `${clientOrderId}: exists, but no trader wanted it`),
    ],
  };
}

function judge({ cancel, order, report }: OrderIntent, orders: readonly SimulatedOrder[]): IntentVerdict {
  const { newClientOrderId: clientOrderId, symbol } = order;
  const verdict = { clientOrderId, symbol, report, standing: orders.length };
  if (!allowedStanding[report].includes(orders.length)) {
    return { ...verdict, broken: `reported as ${report}, found ${orders.length} times` };
  }
  const status = orders[0]?.status;
  if (cancel === 'cancelled' && status !== 'CANCELED') {
    return { ...verdict, broken: `reported as cancelled, is ${status ?? 'not there'}` };
  }
  return verdict;
}

function groupById(orders: readonly SimulatedOrder[]): Map<string, SimulatedOrder[]> {
  const groups = new Map<string, SimulatedOrder[]>();
  for (const order of orders) {
    const group = groups.get(order.clientOrderId);
    if (group) group.push(order);
    else groups.set(order.clientOrderId, [order]);
  }
  return groups;
}
