import { spawn } from 'node:child_process';
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WeexClient, WeexConfig } from '../../src/client/index.js';
import { isWEEXError, PolicyRegistry } from '../../src/index.js';
import { startExchange } from '../../src/testing/index.js';
import { clientOf, connect, filling, markets, rejection, resting, until } from './support/connect.js';

const repository = new URL('../..', import.meta.url).pathname;
const symbol = 'BTCUSDT';

/** Every method of both markets, as it is called with options. */
const calls: Readonly<
  Record<string, (client: WeexClient, options: { signal?: AbortSignal }) => Promise<unknown>>
> = {
  'spot.getServerTime': ({ spot }, options) => spot.getServerTime(options),
  'spot.getExchangeInfo': ({ spot }, options) => spot.getExchangeInfo(options),
  'spot.getTicker': ({ spot }, options) => spot.getTicker(symbol, options),
  'spot.getDepth': ({ spot }, options) => spot.getDepth(symbol, options),
  'spot.getAccountBalance': ({ spot }, options) => spot.getAccountBalance(options),
  'spot.placeOrder': ({ spot }, options) => spot.placeOrder(filling.spot, options),
  'spot.placeOrders': ({ spot }, options) => spot.placeOrders([filling.spot], options),
  'spot.cancelOrder': ({ spot }, options) => spot.cancelOrder({ symbol, orderId: '1' }, options),
  'spot.cancelAllOrders': ({ spot }, options) => spot.cancelAllOrders(symbol, options),
  'spot.getOrder': ({ spot }, options) => spot.getOrder({ symbol, orderId: '1' }, options),
  'spot.findOrder': ({ spot }, options) => spot.findOrder('a', symbol, options),
  'spot.getOpenOrders': ({ spot }, options) => spot.getOpenOrders(symbol, options),
  'spot.getOrderHistory': ({ spot }, options) => spot.getOrderHistory({ symbol }, options),
  'contract.getServerTime': ({ contract }, options) => contract.getServerTime(options),
  'contract.getExchangeInfo': ({ contract }, options) => contract.getExchangeInfo(options),
  'contract.getTicker': ({ contract }, options) => contract.getTicker(symbol, options),
  'contract.getDepth': ({ contract }, options) => contract.getDepth(symbol, options),
  'contract.getAccountBalance': ({ contract }, options) => contract.getAccountBalance(options),
  'contract.getPositions': ({ contract }, options) => contract.getPositions(options),
  'contract.placeOrder': ({ contract }, options) => contract.placeOrder(filling.contract, options),
  'contract.placeOrders': ({ contract }, options) => contract.placeOrders([filling.contract], options),
  'contract.cancelOrder': ({ contract }, options) => contract.cancelOrder({ symbol, orderId: '1' }, options),
  'contract.cancelAllOrders': ({ contract }, options) => contract.cancelAllOrders(symbol, options),
  'contract.closePositions': ({ contract }, options) => contract.closePositions(symbol, options),
  'contract.getOrder': ({ contract }, options) => contract.getOrder({ symbol, orderId: '1' }, options),
  'contract.findOrder': ({ contract }, options) => contract.findOrder('a', symbol, options),
  'contract.getOpenOrders': ({ contract }, options) => contract.getOpenOrders(symbol, options),
  'contract.getOrderHistory': ({ contract }, options) => contract.getOrderHistory({ symbol }, options),
};

/** The same where the options come first because the symbol is left out. */
const symbolLess: typeof calls = {
  'spot.cancelAllOrders': ({ spot }, options) => spot.cancelAllOrders(options),
  'spot.getOpenOrders': ({ spot }, options) => spot.getOpenOrders(options),
  'contract.cancelAllOrders': ({ contract }, options) => contract.cancelAllOrders(options),
  'contract.getOpenOrders': ({ contract }, options) => contract.getOpenOrders(options),
  'contract.closePositions': ({ contract }, options) => contract.closePositions(options),
};
const everyCall = [...Object.entries(calls), ...Object.entries(symbolLess)];

