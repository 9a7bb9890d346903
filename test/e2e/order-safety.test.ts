import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runKilled } from '../../bench/orders/kill-run.js';
import { runOrders } from '../../bench/orders/order-run.js';
import { ourPlacer } from '../../bench/orders/our-placer.js';
import { peerPlacers } from '../../bench/orders/peer-placers.js';

const repository = new URL('../..', import.meta.url).pathname;
const run = { seed: 6, orders: 60, concurrency: 30 } as const;

describe('orders under ambiguous faults, over real sockets', () => {
  it.concurrent.each(['contract', 'spot'] as const)(
    '%s: no second order and no wrong report',
    async (market) => {
      const tally = await runOrders(ourPlacer, { market, ...run });
      expect(tally).toMatchObject({
        orders: run.orders,
        duplicates: 0,
        wronglyPlaced: 0,
        wronglyNotPlaced: 0,
      });
      expect(tally.faults).toBeGreaterThan(tally.requests / 5);
    },
  );

  it.concurrent('the same through axios-retry places second orders', async () => {
    const tally = await runOrders(peerPlacers['axios-retry'], { market: 'contract', ...run });
    expect(tally.duplicates).toBeGreaterThan(0);
  });

  it.concurrent('a program that is killed again and again places no second order and knows about every one', async () => {
    const folder = await mkdtemp(join(repository, 'node_modules/.killed-trader-'));
    try {
      const program = join(folder, 'killed-trader.mjs');
      await build({
        entryPoints: [join(repository, 'bench/orders/killed-trader.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        packages: 'external',
        tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
        alias: {
          'weex-resilience': join(repository, 'src/index.ts'),
          'weex-resilience/client': join(repository, 'src/client/index.ts'),
          'weex-resilience/journal': join(repository, 'src/orders/open-intent-journal.ts'),
        },
      });
      const tally = await runKilled({ program, market: 'contract', seed: 6, kills: 2, longestLifeMs: 1_500 });
      expect(tally).toMatchObject({ kills: 2, duplicates: 0, wrong: 0, lost: 0 });
      expect(tally.recovered).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
