import { describe, expect, it } from 'vitest';
import { createPolicy, type PolicyOptions, PolicyRegistry } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { build } from './harness.js';

/** What building a policy from this says. */
function refusalOf(options: unknown): Error | undefined {
  try {
    createPolicy(options as PolicyOptions);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

// Each option that is a number, inside what makes it complete, with what is legal beside the usual.
const numbers: readonly (readonly [
  option: string,
  wrap: (value: unknown) => object,
  legal: readonly unknown[],
])[] = [
  ['deadlineMs', (deadlineMs) => ({ deadlineMs }), []],
  ['attemptTimeoutMs', (attemptTimeoutMs) => ({ attemptTimeoutMs }), []],
  ['staleMs', (staleMs) => ({ staleMs }), []],
  ['retry.maxRetries', (maxRetries) => ({ retry: { maxRetries } }), [0]],
  ['retry.backoff.initialDelayMs', (initialDelayMs) => ({ retry: { backoff: { initialDelayMs } } }), [0]],
  ['retry.backoff.maxDelayMs', (maxDelayMs) => ({ retry: { backoff: { maxDelayMs } } }), [0]],
  ['retry.budget.ratio', (ratio) => ({ retry: { budget: { ratio } } }), [0]],
  ['retry.budget.minPerSecond', (minPerSecond) => ({ retry: { budget: { minPerSecond } } }), [0, 1.5]],
  ['circuitBreaker.consecutiveFailures', (value) => ({ circuitBreaker: { consecutiveFailures: value } }), []],
  ['circuitBreaker.failureRate', (failureRate) => ({ circuitBreaker: { failureRate } }), []],
  ['circuitBreaker.windowMs', (windowMs) => ({ circuitBreaker: { windowMs } }), []],
  ['circuitBreaker.windowCalls', (windowCalls) => ({ circuitBreaker: { windowCalls } }), []],
  ['circuitBreaker.minimumCalls', (minimumCalls) => ({ circuitBreaker: { minimumCalls } }), []],
  ['circuitBreaker.slowCallMs', (slowCallMs) => ({ circuitBreaker: { slowCallMs } }), []],
  [
    'circuitBreaker.slowCallRate',
    (value) => ({ circuitBreaker: { slowCallMs: 1, slowCallRate: value } }),
    [],
  ],
  ['circuitBreaker.halfOpenAfterMs', (halfOpenAfterMs) => ({ circuitBreaker: { halfOpenAfterMs } }), []],
  ['circuitBreaker.halfOpenTrials', (halfOpenTrials) => ({ circuitBreaker: { halfOpenTrials } }), []],
  [
    'circuitBreaker.halfOpenFailureRate',
    (value) => ({ circuitBreaker: { halfOpenFailureRate: value } }),
    [0],
  ],
  ['circuitBreaker.maxKeys', (maxKeys) => ({ circuitBreaker: { maxKeys } }), []],
  ['bulkhead.limit', (limit) => ({ bulkhead: { limit } }), []],
  ['bulkhead.queue', (queue) => ({ bulkhead: { limit: 1, queue } }), [0, Infinity]],
  ['bulkhead.maxWaitMs', (maxWaitMs) => ({ bulkhead: { limit: 1, queue: 1, maxWaitMs } }), []],
  ['bulkhead.reserved.critical', (critical) => ({ bulkhead: { limit: 5, reserved: { critical } } }), [0]],
  ['bulkhead.reserved.normal', (normal) => ({ bulkhead: { limit: 5, reserved: { normal } } }), [0]],
  ['rateLimit.limit', (limit) => ({ rateLimit: { limit, windowMs: 1 } }), []],
  ['rateLimit.windowMs', (windowMs) => ({ rateLimit: { limit: 1, windowMs } }), []],
  ['rateLimit.cost', (cost) => ({ rateLimit: { limit: 1, windowMs: 1, cost } }), [0]],
  [
    'rateLimit.reserved.critical',
    (critical) => ({ rateLimit: { limit: 5, windowMs: 1, reserved: { critical } } }),
    [0],
  ],
];
const nonsense = [Number.NaN, Infinity, -Infinity, -1, 0, 1.5, '5', null, true, {}, [], 2 ** 53, 10n];
const durations = /Ms$/;

describe('numbers', () => {
  it.each(numbers)(
    '%s rejects all invalid values, and names itself, the value and the range once',
    (option, wrap, legal) => {
      for (const value of nonsense) {
        if (legal.includes(value)) continue;
        const refusal = refusalOf(wrap(value));
        expect(refusal, `${option} ${String(value)}`).toBeDefined();
        expect(refusal?.message).toContain(`Cannot create policy 'policy': ${option} must be`);
        expect(refusal?.message).toMatch(/, received \S/);
        expect(refusal?.message).not.toContain('\n');
        expect(refusal?.constructor).toBe(
          typeof value === 'number' || option === 'bulkhead.queue' ? refusal?.constructor : TypeError,
        );
      }
      for (const value of [...legal, 1]) {
        if (option === 'circuitBreaker.halfOpenFailureRate' && value === 1) continue;
        expect(refusalOf(wrap(value)), `${option} ${String(value)}`).toBeUndefined();
      }
    },
  );

  it.each(numbers.filter(([option]) => durations.test(option)))(
    '%s may be as long as a timer can wait, and no longer',
    (_option, wrap) => {
      expect(refusalOf(wrap(2 ** 31))?.message).toMatch(/from [01] to 2147483647, received 2147483648/);
      expect(refusalOf(wrap(2 ** 31))).toBeInstanceOf(RangeError);
      expect(refusalOf(wrap(2 ** 31 - 1))).toBeUndefined();
    },
  );

  it('maxHalfOpenAfterMs too', () => {
    for (const value of [...nonsense, 2 ** 31]) {
      expect(refusalOf({ circuitBreaker: { maxHalfOpenAfterMs: value } })?.message).toContain(
        'circuitBreaker.maxHalfOpenAfterMs must be',
      );
    }
  });
});

describe('everything else', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object, received null'],
    [5, 'options must be an object, received 5'],
    ['orders', "options must be an object, received 'orders'"],
    [{ name: '' }, "name must not be empty, received ''"],
    [{ name: 5 }, 'name must be a string, received 5'],
    [{ retry: true }, 'retry must be an object, received true'],
    [{ retry: 3 }, 'retry must be an object, received 3'],
    [{ retry: null }, 'retry must be an object, received null'],
    [
      { retry: { on: [] } },
      'retry.on must name at least one class; use false to switch it off, received a list of 0',
    ],
    [{ retry: { on: ['WEEXError'] } }, "retry.on.0 must be a class that extends Error, received 'WEEXError'"],
    [{ retry: { on: [Date] } }, 'retry.on.0 must be a class that extends Error, received function Date'],
    [{ retry: { on: Error } }, 'retry.on must be a list of error classes, received function Error'],
    [{ retry: { on: [() => 1] } }, 'retry.on.0 must be a class that extends Error'],
    [
      { retry: { backoff: { jitter: 'ful' } } },
      "retry.backoff.jitter must be one of 'none', 'full', 'equal', 'decorrelated', received 'ful'",
    ],
    [{ circuitBreaker: true }, 'circuitBreaker must be an object, received true'],
    [{ bulkhead: 5 }, 'bulkhead must be an object, received 5'],
    [{ bulkhead: {} }, 'bulkhead.limit is required'],
    [{ rateLimit: { limit: 5 } }, 'rateLimit.windowMs is required'],
    [
      { rateLimit: { limit: 5, windowMs: 5, type: 'calls' } },
      "rateLimit.type must be one of 'weight', 'orders', received 'calls'",
    ],
    [{ rateLimit: { limit: 5, windowMs: 5, scope: '' } }, "rateLimit.scope must not be empty, received ''"],
    [{ coolDown: 'yes' }, "coolDown must be an object, received 'yes'"],
    [{ coolDown: { scope: 1 } }, 'coolDown.scope must be a string, received 1'],
    [{ fallback: true }, 'fallback must be a function, received true'],
    [{ effect: 'reads' }, "effect must be one of 'read', 'write', received 'reads'"],
    [{ resynchronizeClock: 1 }, 'resynchronizeClock must be a function, received 1'],
    [{ inner: {} }, 'inner must be a policy with an execute method, received an object'],
    [{ inner: null }, 'inner must be a policy with an execute method, received null'],
    [{ clock: {} }, 'clock must have the methods now, setTimeout and clearTimeout, received an object'],
    [{ random: 0.5 }, 'random must be a function, received 0.5'],
  ])('%o is rejected', (options, message) => {
    const refusal = refusalOf(options);
    expect(refusal?.message).toContain(message);
    expect(refusal?.message.split('\n')).toHaveLength(1);
  });

  it.each([
    [{ retries: {} }, 'unknown option "retries" (did you mean "retry"?); expected one of '],
    [{ bulkHead: { limit: 1 } }, 'unknown option "bulkHead" (did you mean "bulkhead"?); expected one of '],
    [
      { retry: { maxRetrys: 1 } },
      'unknown option "retry.maxRetrys" (did you mean "maxRetries"?); expected one of ',
    ],
    [
      { retry: { maxAttempts: 3 } },
      'unknown option "retry.maxAttempts"; expected one of maxRetries, backoff, on, budget',
    ],
    [
      { retry: { backoff: { initialDelay: 1 } } },
      'unknown option "retry.backoff.initialDelay" (did you mean "initialDelayMs"?); expected one of ',
    ],
    [
      { circuitBreaker: { halfOpenAfter: 1 } },
      'unknown option "circuitBreaker.halfOpenAfter" (did you mean "halfOpenAfterMs"?); expected one of ',
    ],
    [
      { bulkhead: { limit: 1, reserved: { Critical: 1 } } },
      'unknown option "bulkhead.reserved.Critical" (did you mean "critical"?); expected one of ',
    ],
    [{ deadlineMS: 1 }, 'unknown option "deadlineMS" (did you mean "deadlineMs"?); expected one of '],
    [{ timeout: 1 }, 'unknown option "timeout"; expected one of name, deadlineMs,'],
  ])('%o is an unknown option', (options, message) => {
    expect(refusalOf(options)?.message).toContain(message);
    expect(refusalOf(options)).toBeInstanceOf(TypeError);
  });

  it.each([
    [
      { deadlineMs: 100, attemptTimeoutMs: 200 },
      'attemptTimeoutMs must not exceed deadlineMs 100, received 200',
    ],
    [
      { retry: { backoff: { initialDelayMs: 200, maxDelayMs: 100 } } },
      'retry.backoff.initialDelayMs must not exceed maxDelayMs 100, received 200',
    ],
    [
      { circuitBreaker: { consecutiveFailures: 5, failureRate: 0.5 } },
      'circuitBreaker.failureRate cannot be combined with consecutiveFailures, received 0.5',
    ],
    [
      { circuitBreaker: { windowMs: 1_000, windowCalls: 10 } },
      'circuitBreaker.windowCalls cannot be combined with windowMs, received 10',
    ],
    [
      { circuitBreaker: { windowCalls: 5, minimumCalls: 6 } },
      'circuitBreaker.minimumCalls must not exceed windowCalls 5, received 6',
    ],
    [
      { circuitBreaker: { slowCallRate: 0.5 } },
      'circuitBreaker.slowCallRate requires slowCallMs, received 0.5 without it',
    ],
    [
      { circuitBreaker: { halfOpenAfterMs: 200, maxHalfOpenAfterMs: 100 } },
      'circuitBreaker.maxHalfOpenAfterMs must be at least halfOpenAfterMs 200, received 100',
    ],
    [
      { bulkhead: { limit: 3, reserved: { critical: 2, normal: 1 } } },
      'bulkhead.reserved must leave a slot of the limit 3 free, received 3 in all',
    ],
    [
      { bulkhead: { limit: 3, maxWaitMs: 5 } },
      'bulkhead.maxWaitMs requires a queue of at least 1, received 5 with queue 0',
    ],
    [{ rateLimit: { limit: 3, windowMs: 5, cost: 4 } }, 'rateLimit.cost must not exceed limit 3, received 4'],
    [
      { rateLimit: { limit: 3, windowMs: 5, reserved: { critical: 3 } } },
      'rateLimit.reserved.critical must be below limit 3, received 3',
    ],
  ])('%o contradicts itself', (options, message) => {
    expect(refusalOf(options)?.message).toBe(`Cannot create policy 'policy': ${message}`);
    expect(refusalOf(options)).toBeInstanceOf(RangeError);
  });

  it('names all faults at once, one per line, including contradictions', () => {
    const refusal = refusalOf({
      name: 'orders',
      deadlineMs: -1,
      retrys: {},
      bulkheat: {},
      retry: { maxRetries: 1.5, backoff: { jitter: 'some' } },
      bulkhead: { limit: 2, queue: -1, reserved: { critical: 2 } },
      rateLimit: { limit: 1, windowMs: 1, cost: 2 },
    });
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal?.message).toMatch(/^Cannot create policy 'orders':\n- /);
    const lines = refusal?.message
      .split('\n- ')
      .slice(1)
      .map((line) => /^(?:unknown option )?(\S+)/.exec(line)?.[1]);
    expect(lines?.toSorted()).toEqual([
      '"bulkheat"',
      '"retrys"',
      'bulkhead.queue',
      'bulkhead.reserved',
      'deadlineMs',
      'rateLimit.cost',
      'retry.backoff.jitter',
      'retry.maxRetries',
    ]);
  });

  it('does not report as a contradiction what is itself wrong', () => {
    for (const value of nonsense) {
      const message =
        refusalOf({
          deadlineMs: value,
          attemptTimeoutMs: 5,
          bulkhead: { limit: value, reserved: { critical: 1 } },
          rateLimit: { limit: value, windowMs: 5, cost: 2 },
          circuitBreaker: { windowCalls: value, minimumCalls: 5 },
        })?.message ?? '';
      const named = [...message.matchAll(/^- (\S+)/gm)].map(([, option]) => option);
      expect(named, message).toEqual(
        expect.arrayContaining([
          'deadlineMs',
          'bulkhead.limit',
          'rateLimit.limit',
          'circuitBreaker.windowCalls',
        ]),
      );
      if (value !== 1.5) expect(named, message).toHaveLength(4);
    }
  });

  it('treats undefined as left out, for every option', () => {
    expect(
      refusalOf({
        name: undefined,
        deadlineMs: undefined,
        retry: undefined,
        circuitBreaker: undefined,
        bulkhead: undefined,
        rateLimit: undefined,
        coolDown: undefined,
        fallback: undefined,
        clock: undefined,
        random: undefined,
        inner: undefined,
      }),
    ).toBeUndefined();
    expect(refusalOf(undefined)).toBeUndefined();
    expect(refusalOf({ retry: {}, circuitBreaker: {}, coolDown: {} })).toBeUndefined();
    expect(
      refusalOf({
        retry: false,
        circuitBreaker: false,
        bulkhead: false,
        rateLimit: false,
        coolDown: false,
        fallback: false,
      }),
    ).toBeUndefined();
  });

  it('keeps nothing of the given object, and changes nothing in it', async () => {
    const on = [TypeError];
    const options = { retry: { maxRetries: 1, on, backoff: { initialDelayMs: 0 } }, bulkhead: { limit: 1 } };
    const before = structuredClone({ ...options, retry: { ...options.retry, on: [] } });
    const { policy } = build(options);
    on.push(RangeError);
    options.retry.maxRetries = 9;
    options.bulkhead.limit = 99;
    let calls = 0;
    const run = (error: Error) =>
      policy.executeOutcome(() => {
        calls += 1;
        throw error;
      });
    await run(new TypeError());
    await run(new RangeError());
    expect(calls).toBe(3);
    expect(policy.describe().options).toMatchObject({ retry: { maxRetries: 1 }, bulkhead: { limit: 1 } });
    expect(before.bulkhead.limit).toBe(1);
    const frozen = Object.freeze({ bulkhead: Object.freeze({ limit: 1 }) });
    expect(() => createPolicy(frozen)).not.toThrow();
  });
});

