import { afterEach, describe, expect, it } from 'vitest';
import { createPolicy, onResilienceEvent, WEEXNetworkError } from '../../src/index.js';
import { accompany, type Companion, isAccompanied } from '../../src/observability/companions.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});
const go = (companion: Companion) => stops.push(accompany(companion));

describe('a companion', () => {
  it('sees each call before its first event, and runs each attempt', async () => {
    const told: unknown[] = [];
    const policy = createPolicy({
      name: 'met',
      effect: 'read',
      retry: { maxRetries: 1, backoff: { initialDelayMs: 1 } },
    });
    go({
      begins: (callId, of) => told.push(['begins', callId, of === policy]),
      runs(callId, step, work) {
        told.push([step, callId]);
        return work();
      },
    });
    stops.push(onResilienceEvent('callStarted', ({ callId }) => told.push(['callStarted', callId])));
    let attempts = 0;
    const result = await policy.execute(() => {
      attempts += 1;
      if (attempts === 1) throw new WEEXNetworkError('reset');
      return 'done';
    });
    expect(result).toBe('done');
    const [, callId] = told[0] as [string, number];
    expect(told).toEqual([
      ['begins', callId, true],
      ['callStarted', callId],
      ['attempt', callId],
      ['attempt', callId],
    ]);
  });

  it('runs the lookup that follows an attempt', async () => {
    const steps: string[] = [];
    go({
      runs(_callId, step, work) {
        steps.push(step);
        return work();
      },
    });
    const lost = new WEEXNetworkError('reset', { executionStatus: 'unknown' });
    const found = await createPolicy().execute(() => Promise.reject(lost), {
      resolveUnknown: async () => ({ outcome: 'found', value: 42 }),
    });
    expect([found, steps]).toEqual([42, ['attempt', 'lookup']]);
  });

  it.each<[string, Companion]>([
    [
      'throws before the method',
      {
        runs: () => {
          throw new Error('fault');
        },
      },
    ],
    ['never calls it', { runs: () => undefined as never }],
    [
      'throws after it',
      {
        runs(_id, _step, work) {
          work();
          throw new Error('fault');
        },
      },
    ],
    [
      'calls it twice',
      {
        runs(_id, _step, work) {
          work();
          return work();
        },
      },
    ],
    [
      'gives something else back',
      {
        runs(_id, _step, work) {
          work();
          return undefined as never;
        },
      },
    ],
    [
      'throws as the call begins',
      {
        begins: () => {
          throw new Error('fault');
        },
      },
    ],
  ])('that %s affects no call', async (_fault, companion) => {
    go(companion);
    let runs = 0;
    const count = (): number => (runs += 1);
    expect(await createPolicy().execute(count)).toBe(1);
    const outcome = await createPolicy().executeOutcome(() => {
      count();
      throw new TypeError('of the method');
    });
    expect(outcome).toMatchObject({ ok: false, error: { message: 'of the method' } });
    expect(runs).toBe(2);
  });

  it('accompanies no call once it has left', async () => {
    go({ begins: () => expect.unreachable() });
    stops.pop()?.();
    expect(isAccompanied()).toBe(false);
    expect(await createPolicy().execute(() => 1)).toBe(1);
  });
});
