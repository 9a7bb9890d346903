import { describe, expect, it } from 'vitest';
import { toWire } from '../../src/client/request-params.js';
import { WEEXRequestError } from '../../src/errors/index.js';

describe('toWire()', () => {
  it('writes numbers as decimal strings, drops undefined and changes nothing else', () => {
    const order = { symbol: 'BTCUSDT', quantity: 0.001, price: '60000.10', timeInForce: undefined };
    expect(toWire('placeOrder', order)).toEqual({ symbol: 'BTCUSDT', quantity: '0.001', price: '60000.10' });
    expect(order.quantity).toBe(0.001);
  });

  it('converts inside lists and objects', () => {
    const batch = { batchOrders: [{ quantity: 2, newClientOrderId: 'a-1' }, { quantity: '3' }] };
    expect(toWire('placeOrders', batch)).toEqual({
      batchOrders: [{ quantity: '2', newClientOrderId: 'a-1' }, { quantity: '3' }],
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e-7, 1e21])('rejects %s as a quantity', (quantity) => {
    expect(() => toWire('placeOrder', { quantity })).toThrow(
      `Cannot call placeOrder: quantity must be a string or a number that prints without an exponent, received ${quantity}`,
    );
  });

  it('rejects an id that has lost digits', () => {
    expect(() => toWire('cancelOrder', { orderId: 736557215397183592 })).toThrow('orderId must be a string');
    expect(toWire('cancelOrder', { orderId: '736557215397183592' })).toEqual({
      orderId: '736557215397183592',
    });
    expect(toWire('cancelOrder', { orderId: 42 })).toEqual({ orderId: '42' });
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(37), 5])('rejects %j as a client order id', (newClientOrderId) => {
    expect(() => toWire('placeOrder', { newClientOrderId })).toThrow('1 to 36 letters, digits or . : / _ -');
  });

  it.each([
    '',
    ' 0.01 ',
    '1e-7',
    '0x10',
    'Infinity',
    'abc',
    '0,01',
    '+1',
    '.5',
    true,
    [5],
    {},
    new Date(0),
    5n,
  ])('rejects %o as a decimal, under any name', (value) => {
    for (const name of ['quantity', 'price', 'triggerPrice', 'amount', 'crossLeverage', 'quoteOrderQty']) {
      expect(() => toWire('placeOrder', { [name]: value })).toThrow(`${name} must be a decimal`);
    }
  });

  it.each([new Date(0), '2026-11-30', {}, -1, 1.5])('rejects %o as a time', (startTime: unknown) => {
    expect(() => toWire('getTrades', { startTime })).toThrow('startTime must be milliseconds since 1970');
  });

  it.each([null, 5n, () => 1, Symbol('x'), new Date(0), Object('x')])(
    'rejects %o, which would be sent as something else',
    (symbol: unknown) => {
      expect(() => toWire('getTrades', { symbol })).toThrow(/symbol must be (a string|left out)/);
    },
  );

  it('rejects an id that is a list, an object or blank', () => {
    for (const orderId of [['1'], {}, ' ', true]) {
      expect(() => toWire('cancelOrder', { orderId })).toThrow('orderId must be a string');
    }
  });

  it('names every fault at once, with its place in a list', () => {
    const batch = { orderList: [{ newClientOrderId: '?' }, { quantity: Number.NaN }] };
    try {
      toWire('placeOrders', batch);
      throw new Error('nothing was thrown');
    } catch (error) {
      expect(error).toBeInstanceOf(WEEXRequestError);
      expect(error).toMatchObject({
        executionStatus: 'not-executed',
        message:
          'Cannot call placeOrders: orderList[0].newClientOrderId must be 1 to 36 letters, digits or . : / _ -, ' +
          'received ?; orderList[1].quantity must be a string or a number that prints without an exponent, received NaN',
      });
    }
  });
});