describe('the registry', () => {
  it.each([undefined, null, 5, 'text', true])('defines nothing from %s', (options) => {
    const registry = new PolicyRegistry();
    expect(() => registry.define('orders', options as unknown as PolicyOptions)).toThrow(
      /^Cannot define policy 'orders': options (must be an object|is required)/,
    );
    expect(registry.names()).toEqual([]);
  });

  it.each([undefined, '', 5])('has no name %s', (name) => {
    expect(() => new PolicyRegistry().define(name as string, {})).toThrow('name must be a non-empty string');
  });

  it('lists the known names when another one is requested', () => {
    const registry = new PolicyRegistry();
    expect(() => registry.get('orders')).toThrow("Cannot find policy 'orders': no policy is defined");
    registry.define('market', {});
    registry.define('account', {});
    expect(() => registry.get('orders')).toThrow(
      "Cannot find policy 'orders': known names are 'market', 'account'",
    );
    expect([registry.has('market'), registry.has('toString')]).toEqual([true, false]);
  });

  it('rejects policies of one scope with different windows, and keeps the first unchanged', () => {
    const registry = new PolicyRegistry();
    const clock = createFakeClock();
    registry.define('one', { clock, rateLimit: { limit: 5, windowMs: 1_000, scope: 'ip' } });
    const define = () =>
      registry.define('two', { clock, rateLimit: { limit: 5, windowMs: 2_000, scope: 'ip' } });
    expect(define).toThrow(
      "Cannot share the rate limit of scope 'ip': rateLimit.windowMs is 1000 there, received 2000",
    );
    expect(registry.has('two')).toBe(false);
  });
});

