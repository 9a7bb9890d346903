import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamGap } from '../../src/client/stream-gap.js';
import type { StreamedOrder } from '../../src/client/stream-types.js';

const dayMs = 86_400_000;
const startMs = 1_800_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: startMs });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const order = (orderId: string, status: string, time: number): StreamedOrder => ({
  symbol: 'BTCUSDT',
  orderId,
  clientOrderId: `c-${orderId}`,
  side: 'BUY',
  type: 'LIMIT',
  status,
  price: '1',
  triggerPrice: '0',
  origQty: '1',
  executedQty: '0',
  cumQuote: '0',
  time,
  updateTime: time,
});

function gapOf() {
  const open: StreamedOrder[] = [];
  const sinces: number[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  let fails = 0;
  const reader = {
    open: async () => {
      if (fails > 0) {
        fails -= 1;
        throw new Error('no REST');
      }
      return open;
    },
    past: async (_symbol: string, since: number) => {
      sinces.push(since);
      return [];
    },
  };
  const listener = {
    filled: (orders: readonly StreamedOrder[]) => void told.push(String(orders.length)),
    failed: (error: unknown) => void failures.push(error),
  };
  const gap = new StreamGap(reader, listener, () => Date.now());
  return { gap, open, sinces, told, failures, failNext: (times: number) => (fails = times) };
}

describe('a gap of a stream', () => {
  it('is read from the oldest order that stands, until that one is gone', async () => {
    const { gap, sinces, told } = gapOf();
    gap.hear(order('1', 'UNTRIGGERED', startMs - 3_600_000));
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    // It ended in the gap, and no history tells of conditional orders: it is not waited for.
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sinces).toEqual([startMs - 3_600_000, startMs - 10_000]);
    expect(told).toEqual(['0', '0']);
  });

  it('keeps an order in mind that reads may not show yet, or do show', async () => {
    const { gap, open, sinces } = gapOf();
    gap.hear(order('young', 'NEW', startMs - 30_000));
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    open.push(order('old', 'NEW', startMs - dayMs));
    gap.hear(order('old', 'NEW', startMs - dayMs));
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sinces).toEqual([startMs - 30_000, startMs - dayMs, startMs - dayMs]);
  });

  it('is read no further back than the exchange tells', async () => {
    const { gap, open, sinces } = gapOf();
    const ancient = order('1', 'NEW', startMs - 200 * dayMs);
    open.push(ancient);
    gap.hear(ancient);
    gap.fill();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sinces).toEqual([startMs - 89 * dayMs]);
  });

  it('is read again every five seconds until it can be, and others with it', async () => {
    const { failNext, failures, gap, told } = gapOf();
    failNext(2);
    gap.fill();
    gap.fill();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([failures.length, told.length]).toEqual([2, 1]);
    gap.fill();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(told).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(told).toHaveLength(2);
  });

  it('is not read any more once it is over', async () => {
    const { failNext, failures, gap, told } = gapOf();
    failNext(1);
    gap.fill();
    await vi.advanceTimersByTimeAsync(1_000);
    gap.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([failures.length, told.length]).toEqual([1, 0]);
  });
});
