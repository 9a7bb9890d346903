import { expect, it } from 'vitest';
import { WeexClient } from '../../src/client/index.js';
import { rehearse } from '../../src/testing/index.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('the first closePositions of a flood does not wait', async () => {
  let tookMs = Infinity;
  await rehearse({
    shrinkRuns: 0,
    scenario: { name: 'flood', phases: [{ name: 'flood', durationMs: 12_000 }] },
    exchange: { limits: { orders: false } },
    async run({ exchange }) {
      const baseUrls = { spot: exchange.url, contract: exchange.url };
      const client = new WeexClient({ ...exchange.credentials, baseUrls });
      await client.contract.getServerTime();
      // Five times the limit.
      const flood = setInterval(() => void client.contract.getDepth('BTCUSDT').catch(() => undefined), 4);
      await wait(3_000);
      const calledAt = Date.now();
      await client.contract.closePositions('BTCUSDT');
      tookMs = Date.now() - calledAt;
      clearInterval(flood);
      await client.close({ graceMs: 0 });
    },
  });
  expect(tookMs).toBeLessThan(300);
});
