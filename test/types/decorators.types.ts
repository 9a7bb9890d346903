import { fallback, handleAll, noop, retry } from 'cockatiel';
import {
  createPolicy,
  getResilienceMetadata,
  NotResilient,
  Resilient,
  resilient,
  type ResilientOptions,
  setDefaultAmbientContext,
  setInstanceRegistry,
} from 'weex-resilience';

// Compiled in both dialects, never run: every line that must not compile says why.

interface Order {
  readonly symbol: string;
  readonly newClientOrderId?: string;
}
interface StopOrder extends Order {
  readonly stopPrice: number;
}
interface Ack {
  readonly orderId: string;
}
class Cancellable<Value> extends Promise<Value> {
  cancel(): void {}
}

const policy = createPolicy({});
const found = { clientOrderId: () => 'o-1', find: () => undefined };
const typedSafety: ResilientOptions<unknown, [order: Order], Ack>['orderSafety'] = {
  clientOrderId: (order) => order.newClientOrderId,
  find: () => undefined,
};
const typed: ResilientOptions<Accepted, [order: Order], Ack> = { key: (order) => order.symbol };

/** What must compile. */
export class Accepted {
  readonly account: string = 'A';

  @Resilient()
  async bare(): Promise<void> {}

  @Resilient('orders')
  async byName(_order: Order, ..._rest: number[]): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient(policy, {
    priority: (order: Order) => (order.symbol === 'BTC' ? 'critical' : 'normal'),
    key(this: Accepted, order: Order) {
      return this.account + order.symbol;
    },
    cost: 2,
    effect: 'write',
    signal: (_order: Order, options?: { abort: AbortSignal }) => options?.abort,
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find(this: Accepted, id: string, order: Order) {
        return this.find(id, order.symbol);
      },
      settleMs: [250, 1_000, 3_000],
    },
  })
  async everything(_order: StopOrder, _options?: { abort: AbortSignal }): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient('orders', typed)
  async typedOptions(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient({ retry: { maxRetries: 2 }, fallback: () => ({ orderId: 'none' }) })
  async withFallback(): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient({ fallback: async () => undefined }, { key: 'constant', scope: 'instance' })
  async withAsyncFallback(): Promise<Ack | undefined> {
    return undefined;
  }

  @Resilient(noop, { ambient: false, operation: 'sum', effect: 'read' })
  generic<Value>(value: Value): Promise<Value> {
    return Promise.resolve(value);
  }

  @Resilient(fallback(handleAll, 'none'))
  async withCockatielFallback(): Promise<string> {
    return '';
  }

  @Resilient()
  then(): PromiseLike<number> {
    return Promise.resolve(1);
  }

  overloaded(symbol: string): Promise<number>;
  overloaded(symbol: string, depth: number): Promise<number>;
  @Resilient()
  async overloaded(_symbol: string, _depth?: number): Promise<number> {
    return 1;
  }

  @Resilient()
  async self(): Promise<this> {
    return this;
  }

  @Resilient('orders', { key: (symbol: string) => symbol })
  static async load(_symbol: string): Promise<void> {}

  @Resilient()
  protected async guarded(): Promise<void> {}

  @NotResilient()
  now(): number {
    return 1;
  }

  protected async find(_id: string, _symbol: string): Promise<Ack | undefined> {
    return undefined;
  }
}

/** A returned literal stays one, whatever the callback's form. */
export class AcceptedPriorities {
  readonly isUrgent: boolean = true;

  @Resilient('orders', { priority: () => 'critical' })
  async cancel(): Promise<void> {}

  @Resilient('orders', { cost: (ids: readonly string[]) => ids.length, priority: () => 'critical' })
  async cancelAll(_ids: readonly string[]): Promise<void> {}

  @Resilient('orders', { priority: (_order: Order) => 'background' })
  async amend(_order: Order): Promise<void> {}

  @Resilient('orders', {
    priority() {
      return 'critical';
    },
  })
  async close(): Promise<void> {}

  @Resilient('orders', {
    priority(this: AcceptedPriorities) {
      return this.isUrgent ? 'critical' : 'normal';
    },
  })
  async reduce(): Promise<void> {}

