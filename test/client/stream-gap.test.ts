import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WEEXNetworkError, WEEXRequestError } from '../../src/errors/index.js';
import { StreamGap } from '../../src/client/stream-gap.js';
import type { StreamedOrder } from '../../src/client/stream-types.js';

const dayMs = 86_400_000;
const startMs = 1_800_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: startMs });
});
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
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
  const history: Record<string, readonly StreamedOrder[]> = {};
  const asked: string[] = [];
  const sinces: number[] = [];
  const read: string[] = [];
  const told: (readonly [orders: number, refused: readonly string[]])[] = [];
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
    past: async (symbol: string, since: number) => {
      asked.push(symbol);
      sinces.push(since);
      if (symbol.startsWith('GONE')) throw new WEEXRequestError('No such symbol', { code: -1142 });
      if (symbol.startsWith('LOST')) throw new WEEXNetworkError('Lost');
      return (history[symbol] ?? []).filter(({ time }) => time >= since);
    },
  };
  const listener = {
    read: ({ orderId, status }: StreamedOrder) => void read.push(`${orderId} ${status}`),
    filled: (...filled: (typeof told)[number]) => void told.push(filled),
    failed: (error: unknown) => void failures.push(error),
  };
  const gap = new StreamGap(reader, listener, () => Date.now());
  ends.push(() => gap.end());
  return {
    gap,
    open,
    history,
    asked,
    sinces,
    read,
    told,
    failures,
    failNext: (times: number) => (fails = times),
  };
}

/** Until nothing more is read. */
const settle = () => vi.advanceTimersByTimeAsync(15_000);

describe('a gap in a stream', () => {
  it('is read from the oldest open order, until that one is gone', async () => {
    const { gap, sinces, told } = gapOf();
    gap.hear(order('1', 'UNTRIGGERED', startMs - 3_600_000));
    gap.fill();
    await settle();
    // It ended in the gap, and no history tells of conditional orders: it is not waited for.
    gap.fill();
    await settle();
    // Each twice, since reads lag.
    const [old, young] = [startMs - 3_600_000, startMs - 10_000];
    expect(sinces).toEqual([old, old, young, young]);
    expect(told).toEqual([
      [0, []],
      [0, []],
    ]);
  });

  it('remembers an order that reads may not show yet, or do show', async () => {
    const { gap, open, sinces } = gapOf();
    gap.hear(order('young', 'NEW', startMs - 30_000));
    gap.fill();
    await settle();
    open.push(order('old', 'NEW', startMs - dayMs));
    gap.hear(order('old', 'NEW', startMs - dayMs));
    gap.fill();
    await settle();
    gap.fill();
    await settle();
    expect(new Set(sinces)).toEqual(new Set([startMs - 30_000, startMs - dayMs]));
    expect(sinces.slice(-2)).toEqual([startMs - dayMs, startMs - dayMs]);
  });

  it('is read no further back than the exchange allows', async () => {
    const { gap, open, sinces } = gapOf();
    const ancient = order('1', 'NEW', startMs - 200 * dayMs);
    open.push(ancient);
    gap.hear(ancient);
    gap.fill();
    await settle();
    expect(sinces[0]).toBe(startMs - 89 * dayMs);
  });

  it.each([0, Number.NaN, startMs * 1_000])(
    'is read as far back as possible if an order exists whose time is %s',
    async (time) => {
      const { gap, sinces, told } = gapOf();
      gap.hear({ ...order('1', 'NEW', startMs), time });
      gap.fill();
      await settle();
      expect(sinces[0]).toBe(startMs - 89 * dayMs);
      expect(told).toEqual([[0, []]]);
    },
  );

  it('is read from the last update before it, whatever the time of an update', async () => {
    const { gap, history, read, told } = gapOf();
    gap.hear({ ...order('1', 'FILLED', startMs), updateTime: startMs * 1_000 });
    history['BTCUSDT'] = [order('missed', 'FILLED', startMs - 1_000)];
    gap.fill();
    await settle();
    expect(read).toEqual(['missed FILLED']);
    expect(told).toEqual([[1, []]]);
  });

  it('is read again every five seconds until that succeeds, together with others', async () => {
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

  it('is read twice, and reports what only the second read shows', async () => {
    const { gap, history, read, told } = gapOf();
    gap.hear(order('1', 'FILLED', startMs - 1_000));
    history['BTCUSDT'] = [order('1', 'FILLED', startMs - 1_000)];
    gap.fill();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toEqual([[1, []]]);
    history['BTCUSDT'] = [...history['BTCUSDT'], order('late', 'FILLED', startMs)];
    await settle();
    expect(read).toEqual(['1 FILLED', 'late FILLED']);
    expect(told).toEqual([
      [1, []],
      [1, []],
    ]);
  });

  it('is read ten symbols at a time, the most recent first, and what was read is kept', async () => {
    const { asked, failures, gap, told } = gapOf();
    const symbols = Array.from({ length: 24 }, (_, index) => `S${index}`);
    for (const symbol of ['LOST', ...symbols]) gap.hear({ ...order(symbol, 'FILLED', startMs), symbol });
    gap.fill();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(symbols.toReversed().slice(0, 10));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(20);
    await vi.advanceTimersByTimeAsync(5_000);
    // Only the one that failed is missing, and those that were read at once are read once more.
    expect([new Set(asked).size, failures.length, told.length]).toEqual([25, 1, 0]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked.filter((symbol) => symbol !== 'LOST')).toHaveLength(34);
    expect(told).toEqual([]);
  });

  it('is filled even if the exchange refuses a symbol, and reports which', async () => {
    const { failures, gap, history, read, told } = gapOf();
    gap.hear({ ...order('1', 'FILLED', startMs), symbol: 'GONEUSDT' });
    gap.hear(order('2', 'FILLED', startMs));
    history['BTCUSDT'] = [order('missed', 'CANCELED', startMs)];
    gap.fill();
    await settle();
    expect([failures, read]).toEqual([[], ['missed CANCELED']]);
    expect(told).toEqual([[1, ['GONEUSDT']]]);
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
