import { handleAll, noop, retry, wrap } from 'cockatiel';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  type ExecuteOptions,
  policies,
  type PolicyOptions,
  PolicyRegistry,
  type ResiliencePolicy,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';
import { hang } from './harness.js';

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

  it('uses the names of the pages', async () => {
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

  it('reports the worst case: sends by the retries, time by the deadline, or no limit', () => {
    expect(policies.trading().describe()).toMatchObject({ worstCaseCalls: 3, worstCaseMs: 15_000 });
    const worst = (options: PolicyOptions) => createPolicy(options).describe().worstCaseMs;
    const attemptTimeoutMs = 1_000;
    expect(worst({ attemptTimeoutMs })).toBe(1_000);
    expect(worst({ attemptTimeoutMs, bulkhead: { limit: 1, queue: 1, maxWaitMs: 50 } })).toBe(1_050);
    // And the free one.
    expect(worst({ attemptTimeoutMs, retry: { maxRetries: 0 } })).toBe(2_000);
    for (const endless of [
      // A Retry-After says for how long.
      { retry: {} },
      { retry: { maxRetries: 0 }, resynchronizeClock: hang },
      { rateLimit: { limit: 1, windowMs: 1 } },
      { coolDown: true },
      { circuitBreaker: { whenOpen: 'wait' } },
      { bulkhead: { limit: 1, queue: 1 } },
      { fallback: hang },
    ] as const satisfies PolicyOptions[]) {
      expect(worst({ attemptTimeoutMs, ...endless })).toBeUndefined();
      expect(worst({ attemptTimeoutMs, deadlineMs: 60_000, ...endless })).toBe(
        'fallback' in endless ? 120_000 : 60_000,
      );
    }
    expect(worst({})).toBeUndefined();
  });

  it('and a call takes that long if everything goes wrong', async () => {
    const clock = createFakeClock();
    const limited = new WEEXRateLimitError('Slow down', { retryAfter: 60, executionStatus: 'not-executed' });
    const lost = new WEEXSystemError('Lost', { executionStatus: 'unknown' });
    const took = async (policy: ResiliencePolicy, error: Error, call?: ExecuteOptions): Promise<number> => {
      const startedAt = clock.now();
      let endedAt = Number.NaN;
      const settled = policy.executeOutcome(() => Promise.reject(error), call);
      void settled.then(() => (endedAt = clock.now()));
      await clock.advance(1_000_000);
      return endedAt - startedAt;
    };
    // The wait that it was said to have no end of.
    const retrying = createPolicy({ clock, attemptTimeoutMs: 1_000, retry: { maxRetries: 1 } });
    expect(await took(retrying, limited)).toBe(60_000);
    const withFallback = createPolicy({ clock, deadlineMs: 1_000, fallback: hang });
    expect(await took(withFallback, limited)).toBe(1_000);
    const hanging = createPolicy({ clock, deadlineMs: 1_000, attemptTimeoutMs: 1_000, fallback: hang });
    const started = clock.now();
    const late = hanging.executeOutcome(hang);
    await clock.advance(hanging.describe().worstCaseMs ?? 0);
    expect(await late).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    expect(clock.now() - started).toBe(2_000);
    const lookingUp = createPolicy({ clock, deadlineMs: 1_000 });
    const call: ExecuteOptions = { resolveUnknown: hang, resolveDeadlineMs: 60_000 };
    expect(await took(lookingUp, lost, call)).toBe(61_000);
    expect(lookingUp.describe(call).worstCaseMs).toBe(61_000);
  });

  it('counts the second send that proof of absence allows, if no retry is configured or switched off', async () => {
    const lost = new WEEXSystemError('Lost', { executionStatus: 'unknown' });
    const resolveUnknown = async (error: unknown) => ({ outcome: 'absent', error }) as const;
    for (const options of [{}, { retry: false }, { retry: {} }, { retry: { maxRetries: 0 } }] as const) {
      const clock = createFakeClock();
      const policy = createPolicy({ clock, ...options });
      let sends = 0;
      const settled = policy.executeOutcome(
        () => {
          sends += 1;
          return Promise.reject(lost);
        },
        { resolveUnknown },
      );
      await clock.advance(100_000);
      await settled;
      expect(sends).toBe(policy.describe({ resolveUnknown }).worstCaseCalls);
    }
    expect(createPolicy().describe()).toMatchObject({
      worstCaseCalls: 1,
      text: expect.stringContaining(
        'A call with orderSafety is looked up, and sent once more if it is proven absent',
      ) as string,
    });
  });

  it('multiplies the sends by those of an inner retry', () => {
    const sends = (inner: PolicyOptions['inner']) =>
      createPolicy({ retry: { maxRetries: 1 }, inner }).describe().worstCaseCalls;
    expect(sends(createPolicy({ retry: { maxRetries: 2 } }))).toBe(6);
    expect(sends(retry(handleAll, { maxAttempts: 2 }))).toBe(6);
    expect(sends(wrap(retry(handleAll, { maxAttempts: 2 }), retry(handleAll, { maxAttempts: 1 })))).toBe(12);
    expect(sends(retry(handleAll, {}))).toBe(Infinity);
    expect(sends(noop)).toBe(2);
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
    ['nested in a retry', { retry: {}, inner: wrap(retry(handleAll, { maxAttempts: 2 })) }],
    ['nested in a retry', { retry: {}, inner: createPolicy({ retry: {} }) }],
    ['wait indefinitely', { rateLimit: { limit: 1, windowMs: 1_000 } }],
    ['a fallback that hangs never ends', { fallback: () => 0 }],
  ])('warns if options fit together badly: %s', (warning, options) => {
    const { warnings, text } = createPolicy(options).describe();
    expect(warnings).toEqual(expect.arrayContaining([expect.stringContaining(warning)]));
    expect(text).toContain(`Warning: ${warnings[0]}`);
  });

  it('includes what rules of the registry add, unless the policy has its own', () => {
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

  it('warns that a Retry-After may have any length without a deadline', () => {
    const warning = "without deadlineMs a call may wait as long as the exchange's Retry-After says";
    expect(createPolicy({ attemptTimeoutMs: 100, retry: {} }).describe().warnings).toContain(warning);
    expect(createPolicy({ deadlineMs: 20_000, retry: {} }).describe().warnings).not.toContain(warning);
  });

  it('has nothing to warn of in the presets', () => {
    for (const make of Object.values(policies)) expect(make().describe().warnings).toEqual([]);
  });
});
