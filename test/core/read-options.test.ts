import axios from 'axios';
import { afterAll, describe, expect, it } from 'vitest';
import { WeexClient, WeexConfig } from '../../src/client/index.js';
import {
  attachWeexErrors,
  createMemoryJournal,
  createPolicy,
  getResilienceMetadata,
  type OrderSafety,
  policies,
  PolicyRegistry,
  type PolicyOptions,
  resilient,
  WEEXNetworkError,
  WEEXSystemError,
} from '../../src/index.js';
import { createRedisJournal } from '../../src/redis/index.js';
import { createFakeClock, startExchange } from '../../src/testing/index.js';
import { defer, down, settle } from '../policies/harness.js';

// Not what has methods: a clock, a journal.
const isGroup = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !Object.values(value).some((field) => typeof field === 'function');

/** The same options as getters of a class, each of which tells its value once and nonsense after that. */
function computed<Options extends object>(options: Options): Options {
  const getters = class {};
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    let reads = 0;
    const once: unknown = isGroup(value) ? computed(value) : value;
    Object.defineProperty(getters.prototype, name, {
      get: () => (++reads === 1 ? once : Symbol(`${name} is read ${reads} times`)),
    });
  }
  return new getters() as Options;
}

/** The same options, but inherited. */
const inherited = <Options extends object>(options: Options): Options =>
  Object.create(
    Object.fromEntries(
      Object.entries(options).map(([name, value]: [string, unknown]) => [
        name,
        isGroup(value) ? inherited(value) : value,
      ]),
    ),
  ) as Options;

const pipeline = {
  name: 'computed',
  deadlineMs: 20_000,
  attemptTimeoutMs: 2_000,
  effect: 'read',
  retry: {
    maxRetries: 1,
    backoff: { initialDelayMs: 10, maxDelayMs: 10, jitter: 'none' },
    on: [WEEXNetworkError],
    budget: { ratio: 0.5, minPerSecond: 1 },
  },
  circuitBreaker: { failureRate: 0.5, windowMs: 10_000, minimumCalls: 2, halfOpenAfterMs: 100 },
  bulkhead: { limit: 3, queue: 2, maxWaitMs: 50, reserved: { critical: 1 } },
  rateLimit: { limit: 10, windowMs: 1_000, cost: 2, reserved: { critical: 1 } },
  coolDown: { scope: 'computed' },
  fallback: () => 'fallback',
  staleMs: 5,
} as const satisfies PolicyOptions;

const stops: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

describe.each([
  ['computed by the getters of a class', computed],
  ['inherited', inherited],
] as const)('options that are %s are read once, and used as they were read', (_name, made) => {
  it('of a policy, its groups, and what reconfigures it', async () => {
    const clock = createFakeClock();
    const policy = createPolicy(made({ ...pipeline, clock, random: () => 0 }));
    expect(policy.describe().options).toEqual({
      ...pipeline,
      clock,
      random: expect.any(Function) as unknown,
    });
    expect(policy.name).toBe('computed');
    let calls = 0;
    const call = policy.execute(async () => {
      calls += 1;
      throw down();
    });
    await clock.advance(10);
    expect(await call).toBe('fallback');
    expect(calls).toBe(2);
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
    policy.reconfigure(made({ retry: { maxRetries: 0 }, circuitBreaker: false as const }));
    expect(policy.describe().options).toMatchObject({ retry: { maxRetries: 0 }, circuitBreaker: false });
  });

  it('of a policy, and are rejected as read', () => {
    expect(() => createPolicy(made({ deadlineMs: -1, retry: { maxRetries: 0.5 } }))).toThrow(
      /deadlineMs must be .* received -1[^]*retry.maxRetries must be .* received 0.5/,
    );
    expect(() => createPolicy(made({ attemptTimeoutMs: 20, deadlineMs: 10 }))).toThrow(
      'must not exceed deadlineMs 10',
    );
    expect(() => createPolicy(inherited<object>({ deadlinMs: 1 }))).toThrow('did you mean "deadlineMs"');
  });

  it('of a registry, its rules, and a preset', async () => {
    const clock = createFakeClock();
    const registry = new PolicyRegistry(made({ clock, random: () => 0 }));
    registry.forError(WEEXSystemError, made({ retry: { maxRetries: 5, backoff: { initialDelayMs: 0 } } }));
    const policy = registry.define('ours', made({ retry: { backoff: { initialDelayMs: 0 } } }));
    expect(policy.clock).toBe(clock);
    expect(policy.describe()).toMatchObject({ worstCaseCalls: 6 });
    expect(registry.create(made({ name: 'made', retry: { maxRetries: 7 } })).describe()).toMatchObject({
      name: 'made',
      worstCaseCalls: 8,
    });
    expect(policies.trading(made({ deadlineMs: 400 })).describe().options).toMatchObject({
      deadlineMs: 400,
      attemptTimeoutMs: 400,
    });
  });

  it('of a decorator, and of order safety', async () => {
    const fn = resilient(
      async (id: string) => id,
      made({ name: 'decorated', deadlineMs: 5_000 }),
      made({ priority: 'critical', operation: 'once', effect: 'write' } as const),
    );
    const metadata = getResilienceMetadata(fn);
    expect(metadata).toMatchObject({
      operation: 'once',
      options: { priority: 'critical', operation: 'once', effect: 'write' },
    });
    expect(await fn('a')).toBe('a');

    const journal = createMemoryJournal();
    const orderSafety = made({
      clientOrderId: (id: string) => id,
      find: (id: string) => `found ${id}`,
      settleMs: 0,
      journal,
    }) as unknown as OrderSafety<unknown, [string], string>;
    const place = resilient(
      async (_id: string): Promise<string> => {
        throw new WEEXNetworkError('lost', { executionStatus: 'unknown' });
      },
      { name: 'orders', retry: {} },
      { orderSafety },
    );
    expect(await place('a-1')).toBe('found a-1');
    const bad = made({ clientOrderId: 1, find: (id: string) => id }) as unknown as typeof orderSafety;
    expect(() => resilient(async (id: string) => id, {}, { orderSafety: bad })).toThrow(
      'clientOrderId must be a function of the call, received 1',
    );
  });

  it('of an axios instance, a client, a journal and an exchange', async () => {
    const isRead = (): boolean => true;
    stops.push(attachWeexErrors(axios.create(), made({ isRead, losslessIds: true })));
    expect(() => attachWeexErrors(axios.create(), made({ isRead: 1 }) as never)).toThrow('isRead must be');

    const baseUrls = { spot: 'http://127.0.0.1:1', contract: 'http://127.0.0.1:2' };
    const config = { apiKey: 'key', secretKey: 'secret', passphrase: 'phrase', baseUrls };
    expect(new WeexConfig(made(config))).toMatchObject({ apiKey: 'key', baseUrls });
    const registry = new PolicyRegistry();
    const client = new WeexClient(made({ ...config, registry, settleMs: 5 }));
    stops.push(() => client.close());
    expect(client.registry).toBe(registry);
    expect(() => new WeexClient(made({ ...config, settleMs: -5 }))).toThrow('received -5');
    expect(() => client.openOrderStream(made({ market: 'x' }) as never)).toThrow("received 'x'");

    expect(() => createRedisJournal(made({ client: {}, leaseMs: 1 }) as never)).toThrow('received 1');

    const exchange = await startExchange(
      made({ seed: 5, balances: { contract: '12' }, limits: { banMs: 7 }, scenario: 'calm' }),
    );
    stops.push(() => exchange.close());
    expect(exchange.url).toContain('127.0.0.1');
    await expect(startExchange(made({ port: -1 }))).rejects.toThrow('port');
  });
});

