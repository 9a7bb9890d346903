import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Venue,
  WEEXNetworkError,
  WEEXSystemError,
  WEEXTimeoutError,
  weexVenues,
} from '../../src/index.js';
import { latestAppearanceMs, patienceOf, spreadLookUps, sum } from '../../src/orders/patience.js';

const timeout = new WEEXTimeoutError('No answer', { scope: 'attempt' });
const reset = new WEEXNetworkError('Connection reset', { code: 'ECONNRESET' });

describe('latestAppearanceMs', () => {
  const until = { answered: 4_250, silent: 34_250 };

  it.each([
    ['a time-out', timeout, until.silent],
    ['a gateway that gave up waiting', new WEEXSystemError('Gateway time-out', { code: 504 }), until.silent],
    ['a time-out of the network', new WEEXNetworkError('Timed out', { code: 'ETIMEDOUT' }), until.silent],
    ['an error of somebody else', new Error('?'), until.silent],
    ['nothing known', undefined, until.silent],
    ['a reset connection', reset, until.answered],
    ['an answer 500', new WEEXSystemError('Failed', { code: 500 }), until.answered],
    ['an answer 502', new WEEXSystemError('Bad gateway', { code: 502 }), until.answered],
  ])('after %s', (_, error, expected) => {
    for (const venue of Object.values(weexVenues)) expect(latestAppearanceMs(venue, error)).toBe(expected);
  });

  it('does not fear a late request where the id is never executed twice', () => {
    const alpaca: Venue = { ...weexVenues.contract, idProtects: 'for-ever' };
    const longbridge: Venue = { ...weexVenues.contract, idProtects: 'window', idWindowMs: 600_000 };
    const forgetful: Venue = { ...weexVenues.contract, idProtects: 'window', idWindowMs: 10_000 };
    expect(latestAppearanceMs(alpaca, timeout)).toBe(until.answered);
    expect(latestAppearanceMs(longbridge, timeout)).toBe(until.answered);
    expect(latestAppearanceMs(forgetful, timeout)).toBe(until.silent);
  });
});

describe('patienceOf', () => {
  it('takes settleMs as it is, whatever went wrong', () => {
    expect(patienceOf({ settleMs: [250, 1_000, 3_000] }).waitsMs(timeout)).toEqual([250, 1_000, 3_000]);
    expect(patienceOf({ settleMs: 500 }).waitsMs(reset)).toEqual([500]);
  });

  it('asks the venue otherwise', () => {
    const patience = patienceOf({ venue: weexVenues.spot });
    expect(patience.waitsMs(reset)).toEqual([250, 1_000, 3_000]);
    expect(sum(patience.waitsMs(timeout))).toBe(34_250);
  });

  it('leaves five seconds for look-ups that fail, unless told otherwise', () => {
    expect(patienceOf({ settleMs: [100, 400] }).deadlineMs).toBe(5_500);
    expect(patienceOf({}).deadlineMs).toBe(39_250);
    expect(patienceOf({ settleMs: 100, reconcileDeadlineMs: 700 }).deadlineMs).toBe(700);
  });
});

describe('spreadLookUps', () => {
  it('ends exactly at the given time, soon at first and every 5 s later on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 6 }), (totalMs) => {
        const waits = spreadLookUps(totalMs);
        expect(sum(waits)).toBe(totalMs);
        expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
        expect(waits[0]).toBe(Math.min(totalMs, 250));
      }),
    );
  });
});
