import { pathToFileURL } from 'node:url';
import axios, { type AxiosInstance } from 'axios';
import type * as library from 'weex-resilience';
import { compare } from './harness.js';

/*
 * A successful order with a guard, compared with the same call without one. The exchange is an adapter that answers at
 * once, so that only the client's own work is timed. BENCH_AGAINST=<the dist of another build> adds that build.
 */
type Library = typeof library;

const policyOptions = {
  name: 'orders',
  attemptTimeoutMs: 2_000,
  deadlineMs: 5_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 5_000 },
} as const;

interface Order {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly newClientOrderId: string;
}

let orders = 0;

function exchange(): AxiosInstance {
  return axios.create({
    baseURL: 'http://127.0.0.1',
    headers: { 'ACCESS-KEY': 'key' },
    adapter: async (config) => {
      const { newClientOrderId } = JSON.parse(config.data as string) as Order;
      const data = JSON.stringify({ orderId: String((orders += 1)), clientOrderId: newClientOrderId });
      return { data, status: 200, statusText: 'OK', headers: {}, config, request: undefined };
    },
  });
}

function caseOf({ attachWeexErrors, createPolicy, mintClientOrderId, Resilient }: Library, guarded: boolean) {
  const http = exchange();
  attachWeexErrors(http);
  const policy = createPolicy(policyOptions);
  const send = async (order: Order): Promise<unknown> =>
    (await http.post<unknown>('/capi/v3/order', order)).data;
  class Bare {
    @Resilient(policy)
    async placeOrder(order: Order): Promise<unknown> {
      return send(order);
    }
  }
  class Guarded {
    @Resilient(policy, {
      orderSafety: {
        clientOrderId: (order: Order) => order.newClientOrderId,
        find: async () => undefined,
      },
    })
    async placeOrder(order: Order): Promise<unknown> {
      return send(order);
    }
  }
  const trader = guarded ? new Guarded() : new Bare();
  return () =>
    trader.placeOrder({
      symbol: 'BTCUSDT',
      side: 'BUY',
      quantity: '0.01',
      newClientOrderId: mintClientOrderId(),
    });
}

const today = await import('weex-resilience');
const against = process.env['BENCH_AGAINST'];
const before = against ? ((await import(pathToFileURL(`${against}/index.js`).href)) as Library) : undefined;
await compare({
  title: 'An order that is placed at the first attempt',
  baseline: before ? 'before' : 'without a guard',
  packages: ['axios'],
  measure: 'cpu',
  roundMs: 100,
  cases: {
    ...(before && { before: caseOf(before, true) }),
    guarded: caseOf(today, true),
    'without a guard': caseOf(today, false),
  },
});