describe('what a class keeps besides its options', () => {
  it('is not an option, unless it can be enumerated', () => {
    class Settings {
      readonly deadlineMs = 500;
      get attemptTimeoutMs(): number {
        return this.half();
      }
      half(): number {
        return this.deadlineMs / 2;
      }
    }
    expect(createPolicy(new Settings()).describe().options).toMatchObject({ attemptTimeoutMs: 250 });
    expect(() => createPolicy(Object.assign(new Settings(), { deadline: 1 }))).toThrow(
      'unknown option "deadline"',
    );
  });

  it('a clock and a coordinator remain the same instances', async () => {
    class Clock {
      readonly #fake = createFakeClock(5);
      now(): number {
        return this.#fake.now();
      }
      setTimeout(fn: () => void, ms: number): unknown {
        return this.#fake.setTimeout(fn, ms);
      }
      clearTimeout(handle: unknown): void {
        this.#fake.clearTimeout(handle);
      }
    }
    class Coordinator {
      readonly #joined: string[] = [];
      joinLimit(): undefined {
        return this.#joined.push('limit') as unknown as undefined;
      }
      joinCoolDown(): undefined {
        return this.#joined.push('cool-down') as unknown as undefined;
      }
    }
    const [clock, coordinator] = [new Clock(), new Coordinator()];
    const { options } = createPolicy({ clock, coordinator: coordinator as never }).describe();
    expect(options.clock).toBe(clock);
    expect(options.coordinator).toBe(coordinator);
    const exchange = await startExchange({ clock });
    await exchange.close();
  });
});

describe('a method that resolves with a thenable', () => {
  const rejecting = (error: unknown) => ({
    then: (_ok: unknown, no: (reason: unknown) => void) => no(error),
  });
  const fulfilling = (value: unknown) => ({ then: (ok: (value: unknown) => void) => ok(value) });

  it.each([
    ['a thenable that rejects', (error: unknown) => rejecting(error)],
    ['a thenable that fulfils with one that rejects', (error: unknown) => fulfilling(rejecting(error))],
    ['a promise of one that rejects', (reason: unknown) => Promise.resolve(rejecting(reason))],
    [
      'three of them, one in the other',
      (error: unknown) => fulfilling(fulfilling(fulfilling(rejecting(error)))),
    ],
  ] as const)('%s fails, as with await, and causes no unhandled rejection', async (_name, answer) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const policy = createPolicy({ circuitBreaker: { consecutiveFailures: 1 }, bulkhead: { limit: 1 } });
    const error = down();
    expect(await policy.executeOutcome(() => answer(error))).toEqual({ ok: false, error });
    expect(policy.snapshot()).toMatchObject({
      circuitBreaker: { common: { state: 'open' } },
      bulkhead: { running: 0 },
    });
    policy.reset();
    await expect(policy.execute(() => answer(error))).rejects.toBe(error);
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('a thenable that settles later holds its slot until then', async () => {
    const later = defer();
    const policy = createPolicy({ bulkhead: { limit: 1 } });
    const call = policy.execute(() => fulfilling(later.promise));
    await settle();
    expect(policy.snapshot().bulkhead).toEqual({ running: 1, waiting: 0 });
    later.resolve('value');
    expect(await call).toBe('value');
  });
});
