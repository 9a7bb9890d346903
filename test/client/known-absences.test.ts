import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KnownAbsences } from '../../src/client/known-absences.js';

const startMs = Date.UTC(2026, 0, 1);
const marginMs = 300_000;

beforeEach(() => {
  vi.useFakeTimers({ now: startMs, toFake: ['performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function create({ isTimeKnown = true } = {}): KnownAbsences {
  return new KnownAbsences({
    serverNow: () => Date.now(),
    isTimeKnown: () => isTimeKnown,
    visibleWithinMs: 4_000,
  });
}

const rangeOf = (absences: KnownAbsences, id: string, mayWait = false) =>
  absences.range('order', 'BTCUSDT', new Set([id]), mayWait);
const search = (absences: KnownAbsences, pages = 1, ids: string[] = []): void =>
  absences.searched('order', 'BTCUSDT', { begun: KnownAbsences.now(), ids: new Set(ids), pages });
const everything = { startTime: undefined, isProof: true, isFull: true };

describe('what a lookup has to read of the history', () => {
  it('is everything for an id that is not known', () => {
    expect(rangeOf(create(), 'mine')).toEqual(everything);
  });

  it('is what came after a generated id, as far as the clocks can be trusted', () => {
    const absences = create();
    absences.generated('order', 'new');
    vi.advanceTimersByTime(10_000);
    expect(rangeOf(absences, 'new')).toEqual({
      startTime: startMs - marginMs,
      isProof: true,
      isFull: false,
    });
    expect(absences.range('algo', 'BTCUSDT', new Set(['new']), false)).toEqual(everything);
    expect(absences.range('order', 'BTCUSDT', new Set(['new', 'mine']), false)).toEqual(everything);
  });

  it('reaches back over the sleep of the machine', () => {
    const absences = create();
    absences.generated('order', 'new');
    // The monotonic clock stands still.
    vi.setSystemTime(startMs + 3_600_000);
    expect(rangeOf(absences, 'new').startTime).toBe(startMs - marginMs);
  });

  it('is everything while the time of the exchange is not known', () => {
    const absences = create({ isTimeKnown: false });
    absences.generated('order', 'new');
    expect(rangeOf(absences, 'new')).toEqual(everything);
  });

  it('is what came after a search that a second one has confirmed, unless one has seen the id', () => {
    const absences = create();
    search(absences, 1, ['old']);
    vi.advanceTimersByTime(3_999);
    search(absences);
    expect(rangeOf(absences, 'mine')).toEqual(everything);
    vi.advanceTimersByTime(1);
    search(absences);
    expect(rangeOf(absences, 'mine')).toEqual({
      startTime: startMs - marginMs,
      isProof: true,
      isFull: true,
    });
    expect(rangeOf(absences, 'old')).toEqual(everything);
  });

  it('proves nothing after a long search that is not confirmed', () => {
    const absences = create();
    search(absences, 21);
    expect(rangeOf(absences, 'mine')).toEqual(everything);
    expect(rangeOf(absences, 'mine', true)).toEqual({
      startTime: startMs - marginMs,
      isProof: false,
      isFull: false,
    });
    vi.advanceTimersByTime(4_000);
    expect(rangeOf(absences, 'mine', true)).toEqual(everything);
  });

  it('is read by one lookup of a symbol at a time if it is long', () => {
    const absences = create();
    const end = absences.readLong('order', 'BTCUSDT');
    expect(() => absences.readLong('order', 'BTCUSDT')).toThrow('Cannot tell yet');
    absences.readLong('order', 'ETHUSDT');
    end();
    absences.readLong('order', 'BTCUSDT');
  });
});
