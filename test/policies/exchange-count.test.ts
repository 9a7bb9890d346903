import { expect, it } from 'vitest';
import { ExchangeCount } from '../../src/policies/rate-limit/exchange-count.js';

const windowMs = 10_000;
const nothing = { since: () => 0 };

/** Shows a count at a time; the answer took a while. */
function show(count: ExchangeCount, now: number, used: number, tookMs = 100): void {
  count.unseen(used, { startedAt: now - tookMs, windowMs }, now, nothing);
}

/** Counts from 0 at every multiple of the window, as a busy client sees it. */
function busy(count: ExchangeCount, from: number, to: number): void {
  for (let now = from + 100; now < to; now += 200)
    show(count, now, 1 + Math.floor(((now - 50) % windowMs) / 200));
}

it('shows when the exchange counts from 0 again', () => {
  const count = new ExchangeCount();
  busy(count, 0, 9_000);
  expect(count.leftMs(9_000, windowMs)).toBeUndefined();
  busy(count, 9_000, 14_000);
  expect(count.leftMs(14_000, windowMs)).toBe(6_100);
});

it('goes on when no answer shows it, once two windows have followed each other', () => {
  const count = new ExchangeCount();
  busy(count, 0, 25_000);
  expect(count.leftMs(44_000, windowMs)).toBe(6_100);
  expect(count.used(44_000, windowMs, { since: (time) => (time === 40_100 ? 7 : 50) })).toBe(7);
});

it('is not known for longer than its window if only one was seen', () => {
  const count = new ExchangeCount();
  busy(count, 0, 14_000);
  expect(count.leftMs(21_000, windowMs)).toBe(0);
  expect(count.leftMs(23_000, windowMs)).toBeUndefined();
});

it('is not confused by a late answer of the previous window', () => {
  const count = new ExchangeCount();
  busy(count, 0, 10_000);
  show(count, 10_100, 1);
  show(count, 10_150, 50);
  show(count, 10_300, 2);
  expect(count.leftMs(11_000, windowMs)).toBe(9_100);
});

it('is not confused by a ban that ends in the middle of a window', () => {
  const count = new ExchangeCount();
  busy(count, 0, 28_000);
  show(count, 38_500, 1);
  busy(count, 40_000, 42_000);
  expect(count.leftMs(42_000, windowMs)).toBe(8_100);
});

it('is not known if several servers each count a part', () => {
  const count = new ExchangeCount();
  for (let now = 100; now < 30_000; now += 400) {
    show(count, now, 60 + now / 1_000);
    show(count, now + 200, 20 + now / 1_000);
  }
  expect(count.leftMs(30_000, windowMs)).toBeUndefined();
});

it('is not known if the count slides', () => {
  const count = new ExchangeCount();
  for (let now = 100; now < 60_000; now += 6_000) show(count, now, now % 12_000 < 6_000 ? 50 : 40);
  expect(count.leftMs(54_200, windowMs)).toBeUndefined();
});
