import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { attachWeexErrors, createPolicy } from 'weex-resilience';
import { type Dashboard, serveDashboard } from 'weex-resilience/dashboard';
import { compare } from './harness.js';

// What the live page costs a call: one over HTTP to a server on this machine, and one that does nothing at all.
const policy = createPolicy({
  name: 'bench',
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 10, queue: 50 },
});

let running: { readonly name: string; readonly dashboard: Dashboard | undefined } | undefined;
/** A call with a page or without: it changes with the first call of a round. */
const beside =
  (name: 'plain' | 'served' | 'looked at', call: () => Promise<unknown>) => async (): Promise<unknown> => {
    if (running?.name !== name) {
      await running?.dashboard?.close();
      const dashboard = name === 'plain' ? undefined : await serveDashboard({ port: 0 });
      running = { name, dashboard };
      if (dashboard && name === 'looked at') await lookAt(dashboard);
    }
    return call();
  };
/** Reads what the page is sent, until it ends. */
async function lookAt({ url }: Dashboard): Promise<void> {
  const [answer] = (await once(get(new URL('page-events', url)), 'response')) as [IncomingMessage];
  answer.on('error', () => undefined).resume();
}
const cases = (call: () => Promise<unknown>) => ({
  plain: beside('plain', call),
  served: beside('served', call),
  'looked at': beside('looked at', call),
});

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"symbol":"BTCUSDT","price":"67000.1"}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const http = axios.create({ baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
attachWeexErrors(http);
await compare({
  title: 'A call by axios to a server on this machine',
  baseline: 'plain',
  cases: cases(() =>
    policy.execute(() => http.get('/capi/v3/market/symbolPrice'), { operation: 'getPrice' }),
  ),
  packages: ['axios'],
  roundMs: 150,
  measure: 'cpu',
});
server.closeAllConnections();
server.close();

const nothing = async (): Promise<number> => 42;
await compare({
  title: 'A call that does nothing',
  baseline: 'plain',
  cases: cases(() => policy.execute(nothing, { operation: 'getPrice' })),
  roundMs: 60,
  measure: 'cpu',
});
await running?.dashboard?.close();
