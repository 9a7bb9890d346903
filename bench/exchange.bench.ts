import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { startExchange } from 'weex-resilience/testing';

// How many requests per second the simulated exchange answers from one process, with a client in another thread:
// half of them are ticker reads, a quarter orders, a quarter lookups of existing orders.
interface Load {
  readonly url: string;
  readonly apiKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
  readonly requests: number;
  readonly connections: number;
}

if (isMainThread) {
  const exchange = await startExchange({ limits: { weight: false, orders: false } });
  for (const round of [1, 2, 3]) {
    const load: Load = { url: exchange.url, ...exchange.credentials, requests: 20_000, connections: 32 };
    const seconds = await new Promise<number>((resolve, reject) => {
      new Worker(new URL(import.meta.url), { workerData: load })
        .once('message', resolve)
        .once('error', reject);
    });
    const perSecond = Math.round(load.requests / seconds).toLocaleString('en');
    console.log(`round ${round}: ${perSecond} requests a second over ${load.connections} connections`);
    for (const { clientOrderId } of exchange.orders)
      if (clientOrderId === '') throw new Error('an order without an id');
  }
  await exchange.close();
} else {
  const load = workerData as Load;
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  let sent = 0;
  const next = async (): Promise<void> => {
    while (sent < load.requests) {
      sent += 1;
      await ask(load, agent, sent);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: load.connections }, next));
  parentPort?.postMessage((performance.now() - start) / 1_000, []);
  agent.destroy();
}

function ask(load: Load, agent: Agent, number: number): Promise<void> {
  const kind = number % 4;
  const method = kind === 1 ? 'POST' : 'GET';
  const target =
    kind === 1
      ? '/capi/v3/order'
      : kind === 3
        ? '/capi/v3/openOrders?symbol=ETHUSDT&limit=10'
        : '/capi/v3/market/ticker/24hr?symbol=BTCUSDT';
  const body = kind === 1 ? JSON.stringify(order(number)) : '';
  const timestamp = String(Date.now());
  const headers = {
    'ACCESS-KEY': load.apiKey,
    'ACCESS-PASSPHRASE': load.passphrase,
    'ACCESS-TIMESTAMP': timestamp,
    'ACCESS-SIGN': createHmac('sha256', load.secretKey)
      .update(timestamp + method + target + body)
      .digest('base64'),
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(load.url + target, { method, headers, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${method} ${target}: ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    outgoing.on('error', reject).end(body);
  });
}

function order(number: number): Record<string, string> {
  return {
    symbol: 'ETHUSDT',
    side: number % 8 < 4 ? 'BUY' : 'SELL',
    positionSide: number % 8 < 4 ? 'LONG' : 'SHORT',
    type: 'MARKET',
    quantity: '0.01',
    newClientOrderId: `bench-${number}`,
  };
}
