import { Resilient } from 'weex-resilience';

// What only standard decorators can be put on. Compiled, never run.

interface Order {
  readonly symbol: string;
}

/** What must compile. */
export class Accepted {
  readonly account: string = 'A';

  @Resilient('orders', { key: (order: Order) => order.symbol })
  send = async (order: Order): Promise<string> => order.symbol;

  @Resilient('orders', {
    key(this: Accepted, order: Order): string {
      return this.account + order.symbol;
    },
  })
  async #sign(order: Order): Promise<string> {
    return order.symbol;
  }

  @Resilient()
  static async #load(): Promise<void> {}

  @Resilient({ fallback: () => 'none' })
  static boot = async (): Promise<string> => Accepted.#load().then(() => 'booted');

  sign(order: Order): Promise<string> {
    return this.#sign(order);
  }
}

export class Refused {
  // @ts-expect-error a number is no function
  @Resilient()
  count = 1;

  // @ts-expect-error the function in the field does not return a promise
  @Resilient()
  now = (): number => 1;

  // @ts-expect-error the function in the field has a string where the callback wants an order
  @Resilient('orders', { key: (order: Order) => order.symbol })
  send = async (_symbol: string): Promise<void> => {};

  // @ts-expect-error the fallback gives a string, the function in the field a number
  @Resilient({ fallback: () => 'none' })
  total = async (): Promise<number> => 1;

  // @ts-expect-error an accessor gives its value at once
  @Resilient()
  accessor price = 1;

  // @ts-expect-error a private getter gives its value at once
  @Resilient()
  get #secret(): string {
    return '';
  }

  // @ts-expect-error a private method does not return a promise
  @Resilient()
  #sign(): string {
    return this.#secret;
  }

  // @ts-expect-error the callback wants the instance of another class
  @Resilient('orders', {
    key(this: Accepted): string {
      return this.account;
    },
  })
  async #place(): Promise<void> {}

  use(): unknown {
    return [this.#sign(), this.#place()];
  }
}
