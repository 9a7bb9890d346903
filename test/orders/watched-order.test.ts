import { describe, expect, it } from 'vitest';
import { WEEXNetworkError, WEEXOrderError, WEEXRateLimitError } from '../../src/errors/index.js';
import { createOrderGuard } from '../../src/orders/order-guard.js';
import type { OrderSafety } from '../../src/orders/index.js';
import { createPolicy } from '../../src/policies/create-policy.js';
import { createFakeClock, createRandom } from '../../src/testing/index.js';

interface Order {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly newClientOrderId: string;
}
interface Shown {
  readonly clientOrderId: string;
  readonly symbol?: string;
  readonly origQty?: string;
  readonly status?: string;
}
type Safety = OrderSafety<undefined, [Order], Shown>;

const order = (id: string): Order => ({
  symbol: 'BTCUSDT',
  side: 'BUY',
  quantity: '1',
  newClientOrderId: id,
});
let nextId = 0;

const lost = () => new WEEXNetworkError('The reply was lost', { executionStatus: 'unknown' });
const limited = () =>
  new WEEXRateLimitError('Too many requests', { executionStatus: 'not-executed', retryAfter: 1 });

/** An exchange that takes an order and loses the reply; reads show it late, the stream soon, or never. */
function world(
  options: {
    readonly visibleAfterMs: number;
    readonly executes?: boolean;
    readonly maxRetries?: number;
    readonly fails?: () => Error;
  } & Partial<Safety>,
) {
  const { visibleAfterMs, executes = true, maxRetries = 2, fails = lost, ...safety } = options;
  const clock = createFakeClock();
  const placed: string[] = [];
  const sent = { count: 0 };
  const listeners = new Map<string, (shown: Shown) => void>();
  const policy = createPolicy({ name: 'orders', clock, retry: { maxRetries } });
  const guard = createOrderGuard<undefined, [Order], Shown>({
    clientOrderId: ({ newClientOrderId }) => newClientOrderId,
    settleMs: [250, 1_000, 3_000],
    find: (id) => (clock.now() >= visibleAfterMs && placed.includes(id) ? { clientOrderId: id } : undefined),
    watch(id, seen) {
      listeners.set(id, seen);
      return () => void listeners.delete(id);
    },
    ...safety,
  });
  const id = `watched-${(nextId += 1)}`;
  let certainAt = Number.NaN;
  const place = guard(policy, {
    self: undefined,
    args: [order(id)],
    send: async () => {
      sent.count += 1;
      if (executes) placed.push(id);
      throw fails();
    },
  }).finally(() => (certainAt = clock.now()));
  place.catch(() => undefined);
  const show = (shown: Omit<Shown, 'clientOrderId'> = {}, shownId = id) =>
    listeners.get(id)?.({ clientOrderId: shownId, ...shown });
  return { clock, place, placed, sent, show, listeners, id, certainAt: () => certainAt };
}

