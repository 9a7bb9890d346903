import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { signRequest } from '../../../src/client/index.js';
import { type RehearsalContext, type RehearsalScenario, rehearse } from '../../../src/testing/index.js';

// Its own, so that a change of the default scenario or of the usual limits changes no trace.
const scenario: RehearsalScenario = {
  name: 'fixed',
  network: {
    latencyMs: 3,
    jitterMs: 90,
    mishaps: { reset: 0.05, 'request-lost': 0.05, cut: 0.05, duplicate: 0.05, 'half-open': 0.02 },
  },
  crashesPerDay: 1,
  clockSteps: { perDay: 2, maxMs: 10_000 },
  phases: [
    { name: 'calm', durationMs: 20_000, jitterMs: 5_000 },
    {
      name: 'bad',
      durationMs: 40_000,
      jitterMs: 5_000,
      faults: [
        { kind: 'delay', endpoint: 'writes', delayMs: 0, jitterMs: 9_000, probability: 0.2 },
        { kind: 'lost-reply', probability: 0.2 },
        { kind: 'proxy-html', probability: 0.1 },
      ],
    },
  ],
};

// Of no client and no policy, so that it changes with the rehearsal and the simulated exchange alone.
async function run({ axios, exchange, random, signal }: RehearsalContext): Promise<void> {
  const { apiKey, passphrase, secretKey } = exchange.credentials;
  const path = '/api/v3/order';
  for (let number = 1; !signal.aborted; number += 1) {
    const newClientOrderId = `plain-${number}`;
    const order = { symbol: 'ETHUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01', newClientOrderId };
    const body = JSON.stringify(order);
    const timestamp = Date.now();
    const headers = {
      'Content-Type': 'application/json',
      'ACCESS-KEY': apiKey,
      'ACCESS-PASSPHRASE': passphrase,
      'ACCESS-TIMESTAMP': String(timestamp),
      'ACCESS-SIGN': signRequest(secretKey, { timestamp, method: 'POST', path, query: '', body }),
    };
    void axios.post(path, body, { headers, timeout: 5_000 }).catch(() => undefined);
    // oxlint-disable-next-line no-await-in-loop
    await wait(1_000 * random());
  }
  await wait(5_000);
}

it('produces the same traces under every version of Node and on every machine', async () => {
  const hash = createHash('sha256');
  for (const seed of [1, 2, 3]) {
    // oxlint-disable-next-line no-await-in-loop
    const { trace } = await rehearse({
      seed,
      scenario,
      run,
      shrinkRuns: 0,
      exchange: { limits: { weight: false, orders: false } },
    });
    expect(trace.split('\n').length).toBeGreaterThan(200);
    hash.update(trace);
  }
  // A change of the rehearsal or of the simulated exchange changes it; another version of Node must not.
  expect(hash.digest('hex')).toBe('deda32eda8a344c1d474923ac6d97ab02e6d6a1bc792511515d539fda4409c31');
});