  // @ts-expect-error the callback takes another parameter
  @Resilient('orders', { priority: (_order: Order) => 'critical' })
  async cancelOne(_id: string): Promise<void> {}
}

@Resilient('orders', { priority: () => 'background' })
export class AcceptedPriorityOfClass {
  async load(): Promise<void> {}
}

export const acceptedPriorityOfFunction = resilient(async (order: Order) => order.symbol, 'orders', {
  priority: () => 'critical',
  key: (order) => order.symbol,
});

@Resilient(policy, { priority: 'background', key: (...args: unknown[]) => String(args[0]) })
export class AcceptedClass {
  async load(): Promise<number> {
    return 1;
  }
}

@Resilient({ fallback: () => 1 })
export abstract class AcceptedAbstractClass {
  async load(): Promise<number> {
    return 1;
  }

  name(): string {
    return '';
  }
}

@Resilient('session', { priority: 'critical' })
export class AcceptedSingleton {
  private constructor() {}

  static async open(): Promise<AcceptedSingleton> {
    return new AcceptedSingleton();
  }
}

@Resilient()
export class AcceptedGeneric<Item> {
  async first(items: Item[]): Promise<Item | undefined> {
    return items[0];
  }
}

/** In a generic class: what callbacks take is held against the constraint. */
export abstract class AcceptedTrading<Kind extends Order, Detail = unknown> {
  @Resilient()
  async bare(order: Kind): Promise<Kind> {
    return order;
  }

  @Resilient('orders', { key: (order: Order) => order.symbol, cost: (order: Order) => order.symbol.length })
  async place(_order: Kind, _details: Detail[]): Promise<Detail[]> {
    return [];
  }

  @Resilient('orders', { key: (orders: readonly Order[]) => orders[0]?.symbol })
  async placeAll(_orders: Kind[]): Promise<this> {
    return this;
  }

  @Resilient({ fallback: () => undefined })
  async first(orders: Kind[]): Promise<Kind | undefined> {
    return orders[0];
  }

  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find: (_id: string, order: Order) => (order.symbol === '' ? null : undefined),
      matches: (_found: unknown, order: Order) => order.symbol !== '',
      persist: (id: string, order: Order) => id + order.symbol,
    },
  })
  async guarded(order: Kind): Promise<Kind> {
    return order;
  }
}

export class MisfitTrading<Kind extends Order> {
  // @ts-expect-error not every kind of order has a stop price
  @Resilient('orders', { cost: (order: StopOrder) => order.stopPrice })
  async place(_order: Kind): Promise<void> {}

  // @ts-expect-error nothing but the method makes a result of its kind
  @Resilient({ fallback: (): Order => ({ symbol: 'BTC' }) })
  async fallback(order: Kind): Promise<Kind> {
    return order;
  }

  // @ts-expect-error what find gives may be another kind
  @Resilient('orders', { orderSafety: { clientOrderId: () => 'o-1', find: () => ({ symbol: 'BTC' }) } })
  async find(order: Kind): Promise<Kind> {
    return order;
  }

  // @ts-expect-error the method is called with an order
  @Resilient('orders', { orderSafety: { clientOrderId: (id: string) => id, find: () => undefined } })
  async clientOrderId(order: Kind): Promise<Kind> {
    return order;
  }
}

/** Methods that give no promise. */
export class NoPromise {
  // @ts-expect-error a number is there at once
  @Resilient()
  sync(): number {
    return 1;
  }

  // @ts-expect-error nothing is nothing to wait for
  @Resilient()
  nothing(): void {}

  // @ts-expect-error a getter gives its value at once
  @Resilient()
  get value(): number {
    return 1;
  }

  // @ts-expect-error a getter is no method, even where it gives a promise
  @Resilient()
  get promised(): Promise<number> {
    return Promise.resolve(1);
  }

  // @ts-expect-error a setter returns nothing
  @Resilient()
  set value(_value: number) {}

  // @ts-expect-error a caller that counts on a value at once would get a promise
  @Resilient()
  sometimes(): number | Promise<number> {
    return 1;
  }

  // @ts-expect-error a caller that counts on undefined would get a promise
  @Resilient()
  maybe(): Promise<number> | undefined {
    return undefined;
  }

