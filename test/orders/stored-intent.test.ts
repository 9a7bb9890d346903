import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIntent, encodeIntent } from '../../src/orders/stored-intent.js';

const intent = { clientOrderId: 'a1', args: [{ symbol: 'BTCUSDT', quantity: '1' }], begunAt: 1, sentAt: 2 };

describe('a stored intent', () => {
  it('is read back unchanged', () => {
    expect(decodeIntent(encodeIntent(intent))).toEqual(intent);
  });

  it('is read without a checksum, as older versions wrote it', () => {
    expect(decodeIntent(JSON.stringify(intent))).toEqual(intent);
    expect(decodeIntent(JSON.stringify({ ...intent, args: undefined }))).toBeUndefined();
  });

  it('is never mistaken for another one when any of its characters is damaged', () => {
    const text = encodeIntent(intent);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const damaged = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        const decoded = decodeIntent(damaged);
        if (decoded !== undefined) expect(decoded).toEqual(intent);
      }),
    );
  });
});
