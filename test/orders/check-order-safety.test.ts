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
    [{}, '\n- clientOrderId is required\n- find is required'],
    [{ ...functions, clientOrderId: 'a1' }, 'clientOrderId must be a function of the call'],
    [{ ...functions, settleMs: [] }, 'settleMs must be a number from 0 to 2147483647, or a list'],
    [{ ...functions, settleMs: [250, -1] }, 'settleMs must be'],
    [{ ...functions, settleMs: '250' }, 'settleMs must be'],
    [{ ...functions, settleMs: Number.NaN }, 'settleMs must be'],
    [{ ...functions, reconcileDeadlineMs: Infinity }, 'reconcileDeadlineMs must be a number'],
    [
      { ...functions, settleMs: [250, 1_000], reconcileDeadlineMs: 1_000 },
      'reconcileDeadlineMs must be at least the sum of settleMs, 1250, received 1000',
    ],
    [{ ...functions, journal: {} }, 'journal must be an IntentJournal'],
    [{ ...functions, venue: 'spot' }, 'venue must be a Venue'],
    [{ ...functions, lookupPolicy: null }, 'lookupPolicy must be a policy'],
    [
      { ...functions, setleMs: 250 },
      'unknown option "setleMs" (did you mean "settleMs"?); expected one of clientOrderId, find',
    ],
    [
      { ...functions, persist: 1, settle: 2 },
      '\n- persist must be a function of the id and the call, received 1\n- unknown option "settle"',
    ],
  ])('rejects %j', (safety, message) => {
    expect(() => checkOrderSafety(safety)).toThrow(TypeError);
    expect(() => checkOrderSafety(safety)).toThrow(
      `Cannot use orderSafety:${message.startsWith('\n') ? '' : ' '}${message}`,
    );
  });
});
