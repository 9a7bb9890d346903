import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createPolicy } from 'weex-resilience';
import { type Dashboard, serveDashboard } from 'weex-resilience/dashboard';
import { compare } from './harness.js';
import { serveSymbolPrice } from './symbol-price.js';

// What the live page costs per call: for a call over HTTP to a server on this machine, and for one that does
// nothing.
const policy = createPolicy({
  name: 'bench',
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 10, queue: 50 },
});

let running: { readonly name: string; readonly dashboard: Dashboard | undefined } | undefined;
/** A call with or without a page; the page is opened or closed by the first call of a round. */
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
/** Reads the page's event stream until it ends. */
async function lookAt({ url }: Dashboard): Promise<void> {
  const [answer] = (await once(get(new URL('page-events', url)), 'response')) as [IncomingMessage];
  answer.on('error', () => undefined).resume();
}
const cases = (call: () => Promise<unknown>) => ({
  plain: beside('plain', call),
  served: beside('served', call),
  'looked at': beside('looked at', call),
});

const price = await serveSymbolPrice();
await compare({
  title: 'A call by axios to a server on this machine',
  baseline: 'plain',
  cases: cases(() => policy.execute(price.get, { operation: 'getPrice' })),
  packages: ['axios'],
  roundMs: 150,
  measure: 'cpu',
});
price.close();

const nothing = async (): Promise<number> => 42;
await compare({
  title: 'A call that does nothing',
  baseline: 'plain',
  cases: cases(() => policy.execute(nothing, { operation: 'getPrice' })),
  roundMs: 60,
  measure: 'cpu',
});
await running?.dashboard?.close();
