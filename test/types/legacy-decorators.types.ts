import { Resilient } from 'weex-resilience';

// What only legacy decorators can be put on. Compiled, never run.

export class Legacy {
  // @ts-expect-error a legacy decorator cannot see the function that the property will hold
  @Resilient()
  send = async (): Promise<void> => {};

  // @ts-expect-error a legacy decorator cannot see the function that the static property will hold
  @Resilient('orders', { priority: 'critical' })
  static boot = async (): Promise<void> => {};

  // @ts-expect-error a parameter is not called
  place(@Resilient() _symbol: string): Promise<void> {
    return Promise.resolve();
  }
}
