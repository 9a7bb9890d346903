import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedExchange, startExchange } from '../../src/testing/index.js';

let exchange: SimulatedExchange;
beforeEach(async () => {
  exchange = await startExchange({
    scenario: 'outage',
    seed: 7,
    limits: { weight: { limit: 1, windowMs: 60_000 } },
  });
});
afterEach(() => exchange.close());

const control = async (method: string, path = '', body?: unknown) => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const reply = await fetch(`${exchange.url}/__control${path}`, init);
  return { status: reply.status, json: JSON.parse(await reply.text()) };
};
const ping = async () => (await fetch(`${exchange.url}/api/v3/ping`)).status;

describe('the control endpoints', () => {
  it('switch faults on and off', async () => {
    await control('DELETE', '/faults');
    expect(exchange.faults).toEqual([]);
    const added = await control('POST', '/faults', { kind: 'respond', status: 418, endpoint: 'ping' });
    expect(added).toMatchObject({ status: 201, json: { kind: 'respond', seed: expect.any(Number) } });
    expect(await ping()).toBe(418);
    expect((await control('GET', '/faults')).json).toEqual([added.json]);
    expect((await control('DELETE', `/faults/${added.json.id}`)).status).toBe(200);
    expect((await control('DELETE', `/faults/${added.json.id}`)).status).toBe(404);
    expect(await ping()).toBe(200);
  });

  it('report what happened, whatever the faults and limits', async () => {
    await control('POST', '/faults', { kind: 'reset' });
    await expect(fetch(`${exchange.url}/api/v3/ping`)).rejects.toThrow();
    expect((await control('GET')).json).toMatchObject({
      scenario: 'outage',
      seed: 7,
      phase: { name: 'calm' },
      requests: 1,
    });
    expect((await control('GET', '/requests')).json).toMatchObject([
      { path: '/api/v3/ping', fault: 'reset' },
    ]);
    expect((await control('GET', '/orders')).json).toEqual([]);
  });

  it('explain what is wrong with a fault, and what is available', async () => {
    const bad = await control('POST', '/faults', { kind: 'reset', probability: 2 });
    expect(bad.status).toBe(400);
    expect(bad.json.error).toContain('probability: expected a number from 0 to 1, received 2');
    const lost = await control('GET', '/nothing');
    expect(lost.status).toBe(404);
    expect(lost.json.error).toContain('POST /__control/faults');
  });
});
