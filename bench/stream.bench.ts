// How soon the outcome of an order is known whose reply was lost, and whether a second one was placed: without a
// stream, with one, and with one that omits half of the events. Real sockets on 127.0.0.1, real time. BENCH_ORDERS
// (100 per row) sets the size. It fails if an order was placed twice or is misreported.
import { isWEEXError } from 'weex-resilience';
import { WeexClient } from 'weex-resilience/client';
import { type Fault, startExchange } from 'weex-resilience/testing';

const count = Number(process.env['BENCH_ORDERS'] ?? 100);
/** The delay after which reads show an order, in milliseconds: as long as observed on a busy exchange. */
const visibleAfterMs = 2_000;
/** The delay of the stream, in milliseconds. */
const streamDelayMs = 50;

type Kind = 'order' | 'stop';
type Outcome = 'placed' | 'not-executed' | 'unknown';

/** Every fifth request is lost; of the others, the reply is lost. */
const faults: readonly Fault[] = [
  { kind: 'late-visibility', delayMs: visibleAfterMs },
  { kind: 'reset', endpoint: ['placeOrder', 'placeAlgoOrder'], probability: 0.2 },
  { kind: 'lost-reply', endpoint: ['placeOrder', 'placeAlgoOrder'] },
];

const rows: readonly (readonly [title: string, kind: Kind, drop: number | undefined])[] = [
  ['orders, no stream', 'order', undefined],
  ['orders, stream', 'order', 0],
  ['orders, stream that drops 50 %', 'order', 0.5],
  ['stops, stream', 'stop', 0],
  ['stops, stream that drops 50 %', 'stop', 0.5],
];

console.log(`${count} a row; reads are ${visibleAfterMs} ms late, the stream ${streamDelayMs} ms`);
console.log(
  '\n| | executed | median | 95 % | second orders | misreported | unknown |\n|---|---|---|---|---|---|---|',
);
for (const [title, kind, drop] of rows) {
  const { executed, misreported, second, timesMs, unknown } = await run(kind, drop);
  const ms = (share: number) => `${Math.round(timesMs[Math.floor(timesMs.length * share)] ?? Number.NaN)} ms`;
  console.log(`| ${[title, executed, ms(0.5), ms(0.95), second, misreported, unknown].join(' | ')} |`);
  if (second + misreported > 0) process.exitCode = 1;
}

async function run(kind: Kind, drop: number | undefined) {
  const stream = { delayMs: streamDelayMs, drop: drop ?? 0 };
  const exchange = await startExchange({ seed: 18, stream, limits: { orders: false, weight: false } });
  const baseUrls = { spot: exchange.url, contract: exchange.url };
  const client = new WeexClient({ ...exchange.credentials, baseUrls });
  // Every reply is lost, which would open the circuit and make the orders wait for each other.
  for (const name of ['contract.orders', 'contract.account']) {
    client.registry
      .get(name)
      .reconfigure({ bulkhead: { limit: 1_000 }, circuitBreaker: false, rateLimit: false });
  }
  if (drop !== undefined) await client.openOrderStream({ url: exchange.streamUrls.contract }).ready();
  for (const fault of faults) exchange.inject(fault);
  const ids = Array.from({ length: count }, (_, index) => `${kind}-${index}`);
  const results = await Promise.all(
    ids.map(async (id, index) => {
      // Staggered, so that a busy process does not distort the times.
      await new Promise((resolve) => setTimeout(resolve, index * 100));
      const from = performance.now();
      const outcome = await place(client, kind, id);
      return { id, outcome, tookMs: performance.now() - from };
    }),
  );
  const standing = new Map<string, number>();
  for (const id of [
    ...exchange.orders.map(({ clientOrderId }) => clientOrderId),
    ...exchange.algoOrders.map(({ clientAlgoId }) => clientAlgoId),
  ]) {
    standing.set(id, (standing.get(id) ?? 0) + 1);
  }
  const wasFirst = new Set(
    ids.filter((id) => exchange.requests.find((one) => one.clientOrderId === id)?.executed === true),
  );
  await client.close();
  await exchange.close();
  return {
    executed: wasFirst.size,
    second: ids.filter((id) => (standing.get(id) ?? 0) > 1).length,
    misreported: results.filter(
      ({ id, outcome }) => outcome !== 'unknown' && (outcome === 'placed') !== standing.has(id),
    ).length,
    unknown: results.filter(({ outcome }) => outcome === 'unknown').length,
    // Proving that a lost request was not executed takes the whole patience; no stream shortens that.
    timesMs: results
      .filter(({ id }) => wasFirst.has(id))
      .map(({ tookMs }) => tookMs)
      .toSorted((left, right) => left - right),
  };
}

async function place({ contract }: WeexClient, kind: Kind, id: string): Promise<Outcome> {
  const order = { symbol: 'BTCUSDT', positionSide: 'LONG', quantity: '0.001' } as const;
  try {
    await (kind === 'order'
      ? contract.placeOrder({
          ...order,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '50000',
          newClientOrderId: id,
        })
      : contract.placeAlgoOrder({
          ...order,
          side: 'SELL',
          type: 'STOP_MARKET',
          triggerPrice: '50000',
          clientAlgoId: id,
        }));
    return 'placed';
  } catch (error) {
    return isWEEXError(error) && error.executionStatus === 'not-executed' ? 'not-executed' : 'unknown';
  }
}
