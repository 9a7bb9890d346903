import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachWeexErrors, Resilient, setDefaultAmbientContext } from '../../src/index.js';

/** Requests that the server received and has not answered. */
const hanging: IncomingMessage[] = [];
const server = createServer((request, response) => {
  if (request.url === '/hang') hanging.push(request);
  else response.end('{"symbol":"BTCUSDT"}');
});
const http = axios.create();

class Prices {
  timeouts: unknown[] = [];

  // The method passes no signal and no timeout.
  @Resilient({ attemptTimeoutMs: 60_000 }, { effect: 'read' })
  async last(path: string, _options?: { signal: AbortSignal }): Promise<unknown> {
    await Promise.resolve();
    const { data, config } = await http.get<unknown>(path);
    this.timeouts.push(config.timeout);
    return data;
  }

  @Resilient({ attemptTimeoutMs: 60_000 }, { effect: 'read', ambient: false })
  async lastWithout(path: string): Promise<unknown> {
    const { data, config } = await http.get<unknown>(path);
    this.timeouts.push(config.timeout);
    return data;
  }
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  http.defaults.baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  attachWeexErrors(http);
});

afterAll(async () => {
  setDefaultAmbientContext(true);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('a request that a method makes has the remaining time of the attempt', async () => {
  const prices = new Prices();
  expect(await prices.last('/')).toEqual({ symbol: 'BTCUSDT' });
  expect(prices.timeouts[0]).toSatisfy((timeout: number) => timeout > 0 && timeout <= 60_000);
});

it('a request that a method makes ends with the caller, down to its socket', async () => {
  const controller = new AbortController();
  const call = new Prices().last('/hang', { signal: controller.signal });
  await expect.poll(() => hanging.length).toBe(1);
  const closed = new Promise((resolve) => hanging[0]?.once('close', resolve));
  const reason = new Error('no longer wanted');
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  await closed;
});

it('without the ambient context the request is sent as the method wrote it', async () => {
  const prices = new Prices();
  await prices.lastWithout('/');
  setDefaultAmbientContext(false);
  await prices.last('/');
  expect(prices.timeouts).toEqual([0, 0]);
});