describe('a caller who aborts', () => {
  it.each(everyCall)('%s before it starts: nothing is sent', async (_, call) => {
    const { client, exchange } = await connect();
    const reason = new Error('changed my mind');
    expect(await rejection(call(client, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(exchange.requests).toEqual([]);
  });

  it.each(everyCall)(
    '%s while it hangs: the reason of the signal, and no attempt after it',
    async (_, call) => {
      const { client, exchange } = await connect();
      exchange.inject({ kind: 'hang' });
      const abort = new AbortController();
      const reason = { why: 'shut down' };
      const error = rejection(call(client, { signal: abort.signal }));
      await until(() => exchange.requests.length > 0);
      abort.abort(reason);
      expect(await error).toBe(reason);
      expect(exchange.requests).toHaveLength(1);
    },
  );

  it('ends the search for an order whose answer was lost', async () => {
    const { client, exchange } = await connect();
    exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder' });
    exchange.inject({ kind: 'hang', endpoint: 'reads' });
    const abort = new AbortController();
    const error = rejection(client.spot.placeOrder(filling.spot, { signal: abort.signal }));
    await until(() => exchange.requests.length > 1);
    abort.abort();
    expect(await error).toBe(abort.signal.reason);
  });

  it('leaves no listener on the signal', async () => {
    const { client } = await connect();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    Object.assign(signal, {
      addEventListener(...args: Parameters<typeof addEventListener>) {
        listeners += 1;
        addEventListener.apply(signal, args);
      },
      removeEventListener(...args: Parameters<typeof removeEventListener>) {
        listeners -= 1;
        removeEventListener.apply(signal, args);
      },
    });
    for (const call of Object.values(calls)) await call(client, { signal }).catch(() => undefined);
    expect(listeners).toBe(0);
  });
});

describe('close()', () => {
  it.each(Object.entries(calls))('%s is refused afterwards, before anything is sent', async (name, call) => {
    const { client, exchange } = await connect();
    await client.close();
    const error = await rejection(call(client, {}));
    expect(error).toMatchObject({ kind: 'request', executionStatus: 'not-executed' });
    expect((error as Error).message).toBe(`Cannot call ${name}: the client is closed`);
    expect(exchange.requests).toEqual([]);
  });

  it('leaves no handle open', async () => {
    const exchange = await startExchange();
    const before = process.getActiveResourcesInfo();
    const client = clientOf(exchange);
    await Promise.all(Object.values(calls).map((call) => call(client, {}).catch(() => undefined)));
    await client.close();
    await client.close();
    // What the exchange still holds of its own ends of the connections is not the client's.
    await exchange.close();
    const after = process.getActiveResourcesInfo();
    for (const kind of ['TCPSocketWrap', 'Timeout']) {
      const countOf = (resources: readonly string[]) => resources.filter((one) => one === kind).length;
      expect(countOf(after)).toBeLessThanOrEqual(countOf(before));
    }
  });

  it('waits for running calls, including retries and lookups', async () => {
    const { client, exchange } = await connect({ settleMs: [10, 50] });
    exchange.inject({ kind: 'lost-reply', endpoint: 'placeOrder', count: 1 });
    exchange.inject({ kind: 'server-error', endpoint: 'getTicker', count: 1 });
    const placed = client.contract.placeOrder(filling.contract);
    const ticker = client.spot.getTicker(symbol);
    await until(() => exchange.orders.length === 1);
    await client.close();
    expect((await placed).orderId).toBe(exchange.orders[0]?.orderId);
    expect((await ticker).symbol).toBe(symbol);
  });

  it('ends unfinished calls after its grace period, and reports what is unknown', async () => {
    const { client, exchange } = await connect();
    exchange.inject({ kind: 'hang', executed: true });
    const errors = [
      rejection(client.spot.getTicker(symbol)),
      rejection(client.spot.placeOrder(filling.spot)),
    ];
    await until(() => exchange.requests.length === 2);
    await client.close({ graceMs: 20 });
    for (const error of await Promise.all(errors)) {
      expect(error).toMatchObject({ executionStatus: 'unknown' });
      expect((error as Error).message).toContain('the client was closed while it was running');
    }
  });

  it('lets a program exit by itself', async () => {
    const exchange = await startExchange();
    const folder = await mkdtemp(join(repository, 'node_modules/.ending-program-'));
    try {
      const program = join(folder, 'program.mjs');
      await build({
        stdin: {
          contents: `
            import { WeexClient, WeexConfig } from './src/client/index.ts';
            const client = new WeexClient(WeexConfig.fromEnv());
            const { orderId } = await client.contract.placeOrder(${JSON.stringify(resting.contract)});
            const tickers = ['BTCUSDT', 'ETHUSDT'].map((symbol) => client.spot.getTicker(symbol));
            await Promise.all(tickers);
            await client.close();
            process.stdout.write(orderId);
          `,
          resolveDir: repository,
        },
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
      });
      const { apiKey, secretKey, passphrase } = exchange.credentials;
      const child = spawn(process.execPath, [program], {
        env: {
          ...process.env,
          WEEX_API_KEY: apiKey,
          WEEX_SECRET_KEY: secretKey,
          WEEX_PASSPHRASE: passphrase,
          WEEX_SPOT_URL: exchange.url,
          WEEX_CONTRACT_URL: `${exchange.url}/`,
        },
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const status = await new Promise((resolve) => child.once('close', resolve));
      expect(output).toBe(exchange.orders[0]?.orderId);
      expect(status).toBe(0);
    } finally {
      await exchange.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('two clients', () => {
  it('share nothing: no circuit, no cool-down, no allowance, no end', async () => {
    const { client, exchange } = await connect();
    const other = clientOf(exchange);
    const banned = exchange.inject({ kind: 'rate-limit', endpoint: 'getTicker' });
    const waiting = rejection(client.spot.getTicker(symbol, { signal: AbortSignal.timeout(100) }));
    await until(() => (client.registry.get('spot.market').snapshot().coolDown?.activeForMs ?? 0) > 0);
    banned();
    client.registry.get('contract.market').isolate();
    expect((await other.spot.getTicker(symbol)).symbol).toBe(symbol);
    expect((await other.contract.getTicker(symbol)).symbol).toBe(symbol);
    await waiting;
    await client.close();
    expect((await other.contract.getTicker(symbol)).symbol).toBe(symbol);
    expect(other.registry).not.toBe(client.registry);
  });

  it('share cool-downs and allowances if they use one registry', async () => {
    const registry = new PolicyRegistry();
    const { client, exchange } = await connect({ registry });
    const other = clientOf(exchange, { registry });
    await client.contract.getTicker(symbol);
    await other.contract.getTicker(symbol);
    expect(registry.get('contract.market').snapshot().rateLimit?.used).toBe(80);
  });
});

describe('bad input', () => {
  it.each([
    [
      'orderId or clientOrderId is missing',
      (client: WeexClient) => client.spot.cancelOrder({ symbol } as never),
    ],
    [
      'give either orderId or clientOrderId',
      (client: WeexClient) =>
        client.contract.cancelOrder({ symbol, orderId: '1', clientOrderId: 'a' } as never),
    ],
    ['received undefined', (client: WeexClient) => client.contract.getOrder(undefined as never)],
    [
      'must be a string, because numbers beyond 2^53',
      (client: WeexClient) => client.spot.getOrder({ symbol, orderId: 736_557_215_397_183_592 }),
    ],
    ['symbol must be a string', (client: WeexClient) => client.contract.getTicker(undefined as never)],
    ['symbol must be a string', (client: WeexClient) => client.spot.getDepth('')],
    ['symbol must be a string', (client: WeexClient) => client.contract.closePositions('')],
    ['symbol must be a string', (client: WeexClient) => client.contract.closePositions(null as never)],
    [
      'received an object with symbol',
      (client: WeexClient) => client.contract.closePositions({ symbol } as never),
    ],
    ['symbol must be a string', (client: WeexClient) => client.contract.findOrder('a', undefined as never)],
    ['clientOrderId must be 1 to 36', (client: WeexClient) => client.contract.findOrder('a b', symbol)],
    ['the query must be an object', (client: WeexClient) => client.spot.getOrderHistory(symbol as never)],
    [
      'order must be an object, received undefined',
      (client: WeexClient) => client.spot.placeOrder(undefined as never),
    ],
    [
      'order.clientOrderId is not a field of a new order',
      (client: WeexClient) => client.spot.placeOrder({ ...filling.spot, clientOrderId: 'a' } as never),
    ],
    [
      'newClientOrderId must be 1 to 36',
      (client: WeexClient) => client.contract.placeOrder({ ...filling.contract, newClientOrderId: 'ä' }),
    ],
    [
      'quantity must be a string or a number that prints without an exponent, received 1e-7',
      (client: WeexClient) => client.contract.placeOrder({ ...filling.contract, quantity: 1e-7 }),
    ],
    ['orders must be a list', (client: WeexClient) => client.spot.placeOrders(filling.spot as never)],
    [
      'orders must have at most 5 items, received 6',
      (client: WeexClient) => client.contract.placeOrders(Array.from({ length: 6 }, () => filling.contract)),
    ],
    [
      'orders[1].symbol must be a string',
      (client: WeexClient) =>
        client.contract.placeOrders([filling.contract, { ...filling.contract, symbol: '' }]),
    ],
    [
      "two orders have the newClientOrderId 'a'",
      (client: WeexClient) =>
        client.spot.placeOrders([
          { ...filling.spot, newClientOrderId: 'a' },
          { ...filling.spot, newClientOrderId: 'a' },
        ]),
    ],
    [
      'all orders must have the same symbol',
      (client: WeexClient) => client.spot.placeOrders([filling.spot, { ...filling.spot, symbol: 'ETHUSDT' }]),
    ],
    [
      'signal must be an AbortSignal',
      (client: WeexClient) => client.spot.getTicker(symbol, { signal: new AbortController() } as never),
    ],
    ['the options must be an object', (client: WeexClient) => client.spot.getTicker(symbol, 15 as never)],
  ])('is refused with its name before anything is sent: %s', async (message, call) => {
    const { client, exchange } = await connect();
    const error = await rejection(call(client));
    expect(error).toMatchObject({ kind: 'request', executionStatus: 'not-executed' });
    expect((error as Error).message).toMatch(/^Cannot call (spot|contract)\.\w+: /);
    expect((error as Error).message).toContain(message);
    expect(exchange.requests).toEqual([]);
  });

  it('of the constructor is one error that names everything', () => {
    const secrets = { apiKey: 'key-a', secretKey: 'key-b', passphrase: 'key-c' };
    const faulty: [string, object][] = [
      ['\n- apiKey is missing\n- secretKey is missing\n- passphrase is missing', {}],
      ['unknown option "baseUrl"', { ...secrets, baseUrl: 'http://127.0.0.1' }],
      ['unknown option "baseUrls.future"', { ...secrets, baseUrls: { future: 'http://127.0.0.1' } }],
      ['received -1', { ...secrets, settleMs: -1 }],
      [
        'reconcileDeadlineMs must be at least the sum of settleMs, 2, received 1',
        { ...secrets, settleMs: 2, reconcileDeadlineMs: 1 },
      ],
      ['journal must be an IntentJournal', { ...secrets, journal: {} }],
      ['registry must be a PolicyRegistry', { ...secrets, registry: {} }],
    ];
    for (const [message, options] of faulty) {
      expect(() => new WeexClient(options as never)).toThrow(message);
      expect(() => new WeexClient(options as never)).toThrow(TypeError);
    }
    const config = new WeexConfig(secrets);
    expect(() => new WeexClient(config, { settle: 1 } as never)).toThrow('unknown option "settle"');
    const WithTwo = WeexClient as new (options: object, behavior: object) => WeexClient;
    expect(() => new WithTwo(secrets, { settleMs: 1 })).toThrow(
      'a second argument is only allowed after a WeexConfig',
    );
  });
});

it('takes its hosts from the environment, each market its own', async () => {
  const [spot, contract] = await Promise.all([startExchange({ seed: 1 }), startExchange({ seed: 1 })]);
  const { apiKey, secretKey, passphrase } = spot.credentials;
  const client = new WeexClient(
    WeexConfig.fromEnv({
      WEEX_API_KEY: apiKey,
      WEEX_SECRET_KEY: secretKey,
      WEEX_PASSPHRASE: passphrase,
      WEEX_SPOT_URL: spot.url,
      WEEX_CONTRACT_URL: `${contract.url}/`,
    }),
    { registry: new PolicyRegistry() },
  );
  for (const market of markets) await client[market].getAccountBalance();
  expect(spot.requests.map(({ path }) => path)).toEqual(['/api/v3/account/']);
  expect(contract.requests.map(({ path }) => path)).toEqual(['/capi/v3/account/balance']);
  await client.close();
  await Promise.all([spot.close(), contract.close()]);
});

it('says what is wrong with a method that is called without its object', async () => {
  const { client } = await connect();
  const { getTicker } = client.spot;
  const error = await rejection(Reflect.apply(getTicker, undefined, [symbol]) as Promise<unknown>);
  expect(isWEEXError(error)).toBe(false);
  expect((error as Error).message).toContain('write client.spot.getTicker');
});
