import { handleAll, retry } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { resilienceContext, Resilient, WEEXNetworkError, type IntentJournal } from '../../src/index.js';
import { createFakeClock } from '../../src/testing/index.js';

interface Order {
  readonly symbol: string;
  readonly newClientOrderId: string;
}

const clock = createFakeClock();
const policy = {
  clock,
  retry: { maxRetries: 2, backoff: { initialDelayMs: 0, jitter: 'none' } },
} as const;
const lost = () => new WEEXNetworkError('the reply was lost', { executionStatus: 'unknown' });
const journaled: string[] = [];
const journal: IntentJournal = {
  sent: async ({ clientOrderId, operation }) => void journaled.push(`sent ${operation} ${clientOrderId}`),
  settled: async (clientOrderId, outcome) => void journaled.push(`${outcome} ${clientOrderId}`),
  open: async () => [],
};

/** An exchange that loses replies: the order stands, or it never came. */
class Trading {
  readonly standing: Map<string, Order & { readonly id: number }> = new Map();
  readonly lookups: unknown[] = [];
  readonly ids: unknown[] = [];
  sent = 0;
  blind = false;

  constructor(private readonly replies: ('ok' | 'lost after' | 'lost before')[]) {}

  @Resilient(policy, {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find(this: Trading, id: string, order: Order) {
        return this.find(id, order.symbol);
      },
      settleMs: [250, 1_000],
      reconcileDeadlineMs: 5_000,
      journal,
    },
  })
  async placeOrder(order: Order): Promise<Order & { readonly id: number }> {
    return this.send(order);
  }

  @Resilient(retry(handleAll, { maxAttempts: 2 }), {
    orderSafety: {
      clientOrderId: (order: Order) => order.newClientOrderId,
      find(this: Trading, id: string, order: Order) {
        return this.find(id, order.symbol);
      },
      settleMs: 0,
    },
  })
  async placeUnderCockatiel(order: Order): Promise<Order & { readonly id: number }> {
    return this.send(order);
  }

  private async send(order: Order): Promise<Order & { readonly id: number }> {
    this.sent += 1;
    this.ids.push(resilienceContext()?.clientOrderId);
    const reply = this.replies.shift() ?? 'ok';
    if (reply === 'lost before') throw lost();
    const placed = { ...order, id: this.sent };
    this.standing.set(order.newClientOrderId, placed);
    if (reply === 'lost after') throw lost();
    return placed;
  }

  private async find(id: string, symbol: string): Promise<(Order & { readonly id: number }) | undefined> {
    this.lookups.push([id, symbol]);
    if (this.blind) throw new WEEXNetworkError('no connection');
    return this.standing.get(id);
  }
}

const order: Order = { symbol: 'BTCUSDT', newClientOrderId: 'o-1' };

async function place(trading: Trading): Promise<unknown> {
  const call = trading.placeOrder(order).catch((error: unknown) => error);
  await clock.advance(60_000);
  return call;
}

describe('orderSafety on a method', () => {
  it('returns the existing order instead of placing a second one', async () => {
    const trading = new Trading(['lost after']);
    journaled.length = 0;
    expect(await place(trading)).toEqual({ ...order, id: 1 });
    expect(trading).toMatchObject({ sent: 1, ids: ['o-1'], lookups: [['o-1', 'BTCUSDT']] });
    // The intent is forgotten a turn after the caller was told.
    await new Promise((resolve) => setImmediate(resolve));
    expect(journaled).toEqual(['sent Trading.placeOrder o-1', 'executed o-1']);
  });

  it('sends again with the same id once the order is proven absent', async () => {
    const trading = new Trading(['lost before']);
    expect(await place(trading)).toEqual({ ...order, id: 2 });
    expect(trading).toMatchObject({ sent: 2, ids: ['o-1', 'o-1'] });
    expect(trading.lookups).toHaveLength(2);
  });

  it('ends if no one can establish the outcome of the order', async () => {
    const trading = new Trading(['lost before']);
    trading.blind = true;
    expect(await place(trading)).toMatchObject({ kind: 'outcome-unknown', clientOrderId: 'o-1' });
    expect(trading.sent).toBe(1);
  });

  it('also works under a policy of cockatiel', async () => {
    const trading = new Trading(['lost after']);
    expect(await trading.placeUnderCockatiel(order)).toEqual({ ...order, id: 1 });
    expect(trading.sent).toBe(1);
  });

  it('rejects the call if the id cannot be determined, and sends nothing', async () => {
    const trading = new Trading([]);
    await expect(trading.placeOrder(undefined as never)).rejects.toThrow(TypeError);
    expect(trading.sent).toBe(0);
  });
});