  // @ts-expect-error the wrapper returns a plain promise, which has no cancel()
  @Resilient()
  cancellable(): Cancellable<number> {
    return new Cancellable(() => undefined);
  }

  // @ts-expect-error a generator gives many values, at once
  @Resilient()
  *numbers(): Generator<number> {}

  // @ts-expect-error an asynchronous generator does not return a promise
  @Resilient()
  async *stream(): AsyncGenerator<number> {}

  // @ts-expect-error nobody knows whether this is a promise
  @Resilient()
  unknown(): unknown {
    return 1;
  }
}

/** Options that are none, or have another value. */
export class WrongOptions {
  // @ts-expect-error the option is called priority
  @Resilient('orders', { prioritty: 'critical' })
  async typo(): Promise<void> {}

  // @ts-expect-error there is no such class of priority
  @Resilient('orders', { priority: 'urgent' })
  async priority(): Promise<void> {}

  // @ts-expect-error the callback gives no class of priority
  @Resilient('orders', { priority: () => 'urgent' })
  async priorityCallback(): Promise<void> {}

  // @ts-expect-error a key is a string
  @Resilient('orders', { key: () => 5 })
  async key(): Promise<void> {}

  // @ts-expect-error a callback answers at once
  @Resilient('orders', { key: async () => 'BTC' })
  async asyncKey(): Promise<void> {}

  // @ts-expect-error a cost is a number
  @Resilient('orders', { cost: '2' })
  async cost(): Promise<void> {}

  // @ts-expect-error read or write
  @Resilient('orders', { effect: 'reed' })
  async effect(): Promise<void> {}

  // @ts-expect-error true or false
  @Resilient('orders', { idempotent: 'yes' })
  async idempotent(): Promise<void> {}

  // @ts-expect-error a name is a string
  @Resilient('orders', { operation: 5 })
  async operation(): Promise<void> {}

  // @ts-expect-error a string cannot be aborted
  @Resilient('orders', { signal: () => 'stop' })
  async signal(): Promise<void> {}

  // @ts-expect-error a signal is found in the arguments of each call, none fits all calls
  @Resilient('orders', { signal: new AbortController().signal })
  async oneSignal(_order: Order): Promise<void> {}

  // @ts-expect-error true or false
  @Resilient('orders', { ambient: 'off' })
  async ambient(): Promise<void> {}

  // @ts-expect-error state is shared, or belongs to a method or an instance
  @Resilient({}, { scope: 'request' })
  async scope(): Promise<void> {}
}

/** Policies that are none. */
export class WrongPolicies {
  // @ts-expect-error the option is called maxRetries
  @Resilient({ retry: { maxRetry: 2 } })
  async nestedTypo(): Promise<void> {}

  // @ts-expect-error durations end in Ms
  @Resilient({ deadline: 5_000 })
  async typo(): Promise<void> {}

  // @ts-expect-error retry is false or an object
  @Resilient({ retry: true })
  async retry(): Promise<void> {}

  // @ts-expect-error there is no such jitter
  @Resilient({ retry: { backoff: { jitter: 'some' } } })
  async jitter(): Promise<void> {}

  // @ts-expect-error a bulkhead needs its limit
  @Resilient({ bulkhead: { queue: 5 } })
  async bulkhead(): Promise<void> {}

  // @ts-expect-error a number is neither a name nor a policy
  @Resilient(5)
  async number(): Promise<void> {}

  // @ts-expect-error the default policy is no argument at all
  @Resilient(null)
  async none(): Promise<void> {}

  // @ts-expect-error the fallback gives a string, the method a number
  @Resilient({ fallback: () => 'none' })
  async fallback(): Promise<number> {
    return 1;
  }

  // @ts-expect-error the fallback's promise gives a string, the method's a number
  @Resilient({ fallback: async () => 'none' })
  async asyncFallback(): Promise<number> {
    return 1;
  }

  // @ts-expect-error the fallback may give undefined, the method never does
  @Resilient({ fallback: (): Ack | undefined => undefined })
  async emptyFallback(): Promise<Ack> {
    return { orderId: '1' };
  }

