import axios from 'axios';
import {
  attachWeexErrors,
  createPolicy,
  type IntentJournal,
  isWEEXError,
  resilient,
  type ResiliencePolicy,
} from 'weex-resilience';
import { attemptTimeoutMs } from './ambiguous-faults.js';
import type { ExchangeAccess, Market, OrderPlacer, Report, WantedOrder } from './order-run.js';
import { type FindOrder, makeFindOrder, Session } from './session.js';

/** Patience before "absent": longer than a request may be on its way and an order may be invisible. */
export const settleMs: readonly number[] = [100, 400, 1_500];

/** Places orders through this library. */
export function ourPlacer(exchange: ExchangeAccess, market: Market): OrderPlacer {
  return ourTrading(exchange, market);
}

/** Like {@link ourPlacer}, with the lookup and a journal. */
export function ourTrading(
  exchange: ExchangeAccess,
  market: Market,
  journal?: IntentJournal,
): OrderPlacer & { readonly findOrder: FindOrder } {
  const session = new Session(exchange, market);
  const http = axios.create({ baseURL: session.baseURL });
  attachWeexErrors(http, { losslessIds: true });

  const read = resilient(
    async (what: string, query: Readonly<Record<string, string>>): Promise<unknown> => {
      const { data } = await http.request<unknown>(session.get(what, query));
      return data;
    },
    policyOf('reads'),
    { effect: 'read' },
  );
  const findOrder = makeFindOrder(market, read);
  const begunAt = new Map<string, number>();
  const place = resilient(
    async (order: WantedOrder): Promise<unknown> => {
      const { data } = await http.request<unknown>(session.place(order));
      return data;
    },
    policyOf('orders'),
    {
      operation: 'placeOrder',
      orderSafety: {
        clientOrderId: (order) => order.newClientOrderId,
        find: (id, order) => findOrder(id, order.symbol, begunAt.get(id) ?? 0),
        settleMs,
        reconcileDeadlineMs: 120_000,
        journal,
        lookupPolicy: createPolicy({ name: 'lookups' }),
      },
    },
  );
  return {
    findOrder,
    async place(order) {
      begunAt.set(order.newClientOrderId, Date.now());
      try {
        await place(order);
        return 'placed';
      } catch (error) {
        return reportOf(error);
      } finally {
        begunAt.delete(order.newClientOrderId);
      }
    },
  };
}

function policyOf(name: string): ResiliencePolicy {
  const backoff = { initialDelayMs: 50, maxDelayMs: 1_000 };
  return createPolicy({ name, deadlineMs: 60_000, attemptTimeoutMs, retry: { maxRetries: 8, backoff } });
}

function reportOf(error: unknown): Report {
  return isWEEXError(error) && error.executionStatus === 'not-executed' ? 'not-placed' : 'unknown';
}
