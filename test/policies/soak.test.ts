import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createPolicy, type ResiliencePolicy, WEEXNetworkError, WEEXRequestError } from '../../src/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heap = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const refused = new WEEXRequestError('no', { executionStatus: 'not-executed' });
const down = new WEEXNetworkError('down', { executionStatus: 'not-executed' });

/** Calls of every kind: good ones, refused ones, such as are retried, such as are queued, such as wait for nothing. */
async function round(policy: ResiliencePolicy, signal: AbortSignal, index: number): Promise<void> {
  let attempts = 0;
  const how = { signal, key: `k${index % 3_000}`, operation: 'getTicker', args: [index] };
  await Promise.all([
    policy.execute(async () => index, how),
    policy.execute(() => index, signal),
    policy.executeOutcome(() => Promise.reject(refused), how),
    policy.executeOutcome(async (context) => context.signal.aborted, { signal, priority: 'critical' }),
    policy.executeOutcome(async () => {
      attempts += 1;
      if (attempts === 1) throw down;
    }, how),
  ]);
}

describe('100,000 calls on one signal that never aborts', () => {
  it('leave the heap as it was, no timer and no listener', async () => {
    const policy = createPolicy({
      deadlineMs: 60_000,
      attemptTimeoutMs: 30_000,
      retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' }, budget: { ratio: 1 } },
      circuitBreaker: { failureRate: 1, minimumCalls: 1_000, maxKeys: 100 },
      bulkhead: { limit: 3, queue: 10 },
      rateLimit: { limit: 1_000_000_000, windowMs: 1 },
      coolDown: true,
      staleMs: 1,
    });
    const { signal } = new AbortController();
    const timersBefore = timers();
    for (let index = 0; index < 4_000; index += 1) await round(policy, signal, index);
    const before = heap();
    for (let index = 0; index < 20_000; index += 1) await round(policy, signal, index);
    await policy.execute(() => 1);
    // A byte a call would be 100 kB.
    expect(heap() - before).toBeLessThan(1_000_000);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timers()).toBeLessThanOrEqual(timersBefore);
    expect(policy.snapshot()).toMatchObject({ bulkhead: { running: 0, waiting: 0 } });
  });
});
