import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import type { WindowLimit } from '../../src/testing/exchange/rate-limits.js';
import { rehearse } from '../../src/testing/index.js';

/** How many reads were answered and refused, in a minute and a half with demand of twice the limit. */
async function read(weight: WindowLimit | readonly WindowLimit[], atOnce: number) {
  const { requests } = await rehearse({
    seed: 5,
    scenario: { name: 'calm', phases: [{ name: 'calm', durationMs: 90_000 }] },
    exchange: { limits: { weight } },
    shrinkRuns: 0,
    async run({ exchange, signal }) {
      const baseUrls = { spot: exchange.url, contract: exchange.url };
      const client = new WeexClient({ ...exchange.credentials, baseUrls });
      const calls: Promise<unknown>[] = [];
      while (!signal.aborted) {
        for (let call = 0; call < atOnce; call += 1)
          calls.push(client.contract.getServerTime().catch(() => undefined));
        // oxlint-disable-next-line no-await-in-loop
        await wait(5_000);
      }
      await Promise.all(calls);
      await client.close();
    },
  });
  const refused = requests.filter(({ status }) => status === 429).length;
  return { answered: requests.length - refused, refused };
}

it.each([
  {
    name: 'the shorter one',
    weight: [
      { limit: 30, windowMs: 10_000 },
      { limit: 150, windowMs: 60_000 },
    ],
  },
  {
    name: 'the longer one',
    weight: [
      { limit: 60, windowMs: 1_000 },
      { limit: 120, windowMs: 60_000 },
    ],
  },
])('causes no ban if an exchange counts in two windows and $name fills first', async ({ weight }) => {
  const { answered, refused } = await read(weight, 40);
  expect(refused).toBe(0);
  // In each minute as much as both windows allow, except at the ends.
  expect(answered).toBeGreaterThan(180);
});

it('causes no ban if the window differs from the assumed one, and the first burst learns it', async () => {
  const { answered, refused } = await read({ limit: 25, windowMs: 60_000 }, 40);
  expect(refused).toBe(0);
  expect(answered).toBeGreaterThanOrEqual(25);
});

it('the first cancel during a flood finds weight reserved for it', async () => {
  const cancels: number[] = [];
  await rehearse({
    seed: 3,
    scenario: { name: 'calm', phases: [{ name: 'calm', durationMs: 100_000 }] },
    exchange: { limits: { weight: { limit: 500, windowMs: 10_000 } } },
    shrinkRuns: 0,
    async run({ clock, exchange, signal }) {
      const baseUrls = { spot: exchange.url, contract: exchange.url };
      const client = new WeexClient({ ...exchange.credentials, baseUrls });
      const calls: Promise<unknown>[] = [client.contract.getServerTime()];
      const cancel = async (): Promise<void> => {
        const at = clock.now();
        await client.contract.cancelOrder({ symbol: 'BTCUSDT', orderId: '1' }).catch(() => undefined);
        cancels.push(clock.now() - at);
      };
      for (let round = 0; !signal.aborted; round += 1) {
        for (let call = 0; call < 60; call += 1)
          calls.push(client.contract.getServerTime().catch(() => undefined));
        // In the first window, and again after a long time without a cancel.
        if (round === 9 || round === 95) calls.push(cancel());
        // oxlint-disable-next-line no-await-in-loop
        await wait(1_000);
      }
      await Promise.all(calls);
      await client.close();
    },
  });
  expect(cancels).toHaveLength(2);
  expect(Math.max(...cancels)).toBeLessThan(1_000);
});
