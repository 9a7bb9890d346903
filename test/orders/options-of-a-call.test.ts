import { describe, expect, it } from 'vitest';
import {
  createMemoryJournal,
  type IntentJournal,
  Resilient,
  resilient,
  type OrderSafety,
  PolicyRegistry,
  setInstanceRegistry,
  WEEXNetworkError,
} from '../../src/index.js';

interface Order {
  readonly id: string;
}

const lost = () =>
  new WEEXNetworkError('Connection reset', { code: 'ECONNRESET', executionStatus: 'unknown' });

describe('orderSafety with a journal and patience per call', () => {
  it('is read with this and the arguments of the call', async () => {
    class Trading {
      readonly journal: IntentJournal = createMemoryJournal();
      looks = 0;
      open: readonly unknown[] = [];

      @Resilient('orders', {
        orderSafety: {
          clientOrderId: (order: Order) => order.id,
          journal(this: Trading) {
            return this.journal;
          },
          settleMs: (order: Order) => (order.id === 'patient' ? [0, 0, 0] : 0),
          find(this: Trading): Order | undefined {
            this.looks += 1;
            return undefined;
          },
        },
      })
      async place(order: Order): Promise<Order> {
        this.open = await this.journal.open();
        throw Object.assign(lost(), { order });
      }
    }
    const registry = new PolicyRegistry();
    registry.define('orders', { retry: { maxRetries: 0 } });
    const [one, other] = [new Trading(), new Trading()];
    for (const trading of [one, other]) setInstanceRegistry(trading, registry);

    await expect(one.place({ id: 'patient' })).rejects.toMatchObject({ executionStatus: 'not-executed' });
    await expect(other.place({ id: 'hasty' })).rejects.toMatchObject({ executionStatus: 'not-executed' });
    expect([one.looks, other.looks]).toEqual([3, 1]);
    expect([one.open, other.open]).toMatchObject([
      [{ clientOrderId: 'patient' }],
      [{ clientOrderId: 'hasty' }],
    ]);
  });

  it('keeps no journal and the default patience if a call sets none', async () => {
    const safety: OrderSafety<unknown, [Order], Order> = {
      clientOrderId: (order) => order.id,
      find: (_id, order) => order,
      journal: () => undefined,
      settleMs: () => undefined,
    };
    const place = resilient(
      async (_order: Order): Promise<Order> => {
        throw lost();
      },
      {},
      { orderSafety: safety },
    );
    expect(await place({ id: 'a' })).toEqual({ id: 'a' });
  });

  it('rejects a call with an invalid patience, before anything is sent', async () => {
    let sent = 0;
    const place = resilient(
      async (order: Order): Promise<Order> => {
        sent += 1;
        return order;
      },
      {},
      {
        orderSafety: {
          clientOrderId: (order: Order) => order.id,
          find: (): Order | undefined => undefined,
          settleMs: () => -1,
        },
      },
    );
    await expect(place({ id: 'a' })).rejects.toThrow('settleMs must be a number');
    expect(sent).toBe(0);
  });
});
