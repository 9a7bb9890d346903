import { handleAll, retry, wrap } from 'cockatiel';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  policies,
  PolicyRegistry,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

describe('describe()', () => {
  it('names the stages in effect, outermost first', () => {
    const policy = createPolicy({
      attemptTimeoutMs: 100,
      bulkhead: { limit: 1 },
      rateLimit: { limit: 1, windowMs: 100 },
      circuitBreaker: {},
      coolDown: true,
      retry: {},
      deadlineMs: 20_000,
      fallback: () => 0,
    });
    expect(policy.describe().order).toEqual([
      'fallback',
      'deadline',
      'retry',
      'circuit breaker',
      'admission (rate limit and bulkhead)',
      'cool-down',
      'attempt timeout',
      'call',
    ]);
    expect(createPolicy().describe()).toMatchObject({ order: ['call'], worstCaseCalls: 1, warnings: [] });
  });

  it('names them as the pages do', async () => {
    const policy = createPolicy({
      attemptTimeoutMs: 100,
      bulkhead: { limit: 1 },
      circuitBreaker: {},
      coolDown: true,
      retry: {},
      deadlineMs: 20_000,
      fallback: () => 0,
    });
    const order = policy.describe().order.join(' → ').replace(' (bulkhead)', '');
    for (const page of ['README.md', 'docs/policies.md'])
      expect(await readFile(page, 'utf8')).toContain(order);
  });

  it('runs them in this order: an open circuit and a full queue reject at once during a cool-down', async () => {
    const shared = { clock: createFakeClock(), coolDown: { scope: 'order of the stages' } } as const;
    const broken = createPolicy({ ...shared, circuitBreaker: { consecutiveFailures: 1 } });
    const busy = createPolicy({ ...shared, bulkhead: { limit: 1, queue: 0 } });
    const down = new WEEXSystemError('Down', { code: 503, executionStatus: 'not-executed' });
    await broken.executeOutcome(() => Promise.reject(down));
    void busy.executeOutcome(() => new Promise(() => undefined));
    const limited = new WEEXRateLimitError('Slow down', { retryAfter: 30, executionStatus: 'not-executed' });
    await createPolicy(shared).executeOutcome(() => Promise.reject(limited));
    expect(await broken.executeOutcome(() => 1)).toMatchObject({ error: { kind: 'circuit-open' } });
    expect(await busy.executeOutcome(() => 1)).toMatchObject({ error: { kind: 'bulkhead-full' } });
  });

  it('tells the worst case: of calls by the retries, of time by the deadline or the sum of all waits', () => {
    expect(policies.trading().describe()).toMatchObject({ worstCaseCalls: 3, worstCaseMs: 15_000 });
    const backoff = { initialDelayMs: 100, maxDelayMs: 300, jitter: 'none' } as const;
    const open = createPolicy({ attemptTimeoutMs: 1_000, retry: { maxRetries: 3, backoff } });
    // Four attempts and the free one, and waits of 100, 200 and 300.
    expect(open.describe().worstCaseMs).toBe(5 * 1_000 + 600);
    expect(createPolicy({ retry: {} }).describe().worstCaseMs).toBeUndefined();
  });

  it('shortens the attempts of a preset with its deadline', () => {
    expect(policies.marketData({ deadlineMs: 500 }).describe().options).toMatchObject({
      attemptTimeoutMs: 500,
    });
    expect(policies.account({ deadlineMs: 9_000 }).describe().options).toMatchObject({
      attemptTimeoutMs: 3_000,
    });
    expect(() => policies.trading({ deadlineMs: 500, attemptTimeoutMs: 900 })).toThrow(/attemptTimeoutMs/);
    expect(() => policies.trading({ deadlineMs: -1 })).toThrow(/: deadlineMs must be/);
  });

  it.each([
    ['add up to', { deadlineMs: 1_000, retry: { backoff: { initialDelayMs: 500 } } }],
    ['4 attempts of attemptTimeoutMs', { deadlineMs: 5_000, attemptTimeoutMs: 2_000, retry: {} }],
    ['shorter than twice', { attemptTimeoutMs: 600, circuitBreaker: { windowMs: 1_000 } }],
    ['inside a retry', { retry: {}, inner: wrap(retry(handleAll, { maxAttempts: 2 })) }],
    ['inside a retry', { retry: {}, inner: createPolicy({ retry: {} }) }],
    ['for any time', { rateLimit: { limit: 1, windowMs: 1_000 } }],
  ])('warns where options fit badly together: %s', (warning, options) => {
    const { warnings, text } = createPolicy(options).describe();
    expect(warnings).toEqual(expect.arrayContaining([expect.stringContaining(warning)]));
    expect(text).toContain(`Warning: ${warnings[0]}`);
  });

  it('counts in what rules of the registry add, unless the policy has its own', () => {
    const backoff = { initialDelayMs: 1_000, maxDelayMs: 1_000, jitter: 'none' } as const;
    const registry = new PolicyRegistry().forError(WEEXRateLimitError, {
      retry: { maxRetries: 7, backoff },
      coolDown: true,
      fallback: () => 0,
    });
    const bare = registry.define('bare', {});
    expect(bare.describe()).toMatchObject({
      order: ['fallback', 'retry', 'cool-down', 'call'],
      worstCaseCalls: 8,
      options: { name: 'bare' },
    });
    expect(bare.describe().options.retry).toBeUndefined();
    const own = registry.define('own', { retry: { maxRetries: 1 }, coolDown: false, fallback: false });
    expect(own.describe()).toMatchObject({ order: ['retry', 'call'], worstCaseCalls: 2 });
    expect(
      registry.define('off', { retry: false, coolDown: false, fallback: false }).describe(),
    ).toMatchObject({ order: ['call'], worstCaseCalls: 1 });
  });

  it('warns that a Retry-After may be of any length where no deadline ends it', () => {
    const warning = 'without deadlineMs a call may wait for as long as a Retry-After of the exchange says';
    expect(createPolicy({ attemptTimeoutMs: 100, retry: {} }).describe().warnings).toContain(warning);
    expect(createPolicy({ deadlineMs: 20_000, retry: {} }).describe().warnings).not.toContain(warning);
  });

  it('has nothing to warn of in the presets', () => {
    for (const make of Object.values(policies)) expect(make().describe().warnings).toEqual([]);
  });
});
