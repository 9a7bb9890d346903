import { describe, expect, it } from 'vitest';
import { placeableOrders } from '../../examples/bad-day/oracle.js';
import type { OrderIntent } from '../../examples/bad-day/order-intents.js';
import type { PlannedFault } from '../../src/testing/index.js';

const wantedAt = (...times: number[]): OrderIntent[] =>
  times.map((wantedAtMs) => ({ wantedAtMs, report: 'unknown', order: {} as OrderIntent['order'] }));
const fault = (details: object): PlannedFault => ({ id: 0, seed: 0, ...details }) as PlannedFault;
const times = { deadlineMs: 1_000, endsMs: 10_000 };
const outage = fault({ kind: 'server-error', fromMs: 2_000, untilMs: 4_000 });

describe('the orders that could be placed', () => {
  it('are those with a moment before their deadline at which the exchange is open', () => {
    const intents = wantedAt(1_999, 2_000, 2_999, 3_000, 3_001, 9_999, 10_000);
    // Closed for the whole of their time: the second, third and fourth; too late: the last.
    expect(placeableOrders(intents, [outage], times)).toBe(3);
  });

  it('do not exist during adjoining outages', () => {
    const next = fault({ kind: 'maintenance', fromMs: 4_000, untilMs: 6_000 });
    expect(placeableOrders(wantedAt(3_500), [outage], times)).toBe(1);
    expect(placeableOrders(wantedAt(3_500), [next, outage], times)).toBe(0);
  });

  it.each([
    ['falls to chance', { kind: 'reset', probability: 0.9 }],
    ['hits reads alone', { kind: 'reset', endpoint: 'reads' }],
    ['comes so often only', { kind: 'reset', count: 3 }],
    ['executes the order', { kind: 'hang', executed: true }],
    ['loses the answer', { kind: 'lost-reply' }],
    ['only delays', { kind: 'delay', delayMs: 5_000 }],
  ])('are all if a fault %s', (_, details) => {
    expect(placeableOrders(wantedAt(1, 2), [fault(details)], times)).toBe(2);
  });

  it.each(['placeOrder', 'writes', 'private', 'POST /capi/v3/order', ['getTicker', 'contract']])(
    'are none if every order is refused, by %s',
    (endpoint) => {
      expect(placeableOrders(wantedAt(1), [fault({ kind: 'reset', endpoint })], times)).toBe(0);
    },
  );

  describe('if the order limit is tightened', () => {
    const many = wantedAt(...Array.from({ length: 20 }, (_, index) => 2_000 + index * 10));
    const tight = fault({ kind: 'tight-limits', orders: 8, fromMs: 1_000, untilMs: 5_000 });

    it('are no more than it allows in its window', () => {
      expect(placeableOrders(many, [tight], times)).toBe(8);
      expect(placeableOrders([...wantedAt(1, 2, 3), ...many], [tight], times)).toBe(3 + 5);
    });

    it('include all that live until it ends, or until the next window', () => {
      expect(placeableOrders(many, [tight], { ...times, deadlineMs: 3_500 })).toBe(20);
      expect(placeableOrders(many, [tight], { ...times, openedAtMs: 60_000 - 2_500 })).toBe(16);
    });

    it('include all if it is not an order limit, or applies at random', () => {
      const others = [{ weight: 8 }, { orders: 8, probability: 0.5 }, { orders: 8, endpoint: 'reads' }];
      for (const other of others) {
        const loose = fault({ kind: 'tight-limits', fromMs: 1_000, untilMs: 5_000, ...other });
        expect(placeableOrders(many, [loose], times)).toBe(20);
      }
    });
  });
});
