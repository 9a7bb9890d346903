import { describe, expect, it } from 'vitest';
import { auditIntents, type OrderIntent, type OrderReport } from '../../examples/bad-day/order-intents.js';
import type { SimulatedOrder } from '../../src/testing/index.js';

function wanted(id: string, report: OrderReport, cancel?: 'cancelled' | 'failed'): OrderIntent {
  const order = {
    symbol: 'BTCUSDT',
    side: 'BUY',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '1',
    newClientOrderId: id,
  } as const;
  return { order, wantedAtMs: 0, report, ...(cancel ? { cancel } : {}) };
}

const standing = (clientOrderId: string, status: SimulatedOrder['status'] = 'FILLED') =>
  ({ clientOrderId, status }) as SimulatedOrder;

describe('the audit of a day', () => {
  it.each<[string, OrderIntent, SimulatedOrder[], string | undefined]>([
    ['placed, exists', wanted('a', 'placed'), [standing('a')], undefined],
    ['placed, gone', wanted('a', 'placed'), [], 'reported as placed, found 0 times'],
    [
      'placed, twice',
      wanted('a', 'placed'),
      [standing('a'), standing('a')],
      'reported as placed, found 2 times',
    ],
    ['not placed, absent', wanted('a', 'not placed'), [], undefined],
    [
      'not placed, exists',
      wanted('a', 'not placed'),
      [standing('a')],
      'reported as not placed, found 1 times',
    ],
    ['unknown, absent', wanted('a', 'unknown'), [], undefined],
    ['unknown, exists', wanted('a', 'unknown'), [standing('a')], undefined],
    [
      'unknown, twice',
      wanted('a', 'unknown'),
      [standing('a'), standing('a')],
      'reported as unknown, found 2 times',
    ],
    ['cancelled', wanted('a', 'placed', 'cancelled'), [standing('a', 'CANCELED')], undefined],
    [
      'cancelled, open',
      wanted('a', 'placed', 'cancelled'),
      [standing('a', 'NEW')],
      'reported as cancelled, is NEW',
    ],
    ['cancel failed', wanted('a', 'placed', 'failed'), [standing('a', 'NEW')], undefined],
    ['of nobody', wanted('a', 'placed'), [standing('a'), standing('b')], 'exists, but no trader wanted it'],
  ])('%s', (_name, intent, orders, broken) => {
    expect(auditIntents([intent], orders).broken).toEqual(
      broken === undefined ? [] : [expect.stringContaining(broken)],
    );
  });

  it('counts', () => {
    const intents = [
      wanted('once', 'placed'),
      wanted('thrice', 'placed'),
      wanted('refused', 'not placed'),
      { ...wanted('dark', 'unknown'), unfinished: true as const },
      wanted('gone', 'placed'),
    ];
    const orders = ['once', 'thrice', 'thrice', 'thrice', 'dark'].map((id) => standing(id));
    expect(auditIntents(intents, orders)).toMatchObject({
      wanted: 5,
      placed: 3,
      notPlaced: 1,
      unknown: 1,
      unfinished: 1,
      once: 2,
      duplicates: 2,
      wronglyReported: 1,
    });
  });
});
