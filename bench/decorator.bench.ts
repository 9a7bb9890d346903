import { createPolicy, defaultRegistry, Resilient } from 'weex-resilience';
import { compare } from './harness.js';

const options = {
  deadlineMs: 5_000,
  attemptTimeoutMs: 2_000,
  retry: { maxRetries: 3 },
  circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 10, halfOpenAfterMs: 5_000 },
  bulkhead: { limit: 10, queue: 50 },
} as const;

const policy = createPolicy(options);
defaultRegistry.define('bench', options);

class Plain {
  async price(symbol: string): Promise<string> {
    return symbol;
  }
}

class ByPolicy {
  @Resilient(policy, { ambient: false })
  async price(symbol: string): Promise<string> {
    return symbol;
  }
}

class ByName {
  @Resilient('bench', { ambient: false })
  async price(symbol: string): Promise<string> {
    return symbol;
  }
}

class WithKey {
  @Resilient(policy, { ambient: false, priority: 'critical', key: (symbol: string) => symbol })
  async price(symbol: string): Promise<string> {
    return symbol;
  }
}

class WithContext {
  @Resilient(policy)
  async price(symbol: string): Promise<string> {
    return symbol;
  }
}

const plain = new Plain();
const byPolicy = new ByPolicy();
const byName = new ByName();
const withKey = new WithKey();
const withContext = new WithContext();

const direct = 'policy.execute';
await compare({
  title: 'A decorator over policy.execute, without an ambient context',
  baseline: direct,
  packages: ['cockatiel'],
  rounds: 401,
  roundMs: 1,
  cases: {
    [direct]: () => policy.execute(() => plain.price('BTCUSDT')),
    '@Resilient(policy)': () => byPolicy.price('BTCUSDT'),
    "@Resilient('name')": () => byName.price('BTCUSDT'),
    'policy.execute, priority and key': () =>
      policy.execute(() => plain.price('BTCUSDT'), { priority: 'critical', key: 'BTCUSDT' }),
    '@Resilient, priority and key': () => withKey.price('BTCUSDT'),
  },
});

// Last: on Node 20 and 22 the first ambient context slows every promise of the process, including the baseline's.
await withContext.price('BTCUSDT');
await compare({
  title: 'With the ambient context in use',
  baseline: direct,
  packages: ['cockatiel'],
  rounds: 401,
  roundMs: 1,
  cases: {
    [direct]: () => policy.execute(() => plain.price('BTCUSDT')),
    '@Resilient(policy), ambient off': () => byPolicy.price('BTCUSDT'),
    '@Resilient(policy), ambient on': () => withContext.price('BTCUSDT'),
  },
});
