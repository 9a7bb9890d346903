import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Venue, WEEXNetworkError, WEEXSystemError, weexVenues } from '../../src/index.js';
import { latestAppearanceMs, patienceOf, shorten, spreadLookups, sum } from '../../src/orders/patience.js';

const failed = (status: number) => new WEEXSystemError('Failed', { context: { status } });

describe('latestAppearanceMs', () => {
  const until = { harmless: 4_250, expired: 34_250 };

  it('is when the timestamp has expired and the order is visible, on every market', () => {
    for (const venue of Object.values(weexVenues)) expect(latestAppearanceMs(venue)).toBe(until.expired);
  });

  it.each([
    ['a reset connection', new WEEXNetworkError('Reset'), until.expired],
    ['an answer 502', failed(502), until.expired],
    ['a request that somebody waited for no longer', failed(408), until.expired],
    ['a page of a proxy, 403', failed(403), until.expired],
    ['a bare 429', failed(429), until.harmless],
  ])('after %s', (_, error, expected) => {
    expect(latestAppearanceMs(weexVenues.contract, [error])).toBe(expected);
  });

  it('is later by what the clock is ahead, and no earlier if it is behind', () => {
    const { contract } = weexVenues;
    expect(latestAppearanceMs({ ...contract, clockAheadMs: 20_000 })).toBe(54_250);
    expect(latestAppearanceMs({ ...contract, clockAheadMs: -20_000 })).toBe(until.expired);
  });

  it('ignores late requests if an id is never executed twice', () => {
    const alpaca: Venue = { ...weexVenues.contract, idProtects: 'for-ever' };
    const longbridge: Venue = { ...weexVenues.contract, idProtects: 'window', idWindowMs: 600_000 };
    const forgetful: Venue = { ...weexVenues.contract, idProtects: 'window', idWindowMs: 10_000 };
    expect(latestAppearanceMs(alpaca)).toBe(until.harmless);
    expect(latestAppearanceMs(longbridge)).toBe(until.harmless);
    expect(latestAppearanceMs(forgetful)).toBe(until.expired);
  });
});

describe('patienceOf', () => {
  it('uses settleMs unchanged', () => {
    expect(patienceOf({ settleMs: [250, 1_000, 3_000] }).waitsMs()).toEqual([250, 1_000, 3_000]);
    expect(patienceOf({ settleMs: 500 }).waitsMs()).toEqual([500]);
  });

  it('otherwise uses the venue', () => {
    expect(sum(patienceOf({ venue: weexVenues.spot }).waitsMs())).toBe(34_250);
  });

  it('leaves five seconds for lookups that fail, by default', () => {
    expect(patienceOf({ settleMs: [100, 400] }).deadlineMs).toBe(5_500);
    expect(patienceOf({}).deadlineMs).toBe(39_250);
    expect(patienceOf({ settleMs: 100, reconcileDeadlineMs: 700 }).deadlineMs).toBe(700);
  });
});

describe('spreadLookups', () => {
  it('ends exactly at the given time, at first quickly and then every 5 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 6 }), (totalMs) => {
        const waits = spreadLookups(totalMs);
        expect(sum(waits)).toBe(totalMs);
        expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
        expect(waits[0]).toBe(Math.min(totalMs, 250));
      }),
    );
  });
});

it('after a wait that has already passed leaves the rest, and at least one lookup', () => {
  const waits = [250, 1_000, 3_000];
  expect(shorten(waits, -Infinity)).toBe(waits);
  expect(shorten(waits, 0)).toBe(waits);
  expect(shorten(waits, 500)).toEqual([750, 3_000]);
  expect(shorten(waits, 1_250)).toEqual([3_000]);
  expect(shorten(waits, 60_000)).toEqual([0]);
});
