/**
 * The order guard around typical user code: each order goes through a randomly chosen method. The methods wrap
 * errors, read back, write twice, send without an interceptor, nest calls, have their own retries and reuse one
 * object for many orders. `npm run rehearse:user-code` runs it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import {
  ConstantBackoff,
  handleAll,
  type IPolicy,
  retry as cockatielRetry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import {
  attachWeexErrors,
  createPolicy,
  isWEEXError,
  mintClientOrderId,
  type OrderSafety,
  PolicyRegistry,
  recoverIntents,
  resilient,
  TradingStrategyError,
  type Venue,
  weexVenues,
} from 'weex-resilience';
import { signRequest, WeexClient } from 'weex-resilience/client';
import type { RehearsalContext } from 'weex-resilience/testing';

// Returned by methods that hide a failure or do not wait.
const nothing = undefined as unknown as Placed;

const traders = 10;
const longestPauseMs = 4_000;
const symbol = 'BTCUSDT';

// The machine's clock may be ahead by this much, and these methods use it for signing.
const venue: Venue = { ...weexVenues.contract, clockAheadMs: 25_000 };

interface Order {
  symbol: string;
  newClientOrderId: string;
}
interface Placed {
  readonly clientOrderId: string;
}
type Method = (order: Order) => Promise<Placed>;
type NamedMethod = readonly [name: string, place: Method];
type Policy = Parameters<typeof resilient<Method>>[1];

export async function run(context: RehearsalContext): Promise<void> {
  const { exchange, journal, random, report, signal } = context;
  const client = new WeexClient({
    ...exchange.credentials,
    baseUrls: { spot: exchange.url, contract: exchange.url },
    registry: new PolicyRegistry(),
  });
  const find = async (id: string): Promise<Placed | undefined> => client.contract.findOrder(id, symbol);
  const recovered = await recoverIntents({
    journal,
    venue,
    reconcileDeadlineMs: 90_000,
    find: ({ clientOrderId }) => find(clientOrderId),
  });
  const methods = makeMethods(context, {
    clientOrderId: ({ newClientOrderId }) => newClientOrderId,
    find,
    journal,
    venue,
    reconcileDeadlineMs: 90_000,
  });
  const place = async (call: Promise<Placed>, id: string): Promise<void> =>
    report(id, await call.then(() => 'placed' as const, outcomeOf));
  const again = async ({ intent: { clientOrderId }, outcome }: (typeof recovered)[number]): Promise<void> => {
    if (outcome === 'executed') report(clientOrderId, 'placed');
    else if (outcome === 'unknown') report(clientOrderId, 'unknown');
    // The order is still wanted, and is sent with the same id.
    else await place(methods[0][1]({ symbol, newClientOrderId: clientOrderId }), clientOrderId);
  };
  const trade = async (): Promise<void> => {
    // All orders of this trader go through one object.
    const reused: Order = { symbol, newClientOrderId: '' };
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      await wait(longestPauseMs * random(), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const [name, method] = methods[Math.floor(random() * methods.length)] as (typeof methods)[number];
      const id = mintClientOrderId();
      reused.newClientOrderId = id;
      const call = method(reused);
      if (random() < 0.3) reused.newClientOrderId = mintClientOrderId();
      context.log(`${id} by a method that ${name}`);
      // oxlint-disable-next-line no-await-in-loop
      await place(call, id);
    }
  };
  await Promise.all([...recovered.map(again), ...Array.from({ length: traders }, trade)]);
  if (signal.aborted) await client.close({ graceMs: 100_000 });
}

function outcomeOf(error: unknown): 'not-placed' | 'unknown' {
  return isWEEXError(error) && error.executionStatus === 'not-executed' ? 'not-placed' : 'unknown';
}

function makeMethods(
  context: RehearsalContext,
  orderSafety: OrderSafety<unknown, [Order], Placed>,
): readonly [NamedMethod, ...NamedMethod[]] {
  const seen = axios.create({ baseURL: context.exchange.url, timeout: 4_000 });
  attachWeexErrors(seen);
  // No interceptor sees what is sent here, as with fetch.
  const unseen = axios.create({ baseURL: context.exchange.url, timeout: 4_000 });
  const { clock, random } = context;
  // Long enough for a storm, an outage, and the proof that an order was not executed.
  const deadlineMs = 300_000;
  const retry = { maxRetries: 10, backoff: { initialDelayMs: 200, maxDelayMs: 5_000 } };
  const outer = createPolicy({ name: 'outer', clock, random, deadlineMs, retry });
  const own = createPolicy({
    name: 'own',
    clock,
    random,
    attemptTimeoutMs: 3_000,
    deadlineMs,
    retry,
  });
  const eager = createPolicy({
    name: 'eager',
    clock,
    random,
    attemptTimeoutMs: 3_000,
    deadlineMs,
    retry: { ...retry, on: [Error] },
  });
  const foreign = cockatielRetry(handleAll, { maxAttempts: 10, backoff: new ConstantBackoff(2_000) });
  const timed = wrap(foreign, timeout(3_000, TimeoutStrategy.Aggressive)) as unknown as IPolicy;

  const post = (order: Order, http = seen): Promise<Placed> =>
    send<Placed>(context, http, 'POST', '/capi/v3/order', order);
  const failingWith =
    (make: (cause: unknown) => unknown): Method =>
    async (order) => {
      try {
        return await post(order);
      } catch (cause) {
        throw make(cause);
      }
    };
  const readBack: Method = async (order) => {
    const placed = await post(order);
    await send(context, seen, 'GET', '/capi/v3/openOrders');
    return placed;
  };
  const inPassing: Method = async (order) => {
    void post(order).catch(() => nothing);
    return nothing;
  };
  const writeTwice: Method = async (order) => {
    const placed = await post(order);
    await send(context, seen, 'POST', '/capi/v3/log', { text: 'placed' });
    return placed;
  };
  const readFirst: Method = async (order) => {
    await send(context, seen, 'GET', '/capi/v3/openOrders');
    return post(order, unseen);
  };
  const guard = (method: Method, policy: Policy): Method => resilient(method, policy, { orderSafety });
  const guardForeign = (method: Method, policy: IPolicy): Method =>
    resilient(method, policy, { orderSafety });
  const inner = guard((order) => post(order), own);
  const nested = resilient(async (order: Order) => {
    await send(context, seen, 'GET', '/capi/v3/openOrders');
    return inner(order);
  }, outer);
  return [
    ['throws what it gets', guard((order) => post(order), own)],
    [
      'wraps with a cause',
      guard(
        failingWith((cause) => new Error('Cannot place', { cause })),
        own,
      ),
    ],
    [
      'wraps without one',
      guard(
        failingWith(() => new Error('HTTP 502')),
        eager,
      ),
    ],
    [
      'throws an error of its strategy',
      guard(
        failingWith((cause) => new TradingStrategyError('Cannot place', { strategyName: 'grid', cause })),
        own,
      ),
    ],
    [
      'throws a string',
      guard(
        failingWith(() => 'no'),
        eager,
      ),
    ],
    [
      'throws undefined',
      guard(
        failingWith(() => undefined),
        own,
      ),
    ],
    ['hides its failure', guard((order) => post(order).catch(() => nothing), own)],
    ['does not wait for the answer', guard(inPassing, own)],
    ['reads back', guard(readBack, own)],
    ['writes twice', guard(writeTwice, eager)],
    ['orders where no interceptor sees it', guard((order) => post(order, unseen), eager)],
    ['reads first, and orders where no interceptor sees it', guard(readFirst, eager)],
    // Arguments of unguarded calls are not copied, and the trader reuses its object.
    ['is called by another one', (order) => nested({ ...order })],
    ['has a retry of cockatiel', guardForeign((order) => post(order), foreign)],
    [
      'has a retry and a timeout of cockatiel',
      guardForeign(
        failingWith(() => new Error('HTTP 502')),
        timed,
      ),
    ],
    ['has a retry of cockatiel inside', guard(async (order) => foreign.execute(() => post(order)), own)],
  ];
}

async function send<Answer>(
  { exchange }: RehearsalContext,
  http: AxiosInstance,
  method: 'GET' | 'POST',
  path: string,
  order?: object,
): Promise<Answer> {
  const { apiKey, passphrase, secretKey } = exchange.credentials;
  const query = order ? '' : `symbol=${symbol}`;
  const body = order
    ? JSON.stringify({ side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.001', ...order })
    : undefined;
  const timestamp = Date.now();
  const headers = {
    'Content-Type': 'application/json',
    'ACCESS-KEY': apiKey,
    'ACCESS-PASSPHRASE': passphrase,
    'ACCESS-TIMESTAMP': String(timestamp),
    'ACCESS-SIGN': signRequest(secretKey, { timestamp, method, path, query, body }),
  };
  const url = query === '' ? path : `${path}?${query}`;
  const { data } = await http.request<Answer>({ method, url, data: body, headers });
  return data;
}
