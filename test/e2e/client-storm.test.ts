import { describe, expect, it } from 'vitest';
import { isWEEXError } from '../../src/index.js';
import type { Fault } from '../../src/testing/index.js';
import { connect, filling, markets } from './support/connect.js';

const endpoint = ['placeOrder', 'placeOrders'];
const faults: Fault[] = [
  { kind: 'lost-reply', endpoint, probability: 0.1 },
  { kind: 'reset', endpoint, probability: 0.08 },
  { kind: 'hang', endpoint, probability: 0.03 },
  { kind: 'server-error', endpoint, probability: 0.05, executed: true },
  { kind: 'proxy-html', endpoint, probability: 0.05 },
  { kind: 'refusal', endpoint: ['placeOrder', 'placeOrders'], probability: 0.05 },
  { kind: 'reset', endpoint: 'reads', probability: 0.1 },
  { kind: 'late-visibility', delayMs: 60 },
];

/** What a caller was told of an order. */
type Report = 'placed' | 'not placed' | 'unknown';
const reportOf = (error: unknown): Report =>
  isWEEXError(error) && error.executionStatus === 'not-executed' ? 'not placed' : 'unknown';

describe.each(markets)('%s: orders and batches among ambiguous faults', (market) => {
  it.each([3])('produce no second order and no wrong report, seed %i', async (seed) => {
    const { client, exchange } = await connect(
      { settleMs: [20, 80, 200], reconcileDeadlineMs: 10_000 },
      {
        seed,
        limits: { orders: false, weight: false },
        balances: { contract: '1000000', spot: { USDT: '1000000' } },
      },
    );
    for (const name of client.registry.names()) {
      const retry = { maxRetries: 8, backoff: { initialDelayMs: 5, maxDelayMs: 20 } };
      client.registry.get(name).reconfigure({
        attemptTimeoutMs: 150,
        retry,
        circuitBreaker: false,
        rateLimit: false,
        bulkhead: false,
      });
    }
    for (const fault of faults) exchange.inject(fault);
    const reports = new Map<string, Report>();
    const single = async (index: number): Promise<void> => {
      const newClientOrderId = `single${index}`;
      const call =
        market === 'spot'
          ? client.spot.placeOrder({ ...filling.spot, newClientOrderId })
          : client.contract.placeOrder({ ...filling.contract, newClientOrderId });
      reports.set(newClientOrderId, await call.then((): Report => 'placed', reportOf));
    };
    const batch = async (index: number): Promise<void> => {
      const ids = [0, 1, 2].map((place) => `batch${index}x${place}`);
      const orders = ids.map((newClientOrderId) => ({ newClientOrderId }));
      const call =
        market === 'spot'
          ? client.spot.placeOrders(orders.map((order) => ({ ...filling.spot, ...order })))
          : client.contract.placeOrders(orders.map((order) => ({ ...filling.contract, ...order })));
      await call.then(
        (outcomes) => {
          for (const outcome of outcomes) {
            reports.set(outcome.clientOrderId, outcome.ok ? 'placed' : reportOf(outcome.error));
          }
        },
        (error: unknown) => {
          for (const id of ids) reports.set(id, reportOf(error));
        },
      );
    };
    await Promise.all(
      Array.from({ length: 24 }, (_, index) => (index % 4 === 0 ? batch(index) : single(index))),
    );

    expect(reports.size).toBe(18 + 6 * 3);
    const standing = exchange.orders.map(({ clientOrderId }) => clientOrderId);
    expect(new Set(standing).size).toBe(standing.length);
    const wrong = [...reports].filter(([id, report]) =>
      report === 'placed' ? !standing.includes(id) : report === 'not placed' && standing.includes(id),
    );
    expect(wrong).toEqual([]);
    expect([...reports.values()].filter((report) => report === 'unknown')).toEqual([]);
    expect(exchange.requests.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(10);
  });
});