  // @ts-expect-error the fallback of cockatiel gives a string, the method a number
  @Resilient(fallback(handleAll, 'none'))
  async cockatielFallback(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a policy of cockatiel knows no keys
  @Resilient(retry(handleAll, { maxAttempts: 1 }), { key: (symbol: string) => symbol })
  async cockatielKey(_symbol: string): Promise<void> {}

  // @ts-expect-error a policy of cockatiel knows no priorities
  @Resilient(noop, { priority: 'critical' })
  async cockatielPriority(): Promise<void> {}
}

/** Callbacks that do not fit the method below them. */
export class Misfits {
  readonly account: string = 'A';

  // @ts-expect-error the method has a string where the callback wants an order
  @Resilient('orders', { key: (order: Order) => order.symbol })
  async parameter(_symbol: string): Promise<void> {}

  // @ts-expect-error the callback wants more than the method is called with
  @Resilient('orders', { key: (order: Order, market: string) => market + order.symbol })
  async missingParameter(_order: Order): Promise<void> {}

  // @ts-expect-error the callback counts on what callers may leave out
  @Resilient('orders', { key: (symbol: string) => symbol })
  async optionalParameter(_symbol?: string): Promise<void> {}

  // @ts-expect-error the callback wants a more special order than the method takes
  @Resilient('orders', { priority: (order: StopOrder) => (order.stopPrice > 0 ? 'critical' : 'normal') })
  async narrowParameter(_order: Order): Promise<void> {}

  // @ts-expect-error without a type the parameter is never, which has no symbol
  @Resilient('orders', { key: (order) => order.symbol })
  async untypedParameter(_order: Order): Promise<void> {}

  @Resilient('orders', {
    key(): string {
      // @ts-expect-error without a declared this the callback knows nothing of the instance
      return this.account;
    },
  })
  async untypedThis(): Promise<void> {}

  // @ts-expect-error the callback wants the instance of another class
  @Resilient('orders', {
    key(this: Accepted) {
      return this.account;
    },
  })
  async otherThis(): Promise<void> {}

  // @ts-expect-error a static method has the class for its this
  @Resilient('orders', {
    key(this: Misfits) {
      return this.account;
    },
  })
  static async staticThis(): Promise<void> {}

  // @ts-expect-error the weight is a string in the method
  @Resilient('orders', { cost: (weight: number) => weight })
  async cost(_weight: string): Promise<void> {}

  // @ts-expect-error the options were made for a method with an order
  @Resilient('orders', typed)
  async typedOptions(_symbol: string): Promise<Ack> {
    return { orderId: '1' };
  }
}

/** Order safety that would not find the order. */
export class UnsafeOrders {
  // @ts-expect-error an order that cannot be looked up is not safe
  @Resilient('orders', { orderSafety: { clientOrderId: (order: Order) => order.newClientOrderId } })
  async withoutFind(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find: () => undefined,
      // @ts-expect-error the option is called settleMs
      settelMs: [250],
    },
  })
  async typo(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find: () => undefined,
      // @ts-expect-error waits are numbers of milliseconds
      settleMs: '250 ms',
    },
  })
  async settle(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  // @ts-expect-error what find returns is what the method returns
  @Resilient('orders', {
    orderSafety: { clientOrderId: (order: Order) => order.newClientOrderId, find: async () => 'o-1' },
  })
  async found(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  // @ts-expect-error the method is not called with an order
  @Resilient('orders', {
    orderSafety: { clientOrderId: (order: Order) => order.newClientOrderId, find: () => undefined },
  })
  async parameter(_symbol: string): Promise<Ack> {
    return { orderId: '1' };
  }

  // @ts-expect-error find wants a more special order than the method takes
  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find: (_id: string, order: StopOrder) => ({ orderId: String(order.stopPrice) }),
    },
  })
  async narrowParameter(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  // @ts-expect-error find wants the instance of another class
  @Resilient('orders', {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find(this: Accepted) {
        return { orderId: this.account };
      },
    },
  })
  async otherThis(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }

  @Resilient('orders', {
    // @ts-expect-error an id is a string
    orderSafety: { clientOrderId: (_order: Order) => 5, find: () => undefined },
  })
  async id(_order: Order): Promise<Ack> {
    return { orderId: '1' };
  }
}