describe('reconfigure', () => {
  it.each<[unknown, string]>([
    [null, 'options must be an object, received null'],
    [{ bulkhead: { limit: 0 } }, 'bulkhead.limit must be'],
    [{ name: 'other' }, 'name cannot be changed while the policy is in use'],
    [{ clock: createFakeClock() }, 'clock cannot be changed while the policy is in use'],
    [{ random: () => 0 }, 'random cannot be changed while the policy is in use'],
    [{ attemptTimeoutMs: 10_000 }, 'attemptTimeoutMs must not exceed deadlineMs 5000, received 10000'],
    [
      { rateLimit: { limit: 1, windowMs: 77, scope: 'shared' } },
      "Cannot share the rate limit of scope 'shared'",
    ],
  ])('with %o changes nothing', async (options, message) => {
    const { policy, clock } = build({
      name: 'orders',
      deadlineMs: 5_000,
      bulkhead: { limit: 2 },
      rateLimit: { limit: 5, windowMs: 1_000 },
    });
    build({ clock, rateLimit: { limit: 5, windowMs: 1_000, scope: 'shared' } });
    const before = policy.describe();
    expect(() => policy.reconfigure(options as PolicyOptions)).toThrow(message);
    expect(policy.describe()).toEqual(before);
    expect(await policy.execute(async () => 1)).toBe(1);
    policy.reconfigure({ deadlineMs: 6_000 });
    expect(policy.describe().options).toMatchObject({ deadlineMs: 6_000, bulkhead: { limit: 2 } });
  });
});