describe('a watched order', () => {
  it('ends the search at once when it is seen, and stops listening', async () => {
    const { certainAt, clock, id, listeners, place, placed, show } = world({ visibleAfterMs: 3_000 });
    clock.setTimeout(() => show({ symbol: 'BTCUSDT', origQty: '1.0' }), 40);
    await clock.advance(40);
    expect(await place).toEqual({ clientOrderId: id, symbol: 'BTCUSDT', origQty: '1.0' });
    expect(certainAt()).toBe(40);
    expect(placed).toEqual([id]);
    expect(listeners.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for a lookup that hangs', async () => {
    const { certainAt, clock, place, show } = world({ visibleAfterMs: 0, find: () => new Promise(() => {}) });
    clock.setTimeout(() => show(), 300);
    await clock.advance(300);
    await place;
    expect(certainAt()).toBe(300);
  });

  it.each([
    ['another quantity', { origQty: '2' }, undefined],
    ['another symbol', { symbol: 'ETHUSDT' }, undefined],
    ['another id', {}, 'somebody-else'],
  ])('is not mistaken for one of %s', async (_, shown, shownId) => {
    const { certainAt, clock, place, show } = world({ visibleAfterMs: 0 });
    clock.setTimeout(() => show(shown, shownId), 10);
    await clock.advance(1_000);
    await place;
    expect(certainAt()).toBe(250);
  });

  it('is checked by matches, whose failure proves nothing', async () => {
    const { certainAt, clock, place, show } = world({
      visibleAfterMs: 0,
      matches: ({ status }) => {
        if (status === 'broken') throw new Error('broken');
        return status !== 'other';
      },
    });
    clock.setTimeout(() => show({ status: 'broken' }), 10);
    clock.setTimeout(() => show({ status: 'other' }), 20);
    clock.setTimeout(() => show({ status: 'NEW' }), 30);
    await clock.advance(30);
    await place;
    expect(certainAt()).toBe(30);
  });

  it.each([2, 0])('is not sent again if it appears after a refusal, with %s retries', async (maxRetries) => {
    const watched = world({
      visibleAfterMs: 0,
      maxRetries,
      fails: () => {
        watched.show();
        return limited();
      },
    });
    const { clock, id, place, placed } = watched;
    await clock.advance(60_000);
    expect(await place).toEqual({ clientOrderId: id });
    expect(placed).toEqual([id]);
  });

  it.each([{ status: 'REJECTED' }, { origQty: '2' }])('is sent again if %o appears', async (shown) => {
    const watched = world({
      visibleAfterMs: 0,
      executes: false,
      fails: () => {
        watched.show(shown);
        return limited();
      },
    });
    const { clock, place, sent } = watched;
    await clock.advance(60_000);
    await expect(place).rejects.toMatchObject({ kind: 'rate-limit' });
    expect(sent.count).toBe(3);
  });

  it('is refused if the refusal is about the order, whatever has appeared', async () => {
    const watched = world({
      visibleAfterMs: 0,
      executes: false,
      fails: () => {
        watched.show();
        return new WEEXOrderError('No margin', { reason: 'refused', executionStatus: 'not-executed' });
      },
    });
    await watched.clock.advance(60_000);
    await expect(watched.place).rejects.toMatchObject({ kind: 'order' });
  });

  it('is a refusal if the stream shows it rejected', async () => {
    const { clock, place, show } = world({ visibleAfterMs: 0 });
    clock.setTimeout(() => show({ status: 'REJECTED' }), 10);
    await clock.advance(10);
    await expect(place).rejects.toMatchObject({ kind: 'order', executionStatus: 'not-executed' });
  });

  it('is looked up with the same patience if the stream is silent', async () => {
    const { certainAt, clock, place, placed } = world({ visibleAfterMs: 3_000, watch: () => () => {} });
    await clock.advance(10_000);
    await place;
    expect(certainAt()).toBe(4_250);
    expect(placed).toHaveLength(1);
  });

  it('is placed even if listening fails', async () => {
    const failing = world({
      visibleAfterMs: 0,
      watch: () => {
        throw new Error('no stream');
      },
    });
    await failing.clock.advance(1_000);
    expect(await failing.place).toEqual({ clientOrderId: failing.id });
  });

  it('is certain in a median of less than 300 ms with a stream, later if it drops half, and never placed twice', async () => {
    const random = createRandom(18);
    const run = async (drops: number) => {
      const times: number[] = [];
      for (let intent = 0; intent < 400; intent += 1) {
        const executes = random() < 0.8;
        const visibleAfterMs = 500 + 3_000 * random();
        const dropped = random() < drops;
        const latencyMs = 10 + 140 * random();
        const one = world({ visibleAfterMs, executes });
        if (executes && !dropped) one.clock.setTimeout(() => one.show({ origQty: '1' }), latencyMs);
        await one.clock.advance(60_000);
        const outcome = await one.place.then(
          () => 'placed',
          (error: unknown) => (error as { executionStatus?: string }).executionStatus,
        );
        // What was placed is said to be, once; what was not is said not to be.
        expect([outcome, one.placed.length]).toEqual(executes ? ['placed', 1] : ['not-executed', 0]);
        if (executes) times.push(one.certainAt());
      }
      return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
    };
    const [all, half, none] = [await run(0), await run(0.5), await run(1)];
    expect(all).toBeLessThan(300);
    expect(half).toBeGreaterThan(all);
    expect(half).toBeLessThan(none);
  });
});
