// A million calls on one signal that never aborts: what remains of them on the heap, as timers and as listeners.
import { getEventListeners } from 'node:events';
import { createPolicy, WEEXNetworkError } from 'weex-resilience';

const calls = 1_000_000;
const steps = 5;

const policy = createPolicy({
  deadlineMs: 60_000,
  attemptTimeoutMs: 30_000,
  retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' }, budget: { ratio: 1 } },
  circuitBreaker: { failureRate: 1, minimumCalls: 1_000 },
  bulkhead: { limit: 3, queue: 10 },
  coolDown: true,
});
const { signal } = new AbortController();
const down = new WEEXNetworkError('down', { executionStatus: 'not-executed' });

const heapKb = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1_024);
};

async function run(count: number): Promise<void> {
  for (let index = 0; index < count; index += 10) {
    let attempts = 0;
    await Promise.all([
      ...Array.from({ length: 8 }, (_, call) =>
        policy.execute(async () => call, { signal, key: `k${call}` }),
      ),
      policy.execute(async (context) => context.signal.aborted, signal),
      policy.execute(async () => {
        attempts += 1;
        if (attempts === 1) throw down;
      }, signal),
    ]);
  }
}

await run(calls / steps);
const before = heapKb();
console.log(`after ${calls / steps} calls: heap ${before} kB`);
for (let step = 2; step <= steps; step += 1) {
  await run(calls / steps);
  const listeners = getEventListeners(signal, 'abort').length;
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const made = (calls / steps) * step;
  console.log(
    `after ${made} calls: heap ${heapKb() - before} kB more, ${timers} timers, ${listeners} listeners`,
  );
}
