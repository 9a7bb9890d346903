import { expect, it } from 'vitest';
import { CriticalReserve } from '../../src/policies/rate-limit/critical-reserve.js';

const windowMs = 10_000;
const limit = 500;

it('remembers a burst of critical calls in full for six windows, and some of it for thirty', () => {
  const reserve = new CriticalReserve();
  for (let call = 0; call < 100; call += 1) reserve.note(1, 0, windowMs);
  const keptAfter = (windows: number): number => reserve.at(windows * windowMs, windowMs, 10, limit);
  expect([5, 6, 7, 29, 30].map(keptAfter)).toEqual([101, 25, 25, 25, 10]);
});

it('remembers no more than there was', () => {
  const reserve = new CriticalReserve();
  reserve.note(3, 0, windowMs);
  expect(reserve.at(10 * windowMs, windowMs, 0, limit)).toBe(4);
  expect(reserve.at(40 * windowMs, windowMs, 0, limit)).toBe(0);
});

it('keeps nothing of a limit that has no room for it', () => {
  const reserve = new CriticalReserve();
  reserve.note(1, 0, windowMs);
  expect(reserve.at(10 * windowMs, windowMs, 0, 10)).toBe(0);
});
