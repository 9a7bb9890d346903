import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  mintClientOrderId,
  type OrderSafety,
  policies,
  Resilient,
  resilient,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
} from '../../src/index.js';

const safety: OrderSafety<unknown, [id: string], string> = {
  clientOrderId: (id) => id,
  find: () => undefined,
  settleMs: 0,
};

describe('a call that may be repeated', () => {
  it.each([{ effect: 'read' }, { idempotent: true }] as const)('creates no id: %o', async (word) => {
    let attempts = 0;
    const place = resilient(
      async () => {
        attempts += 1;
        return mintClientOrderId();
      },
      { retry: { maxRetries: 2 } },
      { ...word, operation: 'Grid.place' },
    );
    await expect(place()).rejects.toThrow(/^Cannot mint a client order id: Grid\.place has idempotent/);
    expect(attempts).toBe(1);
  });

  it('nor does a guarded call inside it, or its own order safety', async () => {
    const orderSafety: OrderSafety<unknown, [], undefined> = {
      clientOrderId: () => mintClientOrderId(),
      find: () => undefined,
    };
    let sent = 0;
    const send = async (): Promise<undefined> => void (sent += 1);
    const inner = resilient(send, policies.standard(), { orderSafety });
    const outer = resilient(async () => inner(), policies.standard(), {
      idempotent: true,
      operation: 'outer',
    });
    await expect(outer()).rejects.toThrow(/outer has idempotent/);
    const itself = resilient(send, policies.standard(), {
      orderSafety,
      idempotent: true,
      operation: 'itself',
    });
    await expect(itself()).rejects.toThrow(/itself has idempotent/);
    expect(sent).toBe(0);
  });

  it('does not affect any other call', async () => {
    const place = resilient(async () => mintClientOrderId());
    await expect(place()).resolves.toMatch(/^wr/);
  });
});

describe('order safety', () => {
  it('is rejected together with options that would repeat or replace an order, all faults at once', () => {
    const options = { staleMs: 1_000 };
    const decorate = () =>
      resilient(async (id: string) => id, options, { orderSafety: safety, effect: 'read' });
    expect(decorate).toThrow(
      /effect: 'read' sends again at once[^]*staleMs, which may answer with an earlier order, received 1000/,
    );
    expect(() => {
      class Grid {
        @Resilient({ staleMs: 5 }, { orderSafety: safety })
        async place(id: string) {
          return id;
        }
      }
      return Grid;
    }).toThrow(/staleMs, which may answer with an earlier order, received 5/);
  });

  it('lets a fallback answer only for an order that was not placed', async () => {
    let failure: Error = new WEEXOrderError('no margin', { executionStatus: 'not-executed' });
    const policy = createPolicy({ fallback: () => 'paper order' });
    const find = () => {
      throw new Error('no answer');
    };
    const place = resilient(
      async (_id: string): Promise<string> => {
        throw failure;
      },
      policy,
      { orderSafety: { ...safety, find, reconcileDeadlineMs: 0 } },
    );
    await expect(place('a')).resolves.toBe('paper order');
    failure = new WEEXNetworkError('lost', { executionStatus: 'unknown' });
    await expect(place('b')).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
    failure = new Error('said nothing');
    await expect(place('c')).rejects.toBe(failure);
  });
});
