import { describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  defaultRegistry,
  type ExecuteOptions,
  getResilienceMetadata,
  NotResilient,
  PolicyRegistry,
  type ResiliencePolicy,
  Resilient,
  type ResilientOptions,
  setInstanceRegistry,
  WEEXSystemError,
} from '../../src/index.js';

interface Order {
  readonly symbol: string;
  readonly urgent?: boolean;
}

const atOnce = { initialDelayMs: 0, jitter: 'none' } as const;
const refused = () => new WEEXSystemError('busy', { executionStatus: 'not-executed' });

/** What a policy is told of each call. */
function told(policy: ResiliencePolicy): ExecuteOptions[] {
  const options: ExecuteOptions[] = [];
  const { execute } = policy;
  vi.spyOn(policy, 'execute').mockImplementation((fn, given) => {
    options.push(given as ExecuteOptions);
    return execute.call(policy, fn, given) as Promise<never>;
  });
  return options;
}

describe('the policy of @Resilient', () => {
  it('is looked up by name at the first call, not before', async () => {
    class Prices {
      @Resilient('defined-later')
      async last(): Promise<number> {
        return 1;
      }
    }
    await expect(new Prices().last()).rejects.toThrow(
      /^Cannot find policy 'defined-later' of Prices.last: .* in defaultRegistry\. Define it there, or .*setInstanceRegistry\(\)$/,
    );
    const options = told(defaultRegistry.define('defined-later', { retry: false }));
    expect(await new Prices().last()).toBe(1);
    expect(options).toHaveLength(1);
  });

  it('rejects a call whose policy is not defined, and lists the known names', async () => {
    class Prices {
      @Resilient('ordres')
      async last(): Promise<number> {
        return 1;
      }
    }
    const registry = new PolicyRegistry();
    registry.define('orders', {});
    const prices = new Prices();
    setInstanceRegistry(prices, registry);
    await expect(prices.last()).rejects.toThrow(
      "Cannot find policy 'ordres' of Prices.last: known names are 'orders' in the registry of the instance",
    );
  });

  it('comes from the registry of the instance, then of its class, then the default one', async () => {
    class Prices {
      @Resilient('market')
      async last(): Promise<number> {
        return 1;
      }
    }
    const [forAll, forOne] = [new PolicyRegistry(), new PolicyRegistry()];
    const calls = [defaultRegistry, forAll, forOne].map((registry) => told(registry.define('market', {})));
    const counts = () => calls.map((options) => options.length);
    await new Prices().last();
    expect(counts()).toEqual([1, 0, 0]);
    setInstanceRegistry(Prices, forAll);
    const prices = new Prices();
    await prices.last();
    expect(counts()).toEqual([1, 1, 0]);
    setInstanceRegistry(prices, forOne);
    await prices.last();
    await new Prices().last();
    expect(counts()).toEqual([1, 2, 1]);
    expect(getResilienceMetadata(prices, 'last')?.policy).toBe(forOne.get('market'));
    expect(getResilienceMetadata(new Prices(), 'last')?.policy).toBe(forAll.get('market'));
  });

  it('belongs to the method if created from options: all instances share it', async () => {
    class Prices {
      @Resilient({ retry: { maxRetries: 1, backoff: atOnce } })
      async last(): Promise<number> {
        return 1;
      }

      @Resilient()
      async first(): Promise<number> {
        return 2;
      }
    }
    const policyOf = (method: string) =>
      getResilienceMetadata(new Prices(), method)?.policy as ResiliencePolicy;
    expect(policyOf('last')).toBe(policyOf('last'));
    expect(policyOf('last')).not.toBe(policyOf('first'));
    expect(policyOf('last').name).toBe('Prices.last');
    expect(policyOf('first').describe().order).toContain('circuit breaker');
    expect(await new Prices().first()).toBe(2);
  });

  it('belongs to each instance, or to each method of a class, as scope says', async () => {
    @Resilient({}, { scope: 'method' })
    class Prices {
      async last(): Promise<number> {
        return 1;
      }

      async first(): Promise<number> {
        return 2;
      }

      @Resilient({}, { scope: 'instance' })
      async own(): Promise<number> {
        return 3;
      }
    }
    @Resilient({})
    class Shared {
      async last(): Promise<number> {
        return 1;
      }

      async first(): Promise<number> {
        return 2;
      }
    }
    const policyOf = (target: object, method: string) => getResilienceMetadata(target, method)?.policy;
    const [one, two] = [new Prices(), new Prices()];
    expect(policyOf(one, 'last')).toBe(policyOf(two, 'last'));
    expect(policyOf(one, 'last')).not.toBe(policyOf(one, 'first'));
    expect(policyOf(one, 'own')).toBe(policyOf(one, 'own'));
    expect(policyOf(one, 'own')).not.toBe(policyOf(two, 'own'));
    expect(policyOf(Prices, 'own')).toBeUndefined();
    expect(policyOf(new Shared(), 'last')).toBe(policyOf(new Shared(), 'first'));
    expect(policyOf(Shared, 'last')).toMatchObject({ name: 'Shared' });
    expect(policyOf(Prices, 'last')).toMatchObject({ name: 'Prices.last' });
    expect(await Promise.all([one.last(), one.first(), two.own()])).toEqual([1, 2, 3]);
  });

  it('follows the rules of the registry, and is a different one in another registry', async () => {
    class Prices {
      calls = 0;

      @Resilient({ retry: { backoff: atOnce } })
      async last(): Promise<never> {
        this.calls += 1;
        throw new WEEXSystemError('busy', { executionStatus: 'not-executed' });
      }
    }
    const registry = new PolicyRegistry();
    registry.forError(WEEXSystemError, { retry: { maxRetries: 1 } });
    const prices = new Prices();
    setInstanceRegistry(prices, registry);
    await expect(prices.last()).rejects.toThrow('busy');
    expect(prices.calls).toBe(2);
    registry.forError(WEEXSystemError, { retry: false });
    await expect(prices.last()).rejects.toThrow('busy');
    expect(prices.calls).toBe(3);
    expect(getResilienceMetadata(prices, 'last')?.policy).not.toBe(
      getResilienceMetadata(Prices, 'last')?.policy,
    );
  });

  it('is checked when the class is defined', () => {
    expect(() => Resilient({ retry: { maxRetries: -1 } })).toThrow(/maxRetries .*received -1/);
    const options = { retry: { maxRetries: 1, backoff: { ...atOnce } } };
    const decorator = Resilient(options);
    options.retry.maxRetries = -1;
    expect(decorator).toBeTypeOf('function');
  });
});

