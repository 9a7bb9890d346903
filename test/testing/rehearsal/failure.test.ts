import { describe, expect, it } from 'vitest';
import { WeexClient } from '../../../src/client/index.js';
import { type RehearsalScenario, rehearse } from '../../../src/testing/index.js';

const short: RehearsalScenario = { name: 'short', phases: [{ name: 'day', durationMs: 20_000 }] };
const oneReset: RehearsalScenario = { ...short, faults: [{ kind: 'reset', skip: 3, count: 1 }] };

describe('the failure of a rehearsal', () => {
  it('stays the same while the scenario is shortened', async () => {
    const { failure } = await rehearse({
      scenario: oneReset,
      async run({ axios, signal }) {
        // Breaks the same invariant, later and in every run.
        setInterval(() => {}, 1_000);
        while (!signal.aborted) {
          // oxlint-disable-next-line no-await-in-loop
          await axios.get('/api/v3/ping');
          // oxlint-disable-next-line no-await-in-loop
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
      },
    });
    expect(failure).toMatchObject({ events: 1, happensAgain: true });
    expect(failure?.message).toContain('the program failed: AxiosError');
  });

  it('reports that it did not happen again', async () => {
    let runs = 0;
    const { failure } = await rehearse({
      scenario: oneReset,
      async run({ axios }) {
        await axios.get('/api/v3/ping');
        runs += 1;
        if (runs === 1) throw new Error('Only the first time');
      },
    });
    expect(failure).toMatchObject({ happensAgain: false });
  });

  it('names an invariant that cannot be checked, whatever it returns', async () => {
    const answers: readonly unknown[] = [
      undefined,
      Promise.resolve([]),
      'a text',
      [{ message: 42 }],
      [{ message: 'm', atMs: Number.NaN }],
    ];
    const { invariants } = await rehearse({
      scenario: short,
      shrinkRuns: 0,
      run: ({ axios }) => axios.get('/api/v3/ping'),
      invariants: answers.map((answer, index) => ({ name: `own ${index}`, check: () => answer as string[] })),
    });
    const own = invariants.filter(({ name }) => name.startsWith('own'));
    expect(own.map(({ breaches }) => breaches.map(({ message }) => message))).toEqual([
      ['cannot be checked: it returned undefined, expected a list of breaches'],
      ['cannot be checked: it returned a promise, expected a list of breaches'],
      ['a text'],
      ['is broken, without a message: {"message":42}'],
      ['m'],
    ]);
  });

  it('counts every kind of cancel as one that must be answered in time', async () => {
    const { failure } = await rehearse({
      scenario: { ...short, faults: [{ kind: 'hang' }] },
      cancelWithinMs: 1_000,
      shrinkRuns: 0,
      async run({ exchange }) {
        const baseUrls = { spot: exchange.url, contract: exchange.url };
        const client = new WeexClient({ ...exchange.credentials, baseUrls });
        await client.contract.cancelAllOrders('BTCUSDT').catch(() => undefined);
        await client.close();
      },
    });
    expect(failure).toMatchObject({ invariant: 'cancels answer in time' });
    expect(failure?.message).toContain('contract.cancelAllOrders took');
  });
});
