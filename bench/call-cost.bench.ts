import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { Bulkhead, Circuit, Retry, SlidingCountBreaker, Timeout } from 'mollitia';
import CircuitBreaker from 'opossum';
import { createPolicy } from 'weex-resilience';
import { compare } from './harness.js';

// What a call that succeeds at once pays for the protection around it.
const call = async (): Promise<number> => 42;

const ours = createPolicy({
  name: 'ours',
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { consecutiveFailures: 5, halfOpenAfterMs: 60_000 },
  bulkhead: { limit: 10, queue: 50 },
});
const cockatiel = wrap(
  retry(handleAll, { maxAttempts: 3 }),
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
  bulkhead(10, 50),
  timeout(2_000, TimeoutStrategy.Aggressive),
);
const mollitia = new Circuit({
  func: call,
  options: {
    modules: [
      new Retry({ attempts: 3 }),
      new SlidingCountBreaker({ slidingWindowSize: 10, openStateDelay: 60_000 }),
      new Bulkhead({ concurrentSize: 10, queueSize: 50 }),
      new Timeout({ delay: 2_000 }),
    ],
  },
});

await compare({
  title: 'A call under retry, circuit breaker, bulkhead and time-out',
  baseline: 'cockatiel',
  packages: ['cockatiel', 'mollitia'],
  cases: {
    'no policy': call,
    'weex-resilience': () => ours.execute(call),
    cockatiel: () => cockatiel.execute(call),
    mollitia: () => mollitia.execute(),
  },
});

const oursWithoutRetry = createPolicy({
  name: 'ours without retry',
  attemptTimeoutMs: 2_000,
  circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 60_000 },
  bulkhead: { limit: 10, queue: 0 },
});
const opossum = new CircuitBreaker(call, {
  timeout: 2_000,
  errorThresholdPercentage: 50,
  rollingCountTimeout: 10_000,
  volumeThreshold: 10,
  resetTimeout: 60_000,
  capacity: 10,
});

await compare({
  title: 'A call under a circuit breaker with a failure rate, a bulkhead and a time-out',
  baseline: 'opossum',
  packages: ['opossum'],
  cases: {
    'weex-resilience': () => oursWithoutRetry.execute(call),
    opossum: () => opossum.fire(),
  },
});

const plain = createPolicy({ name: 'plain', retry: { maxRetries: 3 } });
const plainCockatiel = retry(handleAll, { maxAttempts: 3 });
await compare({
  title: 'A call under retry alone',
  baseline: 'cockatiel',
  packages: ['cockatiel'],
  cases: { 'weex-resilience': () => plain.execute(call), cockatiel: () => plainCockatiel.execute(call) },
});

opossum.shutdown();
mollitia.dispose();
