import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isWEEXError } from '../../src/index.js';
import { WeexClient } from '../../src/client/index.js';
import { type Fault, rehearse } from '../../src/testing/index.js';

/** A read every 100 ms for half a minute, before an exchange whose firewall does this. */
async function readBehind(fault: Partial<Fault>) {
  const kinds = new Map<string, number>();
  let answered = 0;
  const { requests } = await rehearse({
    seed: 1,
    scenario: {
      name: 'firewall',
      phases: [
        {
          name: 'firewall',
          durationMs: 30_000,
          faults: [{ kind: 'proxy-html', status: 403, ...fault } as Fault],
        },
      ],
    },
    shrinkRuns: 0,
    async run({ exchange, signal }) {
      const baseUrls = { spot: exchange.url, contract: exchange.url };
      const client = new WeexClient({ ...exchange.credentials, baseUrls });
      const calls: Promise<unknown>[] = [];
      while (!signal.aborted) {
        const call = client.contract.getServerTime().then(
          () => (answered += 1),
          (error: unknown) => {
            const kind = isWEEXError(error) ? error.kind : String(error);
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          },
        );
        calls.push(call);
        // oxlint-disable-next-line no-await-in-loop
        await wait(100);
      }
      await Promise.all(calls);
      await client.close();
    },
  });
  return { answered, kinds, refused: requests.filter(({ status }) => status === 403).length };
}

it('an occasional firewall page does not fail a read', async () => {
  const { answered, kinds, refused } = await readBehind({ probability: 0.1 });
  expect(refused).toBeGreaterThan(10);
  expect([...kinds]).toEqual([]);
  expect(answered).toBeGreaterThan(290);
});

it('a firewall that stays closed gets about one request a second, and no key is blamed', async () => {
  const { kinds, refused } = await readBehind({});
  expect([...kinds.keys()]).toEqual(['circuit-open']);
  expect(refused).toBeLessThan(60);
});
