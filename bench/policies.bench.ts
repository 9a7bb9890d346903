import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  noJitterGenerator,
  ExponentialBackoff,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { Bulkhead, Circuit as MollitiaCircuit, Retry, SlidingCountBreaker, Timeout } from 'mollitia';
import OpossumBreaker from 'opossum';
import { createPolicy } from 'weex-resilience';
import { compare } from './harness.js';

const work = async (): Promise<number> => 1;

const cockatielRetry = retry(handleAll, {
  maxAttempts: 3,
  backoff: new ExponentialBackoff({ generator: noJitterGenerator }),
});
const cockatielBreaker = circuitBreaker(handleAll, {
  halfOpenAfter: 5_000,
  breaker: new ConsecutiveBreaker(5),
});
const cockatielBulkhead = bulkhead(10, 50);
const cockatielTimeout = timeout(2_000, TimeoutStrategy.Aggressive);
const wrapped = wrap(cockatielRetry, cockatielBreaker, cockatielBulkhead);
const wrappedWithTimeout = wrap(cockatielRetry, cockatielBreaker, cockatielBulkhead, cockatielTimeout);

const opossum = new OpossumBreaker(work, { timeout: 2_000 });
const opossumWithoutTimeout = new OpossumBreaker(work, { timeout: false });

const mollitia = new MollitiaCircuit({
  func: work,
  options: {
    modules: [
      new Retry({ attempts: 3 }),
      new SlidingCountBreaker({}),
      new Bulkhead({ concurrentSize: 10, queueSize: 50 }),
      new Timeout({ delay: 2_000 }),
    ],
  },
});

const threeStages = {
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 10, queue: 50 },
} as const;
const three = createPolicy({ name: 'three', ...threeStages });
const full = createPolicy({ name: 'full', ...threeStages, deadlineMs: 5_000, attemptTimeoutMs: 2_000 });
const whole = createPolicy({
  name: 'whole',
  deadlineMs: 5_000,
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3, budget: { ratio: 0.1 } },
  circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, slowCallMs: 1_000 },
  bulkhead: { limit: 10, queue: 50, reserved: { critical: 2 } },
  coolDown: true,
});

await compare({
  title: 'A call that succeeds: deadline, retry, circuit breaker, bulkhead, attempt time-out',
  baseline: 'cockatiel wrap of retry, breaker, bulkhead, time-out',
  packages: ['cockatiel', 'opossum', 'mollitia'],
  cases: {
    'bare async function': work,
    'cockatiel wrap of retry, breaker, bulkhead, time-out': () => wrappedWithTimeout.execute(work),
    'cockatiel wrap of retry, breaker, bulkhead': () => wrapped.execute(work),
    'opossum, time-out on': () => opossum.fire(),
    'opossum, time-out off': () => opossumWithoutTimeout.fire(),
    'mollitia retry, breaker, bulkhead, time-out': () => mollitia.execute(),
    'ours: retry, breaker, bulkhead': () => three.execute(work),
    'ours: and deadline and attempt time-out': () => full.execute(work),
    'ours: and rate window, slow calls, reserved slots, cool-down, budget': () => whole.execute(work),
  },
});
process.exit(0);
