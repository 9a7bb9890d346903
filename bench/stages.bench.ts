import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
} from 'cockatiel';
import { createPolicy } from 'weex-resilience';
import { compare } from './harness.js';

// One stage at a time, each compared with cockatiel's: a call that succeeds, then one that an open circuit refuses.
const work = async (): Promise<number> => 1;
const down = async (): Promise<never> => {
  throw new Error('down');
};
const ignore = (): undefined => undefined;

const stages = {
  retry: [
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    { retry: { maxRetries: 3 } },
  ],
  'circuit breaker': [
    circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(5) }),
    { circuitBreaker: { consecutiveFailures: 5, halfOpenAfterMs: 3_600_000 } },
  ],
  bulkhead: [bulkhead(10, 50), { bulkhead: { limit: 10, queue: 50 } }],
} as const;

for (const [stage, [theirs, options]] of Object.entries(stages)) {
  const ours = createPolicy({ name: stage, ...options });
  await compare({
    title: `A call that succeeds: ${stage} alone`,
    baseline: 'cockatiel',
    packages: ['cockatiel'],
    measure: 'cpu',
    cases: { cockatiel: () => theirs.execute(work), ours: () => ours.execute(work) },
  });
}

const [theirs, options] = stages['circuit breaker'];
const ours = createPolicy({
  name: 'open',
  ...options,
  circuitBreaker: { ...options.circuitBreaker, on: [Error] },
});
for (let call = 0; call < 5; call += 1) {
  await theirs.execute(down).catch(ignore);
  await ours.execute(down).catch(ignore);
}
await compare({
  title: 'A call that an open circuit refuses',
  baseline: 'cockatiel',
  packages: ['cockatiel'],
  measure: 'cpu',
  cases: {
    cockatiel: () => theirs.execute(work).catch(ignore),
    ours: () => ours.execute(work).catch(ignore),
    'ours, executeOutcome': () => ours.executeOutcome(work),
  },
});
process.exit(0);
