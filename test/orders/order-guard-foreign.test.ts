import {
  ConstantBackoff,
  handleAll,
  type IPolicy,
  noop,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import {
  createMemoryJournal,
  onResilienceEvent,
  type OrderSafety,
  type ResilienceEvent,
  WEEXNetworkError,
  WEEXOrderError,
  WEEXOutcomeUnknownError,
  WEEXSystemError,
} from '../../src/index.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';

interface Order {
  readonly clientOrderId: string;
  readonly status: string;
}
type Safety = OrderSafety<unknown, [Request], Order>;
interface Request {
  readonly symbol: string;
  readonly newClientOrderId?: string | undefined;
}

const request: Request = { symbol: 'BTCUSDT', newClientOrderId: 'a1' };
const placed: Order = { clientOrderId: 'a1', status: 'NEW' };
const lost = () => new WEEXNetworkError('Connection reset', { executionStatus: 'unknown' });
const refused = () =>
  new WEEXOrderError('Not enough', { reason: 'insufficient-balance', executionStatus: 'not-executed' });
const eager: IPolicy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(1) });

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Sends answer from one list, lookups from another; the last answer stays. */
function call(
  policy: IPolicy,
  answers: { readonly sends: readonly unknown[]; readonly finds?: readonly unknown[] },
  options: Partial<Safety> & { readonly idempotent?: boolean; readonly signal?: AbortSignal } = {},
) {
  const { idempotent, signal, ...safety } = options;
  const answerer = (list: readonly unknown[]) => {
    let count = 0;
    return vi.fn(async () => {
      const answer = list[Math.min(count++, list.length - 1)];
      if (answer instanceof Error) throw answer;
      return (await (typeof answer === 'function' ? (answer as () => unknown)() : answer)) as Order;
    });
  };
  const send = answerer(answers.sends);
  const find = answerer(answers.finds ?? [undefined]);
  const guard = createOrderGuard<unknown, [Request], Order>({
    clientOrderId: (order) => order.newClientOrderId,
    find: () => find(),
    settleMs: [1, 2],
    reconcileDeadlineMs: 50,
    ...safety,
  });
  const result = guard(policy, {
    self: undefined,
    args: [request],
    send,
    options: { operation: 'placeOrder', idempotent, signal },
  });
  return { result, send, find };
}

