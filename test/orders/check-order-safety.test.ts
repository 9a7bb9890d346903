import { describe, expect, it } from 'vitest';
import { createMemoryJournal, weexVenues } from '../../src/index.js';
import { checkOrderSafety } from '../../src/orders/check-order-safety.js';

const functions = { clientOrderId: () => 'a1', find: () => undefined };

describe('checkOrderSafety', () => {
  it.each([
    functions,
    { ...functions, settleMs: 0 },
    { ...functions, settleMs: [250, 1_000, 3_000], reconcileDeadlineMs: 4_250 },
    { ...functions, venue: weexVenues.spot, journal: createMemoryJournal(), persist: () => undefined },
    { ...functions, settleMs: undefined, persist: undefined },
  ])('accepts %j', (safety) => {
    expect(() => checkOrderSafety(safety)).not.toThrow();
  });

  it.each([
    [{}, 'clientOrderId is missing, it must be a function of the call; find is missing'],
    [{ ...functions, clientOrderId: 'a1' }, 'clientOrderId is "a1", allowed is a function of the call'],
    [{ ...functions, settleMs: [] }, 'settleMs is [], allowed is a number from 0 to 2147483647, or a list'],
    [{ ...functions, settleMs: [250, -1] }, 'settleMs is [ 250, -1 ], allowed is'],
    [{ ...functions, settleMs: '250' }, 'settleMs is "250", allowed is'],
    [{ ...functions, settleMs: Number.NaN }, 'settleMs is NaN, allowed is'],
    [{ ...functions, reconcileDeadlineMs: Infinity }, 'reconcileDeadlineMs is Infinity, allowed is a number'],
    [
      { ...functions, settleMs: [250, 1_000], reconcileDeadlineMs: 1_000 },
      'reconcileDeadlineMs is 1000, allowed is at least the sum of settleMs, 1250',
    ],
    [{ ...functions, journal: {} }, 'journal is {}, allowed is an IntentJournal'],
    [{ ...functions, venue: 'spot' }, 'venue is "spot", allowed is a Venue'],
    [{ ...functions, lookUpPolicy: null }, 'lookUpPolicy is null, allowed is a policy'],
    [
      { ...functions, setleMs: 250 },
      'setleMs is not an option of orderSafety, allowed are clientOrderId, find',
    ],
    [
      { ...functions, persist: 1, settle: 2 },
      'persist is 1, allowed is a function of the id and the call; settle is',
    ],
  ])('refuses %j', (safety, message) => {
    expect(() => checkOrderSafety(safety)).toThrow(TypeError);
    expect(() => checkOrderSafety(safety)).toThrow(`Cannot make orders safe: ${message}`);
  });
});