// @ts-expect-error one lookup cannot fit all methods of a class
@Resilient('orders', { orderSafety: { clientOrderId: () => 'o-1', find: () => undefined } })
export class SafeClass {
  async place(): Promise<Ack> {
    return { orderId: '1' };
  }
}

// @ts-expect-error all methods of a class cannot have one name
@Resilient('orders', { operation: 'place' })
export class NamedClass {
  async place(): Promise<void> {}
}

// @ts-expect-error the methods of a class are called with anything
@Resilient('orders', { key: (order: Order) => order.symbol })
export class KeyedClass {
  async place(_order: Order): Promise<void> {}
}

// @ts-expect-error the callback wants the instance of another class
@Resilient('orders', {
  key(this: Accepted) {
    return this.account;
  },
})
export class OtherThisClass {
  async place(): Promise<void> {}
}

// @ts-expect-error the fallback fits one method, not the other
@Resilient({ fallback: () => 1 })
export class FallbackClass {
  async count(): Promise<number> {
    return 1;
  }

  async name(): Promise<string> {
    return '';
  }
}

/** Callbacks of order safety, which are called with more than the arguments. */
export class MisfitSafety {
  // @ts-expect-error the method is called with an order
  @Resilient('orders', { orderSafety: { ...found, find: (_id: string, _symbol: string) => undefined } })
  async find(_order: Order): Promise<void> {}

  // @ts-expect-error the method is called with an order
  @Resilient('orders', { orderSafety: { ...found, persist: (_id: string, _symbol: string) => undefined } })
  async persist(_order: Order): Promise<void> {}

  // @ts-expect-error the method is called with an order
  @Resilient('orders', { orderSafety: { ...found, settleMs: (symbol: string) => symbol.length } })
  async settleMs(_order: Order): Promise<void> {}

  // @ts-expect-error the options were made for a method with an order
  @Resilient('orders', { orderSafety: typedSafety })
  async typed(_symbol: string): Promise<Ack> {
    return { orderId: '1' };
  }
}

/** The function form. */
export function functions(): void {
  const safe = resilient(async <Value>(value: Value, _depth = 1) => value, 'market', { effect: 'read' });
  void safe('BTC', 5).then((symbol) => symbol.length);
  resilient(async (order: Order): Promise<Ack> => ({ orderId: order.symbol }), policy, {
    key: (order) => order.symbol,
    orderSafety: { clientOrderId: (order) => order.newClientOrderId, find: (id) => ({ orderId: id }) },
  });

  // @ts-expect-error a number is there at once
  resilient(() => 1);
  // @ts-expect-error an asynchronous generator does not return a promise
  resilient(async function* numbers() {});
  // @ts-expect-error the result would have no cancel()
  resilient(() => new Cancellable<number>(() => undefined));
  // @ts-expect-error the option is called priority
  resilient(async () => 1, 'orders', { prioritty: 'critical' });
  // @ts-expect-error the option is called maxRetries
  resilient(async () => 1, { retry: { maxRetry: 1 } });
  // @ts-expect-error the function is called with a string
  resilient(async (_symbol: string) => 1, 'orders', { key: (order: Order) => order.symbol });
  // @ts-expect-error the fallback gives a string, the function a number
  resilient(async () => 1, { fallback: () => 'none' });
  // @ts-expect-error a policy of cockatiel knows no keys
  resilient(async (symbol: string) => symbol, noop, { key: (symbol) => symbol });
  resilient(async (): Promise<Ack> => ({ orderId: '1' }), 'orders', {
    // @ts-expect-error find gives a string, the function an order
    orderSafety: { clientOrderId: () => 'o-1', find: () => 'o-1' },
  });
  // @ts-expect-error the resilient function takes what the function takes
  void safe();
}

/** What stands beside the decorators. */
export function helpers(): void {
  // @ts-expect-error a number has no methods
  getResilienceMetadata(5, 'place');
  // @ts-expect-error an object is no registry
  setInstanceRegistry(new Accepted(), {});
  // @ts-expect-error true or false
  setDefaultAmbientContext('off');
  // @ts-expect-error what is attached cannot be exchanged
  Object.assign(getResilienceMetadata(Accepted, 'bare') ?? {}, {}).policy = undefined;
}