describe('an order under a policy of cockatiel that resends after any failure', () => {
  it('costs no lookup when it succeeds', async () => {
    const { result, find, send } = call(eager, { sends: [placed] });
    expect(await result).toBe(placed);
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([1, 0]);
  });

  it('is not resent while it is in doubt, and is found', async () => {
    const { result, find, send } = call(eager, { sends: [lost()], finds: [undefined, placed] });
    expect(await result).toBe(placed);
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([1, 2]);
  });

  it('is sent once more when it is absent', async () => {
    const { result, find, send } = call(eager, { sends: [lost(), placed] });
    expect(await result).toBe(placed);
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([2, 2]);
  });

  it('rejects with the original failure, known as not executed, when it is absent a second time', async () => {
    const error = lost();
    const { result, send } = call(noop, { sends: [lost(), error] });
    await expect(result).rejects.toBe(error);
    expect(error.executionStatus).toBe('not-executed');
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('rejects with that, not with the error that stopped the policy, when its policy would have resent', async () => {
    const error = lost();
    const { result, send } = call(eager, { sends: [lost(), error] });
    await expect(result).rejects.toBe(error);
    expect(error.executionStatus).toBe('not-executed');
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('rejects with WEEXOutcomeUnknownError when the exchange withholds every answer', async () => {
    const error = lost();
    const { result, send } = call(eager, {
      sends: [error],
      finds: [new WEEXSystemError('Bad gateway', { code: 502 })],
    });
    const caught = await result.catch((reason: unknown) => reason);
    expect(caught).toBeInstanceOf(WEEXOutcomeUnknownError);
    const { cause, clientOrderId, context, executionStatus, message } = caught as WEEXOutcomeUnknownError;
    expect({ clientOrderId, executionStatus }).toEqual({ clientOrderId: 'a1', executionStatus: 'unknown' });
    expect(cause).toBeInstanceOf(Error);
    expect(context).toMatchObject({ operation: 'placeOrder', symbol: 'BTCUSDT', clientOrderId: 'a1' });
    expect(message).toMatch(
      /^Cannot establish whether placeOrder was executed for BTCUSDT: (\d+) of \1 lookups of client order id a1 failed and none found it; the last one failed with "Bad gateway"\. Look it up at WEEX contract V3 in the open orders and in the order history before you send it again$/,
    );
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('publishes its lookups, which its policy cannot', async () => {
    const events: ResilienceEvent[] = [];
    const stop = onResilienceEvent('*', (event) => events.push(event));
    try {
      await call(eager, { sends: [lost()], finds: [lost()] }).result.catch(() => undefined);
    } finally {
      stop();
    }
    const facts = { operation: 'placeOrder', clientOrderId: 'a1', policy: 'policy' };
    expect(events.filter((event) => !('policy' in event && event.policy === 'orderLookup'))).toMatchObject([
      { type: 'reconcileStarted', ...facts },
      { type: 'reconcileSettled', ...facts, outcome: 'unknown', error: { name: 'WEEXOutcomeUnknownError' } },
      { type: 'outcomeUnknown', ...facts, error: { name: 'WEEXOutcomeUnknownError' } },
      { type: 'orderSettled', ...facts, verdict: 'unknown' },
    ]);
    expect(
      new Set(events.map((event) => 'callId' in event && event.policy === 'policy' && event.callId)).size,
    ).toBe(2);
  });

  it('publishes the end of a search that its caller abandoned', async () => {
    const settled: ResilienceEvent[] = [];
    const stop = onResilienceEvent('reconcileSettled', (event) => settled.push(event));
    const giveUp = new AbortController();
    const reason = new Error('the day is over');
    const finds = [() => giveUp.abort(reason)];
    try {
      const { result } = call(eager, { sends: [lost()], finds }, { signal: giveUp.signal });
      await expect(result).rejects.toBe(reason);
    } finally {
      stop();
    }
    expect(settled).toMatchObject([{ clientOrderId: 'a1', outcome: 'unknown', error: reason }]);
  });

  it('publishes that an order abandoned by its caller is unknown, since its policy does not count that as a failure', async () => {
    const unknown: ResilienceEvent[] = [];
    const stop = onResilienceEvent('outcomeUnknown', (event) => unknown.push(event));
    const giveUp = new AbortController();
    const reason = new Error('the day is over');
    try {
      const { result } = call(
        noop,
        { sends: [lost()], finds: [() => giveUp.abort(reason)] },
        { signal: giveUp.signal },
      );
      await expect(result).rejects.toBe(reason);
    } finally {
      stop();
    }
    expect(unknown).toMatchObject([{ clientOrderId: 'a1', error: reason }]);
  });

  it('stays unknown without an id, and without a lookup', async () => {
    const { result, send, find } = call(eager, { sends: [lost()] }, { clientOrderId: () => undefined });
    await expect(result).rejects.toThrow('it has no client order id, so it cannot be looked up');
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([1, 0]);
  });

  it('is resent at once after a refusal, as the policy is configured', async () => {
    const { result, send, find } = call(eager, { sends: [refused(), placed] });
    expect(await result).toBe(placed);
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([2, 0]);
  });

  it('is found when its second send is refused because of the first one', async () => {
    const { result, find } = call(noop, {
      sends: [lost(), refused()],
      finds: [undefined, undefined, placed],
    });
    expect(await result).toBe(placed);
    expect(find).toHaveBeenCalledTimes(3);
  });

  it('rejects with the refusal of its second send when the first one is still absent', async () => {
    const refusal = refused();
    const { result } = call(noop, { sends: [lost(), refusal] });
    await expect(result).rejects.toBe(refusal);
  });

  it("looks up what another client's lost connection left open, and keeps its error when it is absent", async () => {
    const error = new TypeError('fetch failed', {
      cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
    });
    const found = call(noop, { sends: [error], finds: [placed] });
    expect(await found.result).toBe(placed);
    const absent = call(noop, { sends: [error] });
    await expect(absent.result).rejects.toBe(error);
  });

  it('looks nothing up after a bug', async () => {
    const bug = new TypeError('undefined is not a function');
    const { result, find } = call(noop, { sends: [bug] });
    await expect(result).rejects.toBe(bug);
    expect(find).not.toHaveBeenCalled();
  });

  it('is not sent twice by a timeout that leaves the first attempt running', async () => {
    const policy = wrap(eager, timeout(5, TimeoutStrategy.Aggressive));
    const never = () => new Promise(() => undefined);
    const { result, send } = call(policy, { sends: [never], finds: [undefined, placed] });
    expect(await result).toBe(placed);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('uses a reply that comes after the timeout', async () => {
    const policy = timeout(5, TimeoutStrategy.Aggressive);
    const late = () => new Promise((resolve) => setTimeout(resolve, 20, placed));
    const { result, send } = call(policy, { sends: [late] }, { settleMs: [100], reconcileDeadlineMs: 500 });
    expect(await result).toBe(placed);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('rejects with the reason of the caller, and leaves the intent open', async () => {
    const journal = createMemoryJournal();
    const controller = new AbortController();
    const reason = new Error('stop');
    const abort = () => {
      controller.abort(reason);
      return Promise.reject(lost());
    };
    const { result, find } = call(noop, { sends: [abort] }, { signal: controller.signal, journal });
    await expect(result).rejects.toBe(reason);
    expect(find).not.toHaveBeenCalled();
    expect(await journal.open()).toMatchObject([
      { clientOrderId: 'a1', operation: 'placeOrder', args: [request] },
    ]);
  });
});

describe('a caller who gives up', () => {
  it('is released at once, even if the policy keeps waiting', async () => {
    const patient: IPolicy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(60_000) });
    const controller = new AbortController();
    const { result, send } = call(patient, { sends: [refused(), placed] }, { signal: controller.signal });
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 5);
    await expect(result).rejects.toBe(reason);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('ends the search for an order', async () => {
    const controller = new AbortController();
    const hang = () => new Promise(() => undefined);
    const { result } = call(noop, { sends: [lost()], finds: [hang] }, { signal: controller.signal });
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 10);
    await expect(result).rejects.toBe(reason);
  });
});

describe('a cancel, which may be repeated', () => {
  const gone = () =>
    new WEEXOrderError('Order does not exist', { reason: 'not-found', executionStatus: 'not-executed' });
  const cancelled: Order = { clientOrderId: 'a1', status: 'CANCELED' };

  it('is sent again without a lookup', async () => {
    const { result, find, send } = call(eager, { sends: [lost(), cancelled] }, { idempotent: true });
    expect(await result).toBe(cancelled);
    expect([send, find].map((mock) => mock.mock.calls.length)).toEqual([2, 0]);
  });

  it('is looked up when the repeated one says that there is no such order: cancelled or filled', async () => {
    const filled: Order = { clientOrderId: 'a1', status: 'FILLED' };
    for (const order of [cancelled, filled]) {
      const { result } = call(eager, { sends: [lost(), gone()], finds: [order] }, { idempotent: true });
      expect(await result).toBe(order);
    }
  });

  it('rejects with "order does not exist" when the first one was refused with it', async () => {
    const refusal = gone();
    const { result, find } = call(noop, { sends: [refusal] }, { idempotent: true });
    await expect(result).rejects.toBe(refusal);
    expect(find).not.toHaveBeenCalled();
  });

  it('is unknown when neither the cancel nor the lookup was answered', async () => {
    const { result } = call(eager, { sends: [lost()], finds: [lost()] }, { idempotent: true });
    await expect(result).rejects.toBeInstanceOf(WEEXOutcomeUnknownError);
  });
});

describe('the record of an intent', () => {
  it('is complete before every send, and removed only after the caller has the result', async () => {
    const events: string[] = [];
    const journal = createMemoryJournal();
    const { result } = call(
      noop,
      {
        sends: [
          () => {
            events.push('send');
            throw lost();
          },
          () => {
            events.push('send');
            return placed;
          },
        ],
      },
      {
        persist: async (id, order) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          events.push(`persist ${id} ${order.symbol}`);
        },
        journal: {
          ...journal,
          sent: async ({ clientOrderId }) => void events.push(`sent ${clientOrderId}`),
          settled: (id, outcome) => void events.push(`${id} ${outcome}`),
        },
      },
    );
    await result;
    expect(events.at(-1)).toBe('send');
    await nextTurn();
    expect(events).toEqual(['persist a1 BTCUSDT', 'sent a1', 'send', 'sent a1', 'send', 'a1 executed']);
  });

  it('prevents an order from being sent when it fails', async () => {
    const full = new Error('disk full');
    for (const options of [
      { persist: () => Promise.reject(full) },
      { journal: { ...createMemoryJournal(), sent: () => Promise.reject(full) } },
    ]) {
      const { result, send } = call(noop, { sends: [placed] }, options);
      await expect(result).rejects.toBe(full);
      expect(send).not.toHaveBeenCalled();
    }
  });

  it('does not change the result when settling fails', async () => {
    const journal = { ...createMemoryJournal(), settled: () => Promise.reject(new Error('disk full')) };
    const { result } = call(noop, { sends: [placed] }, { journal });
    expect(await result).toBe(placed);
    await nextTurn();
  });

  it.each([
    ['executed', [placed], [undefined], []],
    ['found', [lost()], [placed], []],
    ['refused', [refused()], [undefined], []],
    ['absent', [lost()], [undefined], []],
    ['unknown', [lost()], [lost()], ['a1']],
    ['failed without an explanation', [new Error('bug')], [undefined], ['a1']],
  ])('after an order that is %s', async (_, sends, finds, open) => {
    const journal = createMemoryJournal();
    // A busy machine may take its time where an answer is to come.
    const reconcileDeadlineMs = open.length > 0 ? 50 : 5_000;
    await call(noop, { sends, finds }, { journal, reconcileDeadlineMs }).result.catch(() => undefined);
    await nextTurn();
    expect((await journal.open()).map(({ clientOrderId }) => clientOrderId)).toEqual(open);
  });
});
