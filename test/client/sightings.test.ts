import { describe, expect, it } from 'vitest';
import { type MarketState, ofStream, setClientState } from '../../src/client/client-state.js';
import { type SightingKind, Sightings } from '../../src/client/sightings.js';
import type { StreamedOrder } from '../../src/client/stream-types.js';

/** What a call that begins now sees, where the exchange is an hour ahead of this machine. */
function watching(kind: SightingKind, isUsed = false) {
  const sightings = new Sightings();
  const self = {};
  const serverNow = () => Date.now() + 3_600_000;
  setClientState(self, { sightings, serverNow } as unknown as MarketState);
  const seen: StreamedOrder[] = [];
  if (isUsed) ofStream(kind).watch.call(self, 'mine', () => {})();
  ofStream(kind).watch.call(self, 'mine', (order) => void seen.push(order));
  const show = (fields: Partial<StreamedOrder>): number => {
    sightings.tell({
      symbol: 'BTCUSDT',
      orderId: '1',
      clientOrderId: 'mine',
      side: 'BUY',
      type: 'LIMIT',
      status: 'NEW',
      price: '1',
      triggerPrice: '0',
      origQty: '1',
      executedQty: '0',
      cumQuote: '0',
      time: serverNow() + 20,
      updateTime: serverNow() + 20,
      ...fields,
    });
    return seen.length;
  };
  return { show, serverNow };
}

describe('what a stream shows about a call', () => {
  it('ignores an earlier use of its id: placed before the call, or at an unknown time', () => {
    const { serverNow, show } = watching('order', true);
    const late = { status: 'REJECTED', updateTime: serverNow() + 120 };
    expect(show({ ...late, time: serverNow() - 200 })).toBe(0);
    expect(show({ ...late, time: 0 })).toBe(0);
    expect(show({ ...late, time: Number.NaN })).toBe(0);
    expect(show(late)).toBe(1);
  });

  it('is its order if the id is new, however well the time of the exchange is known', () => {
    const { serverNow, show } = watching('order');
    expect(show({ time: serverNow() - 50 })).toBe(1);
  });

  it.each([
    ['order', { type: 'LIMIT' }, true],
    ['order', { type: 'MARKET', status: 'REJECTED' }, true],
    ['order', { type: 'MARKET', triggerPrice: '90000' }, false],
    ['order', { type: 'LIMIT', status: 'UNTRIGGERED' }, false],
    ['order', { type: '' }, false],
    ['order', { origQty: 'abc' }, false],
    ['order', { origQty: '' }, false],
    ['order', { status: 'banana' }, false],
    ['algo', { type: 'STOP_MARKET', triggerPrice: '90000' }, true],
    ['algo', { type: 'STOP_MARKET', triggerPrice: '0' }, false],
    ['algo', { type: 'LIMIT' }, false],
  ] as const)('for a call of kind %s: %o belongs to it: %s', (kind, fields, isOwn) => {
    expect(watching(kind).show(fields)).toBe(isOwn ? 1 : 0);
  });
});