describe('what @Resilient passes to the policy', () => {
  it('is only the operation by default', async () => {
    const policy = createPolicy({});
    const options = told(policy);
    class Trading {
      @Resilient(policy)
      async getBalance(_coin: string): Promise<number> {
        return 1;
      }
    }
    await new Trading().getBalance('USDT');
    expect(JSON.parse(JSON.stringify(options))).toEqual([
      { operation: 'Trading.getBalance', args: ['USDT'], instance: {}, takesBare: true },
    ]);
  });

  it("comes from callbacks, called once per call with the method's own this and arguments", async () => {
    const policy = createPolicy({ retry: { maxRetries: 2, backoff: atOnce } });
    const options = told(policy);
    const key = vi.fn(function (this: Trading, order: Order) {
      return `${this.account}:${order.symbol}`;
    });
    class Trading {
      readonly account: string = 'A';
      failures = 2;

      @Resilient(policy, {
        key,
        priority: (order: Order) => (order.urgent ? 'critical' : 'background'),
        cost: (_order: Order, weight: number) => weight,
        idempotent: true,
        operation: 'place',
      })
      async placeOrder(order: Order, weight: number): Promise<string> {
        if (this.failures-- > 0) throw refused();
        return `${order.symbol} ${weight}`;
      }
    }
    expect(await new Trading().placeOrder({ symbol: 'BTC', urgent: true }, 3)).toBe('BTC 3');
    expect(options).toMatchObject([
      { operation: 'place', key: 'A:BTC', priority: 'critical', cost: 3, idempotent: true },
    ]);
    expect(key).toHaveBeenCalledTimes(1);
    await new Trading().placeOrder({ symbol: 'ETH' }, 1);
    expect(options[1]).toMatchObject({ key: 'A:ETH', priority: 'background', cost: 1 });
  });

  it.each(['key', 'priority', 'cost', 'signal'] as const)(
    'a %s callback that throws rejects the call before the method is called',
    async (option) => {
      const called = vi.fn();
      const callbacks: ResilientOptions<unknown, []> = {
        [option]: () => {
          throw new RangeError(`no ${option}`);
        },
      };
      class Trading {
        @Resilient({ fallback: () => 0 }, callbacks)
        async placeOrder(): Promise<number> {
          called();
          return 1;
        }
      }
      const call = new Trading().placeOrder();
      await expect(call).rejects.toThrow(new RangeError(`no ${option}`));
      expect(called).not.toHaveBeenCalled();
    },
  );

  it("includes the caller's signal, from the last argument or as configured", async () => {
    const policy = createPolicy({});
    const options = told(policy);
    class Trading {
      @Resilient(policy)
      async last(..._args: unknown[]): Promise<number> {
        return 1;
      }

      @Resilient(policy, { signal: false })
      async blind(_signal: AbortSignal): Promise<number> {
        return 1;
      }

      @Resilient(policy, { signal: (request: { abort: AbortSignal }) => request.abort })
      async first(_request: { abort: AbortSignal }, _rest: string): Promise<number> {
        return 1;
      }
    }
    const trading = new Trading();
    const { signal } = new AbortController();
    await trading.last('BTC', { signal });
    await trading.last(signal);
    await trading.first({ abort: signal }, 'x');
    expect(options.map((given) => given.signal)).toEqual([signal, signal, signal]);
    options.length = 0;
    await trading.blind(signal);
    for (const args of [[], ['BTC'], [null], [{ signal: 'buy' }], [{ signal: null }], [signal, 'BTC']]) {
      await trading.last(...args);
    }
    expect(options.map((given) => given.signal)).toEqual(Array.from({ length: 7 }, () => undefined));
  });

  it("ends a call with the caller's reason, even if the method ignores the signal", async () => {
    class Trading {
      @Resilient({ retry: { maxRetries: 3 } })
      never(_options: { signal: AbortSignal }): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const controller = new AbortController();
    const call = new Trading().never({ signal: controller.signal });
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });
});

describe('what cannot be resilient', () => {
  // As JavaScript may call it.
  const decorate = Resilient() as unknown as (...args: unknown[]) => PropertyDescriptor;

  it.each([
    ['a getter', { get: () => 1 }, 'an accessor does not return a promise'],
    ['a setter', { set: () => undefined }, 'an accessor does not return a promise'],
    ['a property', undefined, 'cannot see the value of a property'],
    [
      'a property as Babel passes it',
      { initializer: null, writable: true },
      'cannot see the value of a property',
    ],
    ['a parameter', 0, 'a parameter cannot be decorated'],
    ['a value', { value: 1 }, 'expected a function, received number'],
    ['a generator', { value: function* prices() {} }, 'a generator does not return a promise'],
    [
      'an asynchronous generator',
      { value: async function* prices() {} },
      'a generator does not return a promise',
    ],
  ])('is %s', (_kind, descriptor, reason) => {
    class Trading {}
    const attempt = () => decorate(Trading.prototype, 'price', descriptor);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(`Cannot make Trading.price resilient: `);
    expect(attempt).toThrow(reason);
  });

  it.each(['getter', 'setter', 'accessor'])('is a %s with standard decorators', (kind) => {
    const context = { kind, name: 'price', static: false, private: false, addInitializer: vi.fn() };
    expect(() => decorate(() => 1, context)).toThrow(
      new TypeError(`Cannot make price resilient: a ${kind} does not return a promise; decorate a method`),
    );
  });

  it('is a field without a function, reported for the first instance', () => {
    const context = { kind: 'field', name: 'price', static: false, private: false, addInitializer: vi.fn() };
    class Trading {}
    const initialize = decorate(undefined, context) as unknown as (initial: unknown) => unknown;
    expect(() => initialize.call(new Trading(), 1)).toThrow(
      'Cannot make Trading.price resilient: expected a function',
    );
  });

  it('is a method that is already resilient, also through another decorator', () => {
    class Trading {
      async price(): Promise<number> {
        return 1;
      }
    }
    const original = Object.getOwnPropertyDescriptor(Trading.prototype, 'price');
    const once = decorate(Trading.prototype, 'price', original);
    expect(() => decorate(Trading.prototype, 'price', once)).toThrow(/Trading\.price .*is already resilient/);
    const covered = { ...once, value: () => once.value() };
    expect(() => decorate(Trading.prototype, 'price', covered)).toThrow(/is already resilient/);
  });

  it('is a method that is also marked @NotResilient, in either order', () => {
    const value = async () => 1;
    class One {
      declare price: () => Promise<number>;
    }
    class Two {
      declare price: () => Promise<number>;
    }
    Object.defineProperty(One.prototype, 'price', { value, configurable: true });
    Object.defineProperty(Two.prototype, 'price', { value: async () => 2, configurable: true });
    const of = (type: { prototype: object }) => Object.getOwnPropertyDescriptor(type.prototype, 'price');
    NotResilient()(One.prototype, 'price', of(One));
    expect(() => decorate(One.prototype, 'price', of(One))).toThrow(/is also marked @NotResilient/);
    const decorated = decorate(Two.prototype, 'price', of(Two));
    expect(() => NotResilient()(Two.prototype, 'price', decorated)).toThrow(/is also marked @NotResilient/);
    expect(() => NotResilient()(class {}, undefined)).toThrow(/excludes a method/);
  });

  it('is a class without an async method, or a value that is not a class', () => {
    class Empty {
      now(): number {
        return 1;
      }
    }
    expect(() => decorate(Empty)).toThrow(/Empty .*declares no async method/);
    for (const nothing of [undefined, {}, () => 1]) {
      expect(() => decorate(nothing)).toThrow(/decorates classes and methods/);
    }
    class Trading {
      async place(): Promise<void> {}
    }
    const single = Resilient({}, { operation: 'place' }) as unknown as (target: object) => void;
    expect(() => single(Trading)).toThrow(/Trading .*operation must be given on a single method/);
  });

  it.each([
    [[42], /the policy must be a name, options or a policy, received 42/],
    [[''], /the policy must be a name.*received ''/],
    [[null], /the policy must be.*received null/],
    [['orders', null], /options must be an object, received null/],
    [
      ['orders', { prioritty: 'critical' }],
      /unknown option "prioritty" \(did you mean "priority"\?\); expected one of priority, key/,
    ],
    [['orders', { priority: 'urgent' }], /priority must be 'critical', 'normal'.*received 'urgent'/],
    [['orders', { key: 5 }], /key must be a string or a function, received 5/],
    [['orders', { cost: Number.NaN }], /cost must be a number of at least 0 or a function, received NaN/],
    [['orders', { effect: 'reed' }], /effect must be one of 'read', 'write', received 'reed'/],
    [['orders', { idempotent: 'yes' }], /idempotent must be true or false, received 'yes'/],
    [['orders', { operation: '' }], /operation must be a string that is not empty, received ''/],
    [['orders', { signal: true }], /signal must be false or a function, received true/],
    [['orders', { ambient: 1 }], /ambient must be true or false, received 1/],
    [
      ['orders', { scope: 'request' }],
      /scope must be one of 'shared', 'method', 'instance', received 'request'/,
    ],
    [['orders', { scope: 'instance' }], /scope can only be given with policy options, received 'orders'/],
    [['orders', { orderSafety: 1 }], /orderSafety must be an object, received 1/],
    [['orders', { orderSafety: {} }], /clientOrderId/],
    [
      [{ execute: () => undefined }, { key: 'a', cost: 1 }],
      /key, cost can only be given with a policy of weex-resilience/,
    ],
  ])('is a wrong combination: %j', (args, message) => {
    expect(() => Reflect.apply(Resilient, undefined, args)).toThrow(message);
  });

  it('names all faults of the options at once', () => {
    const all = () => Reflect.apply(Resilient, undefined, [1, { cost: -1, effect: 'x' }]);
    expect(all).toThrow(/^Cannot use @Resilient:\n- the policy must.*\n- cost must.*\n- effect must/);
  });
});
