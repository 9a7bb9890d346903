import { describe, expect, it } from 'vitest';
import { AxiosError, AxiosHeaders } from 'axios';
import { batchOutcomes, toWeexError, WEEXError, WEEXRateLimitError } from '../../src/index.js';

const write = { method: 'POST', path: '/capi/v3/order' };
const answer = (status: number, data: unknown, method = 'POST', url = '/capi/v3/order', headers = {}) =>
  toWeexError({ status, data, headers, config: { method, url } });

it('an aborted request is a lost answer, though axios gives it the code of a timeout', () => {
  const config = { method: 'post', url: '/api/v3/order', headers: new AxiosHeaders() };
  const error = toWeexError(new AxiosError('Request aborted', 'ECONNABORTED', config));
  expect(error).toMatchObject({ kind: 'network', executionStatus: 'unknown' });
});

describe('toWeexError', () => {
  it('reads the catch-all codes by the text of the answer', () => {
    for (const [code, path] of [
      [-1054, '/capi/v3/order'],
      ['40015', '/capi/v2/order/placeOrder'],
      [-1000, '/api/v3/order'],
    ] as const) {
      const of = (msg: string) => toWeexError({ code, msg }, { method: 'POST', path, status: 500 });
      expect(of('INVALID_ARGUMENT: size')).toMatchObject({
        kind: 'request',
        executionStatus: 'not-executed',
      });
      expect(of('FAILED_PRECONDITION: mode')).toMatchObject({
        reason: 'refused',
        executionStatus: 'not-executed',
      });
      expect(of('FAILED_PRECONDITION: available amount not enough')).toMatchObject({
        reason: 'insufficient-balance',
      });
      expect(of('system error')).toMatchObject({ executionStatus: 'unknown' });
      expect(of('the INVALID_ARGUMENT is inside')).toMatchObject({ executionStatus: 'unknown' });
    }
  });

  it('reads a catch-all code on a cancel as an order that does not exist, without being sure', () => {
    const cancel = { method: 'DELETE', path: '/capi/v3/order' };
    const gone = toWeexError({ code: -1054, msg: 'system error' }, cancel);
    expect(gone).toMatchObject({ kind: 'order', reason: 'not-found', executionStatus: 'unknown' });
    expect(toWeexError({ code: -1054, msg: 'INVALID_ARGUMENT: id' }, cancel)?.kind).toBe('request');
  });

  it('does not mistake a closed exchange for a cancel of an order that does not exist', () => {
    const cancel = { method: 'DELETE', path: '/capi/v3/order' };
    for (const [status, kind] of [
      [500, 'order'],
      [502, 'system'],
      [503, 'system'],
      [504, 'system'],
    ] as const) {
      expect(toWeexError({ code: -1054, msg: 'closed' }, { ...cancel, status })?.kind).toBe(kind);
    }
  });

  it('recognises success by its codes, and by having none', () => {
    for (const code of ['00000', '0', 0, '200', 200, undefined, null]) {
      expect(toWeexError({ code, msg: 'success', data: {} }, write)).toBeUndefined();
    }
    expect(toWeexError({ code: 'BTC', name: 'Bitcoin' })).toBeUndefined();
    expect(
      toWeexError({ symbol: 'BTCUSDT', orderId: '1', success: true, errorMessage: '' }, write),
    ).toBeUndefined();
  });

  it('recognises a refused order in an otherwise successful answer', () => {
    for (const body of [
      { success: false, orderId: '', errorCode: '-1', errorMessage: 'mode' },
      { orderId: 1, status: 'FAILED', errorMsg: 'FAILED_PRECONDITION: mode' },
      { result: false, order_id: '1', err_msg: 'closed' },
      { code: '00000', data: { orderId: '1', success: false } },
      { success: 'false', clientOrderId: 'x' },
    ]) {
      expect(answer(200, body), JSON.stringify(body)).toMatchObject({
        kind: 'order',
        executionStatus: 'not-executed',
        code: 'errorCode' in body ? -1 : 200,
      });
    }
    expect(answer(200, { orderId: '1', errorMsg: 'FAILED_ORDER_NOT_FOUND' })).toMatchObject({
      reason: 'not-found',
    });
    expect(answer(200, { orderId: '1', success: false, errorMessage: 'balance not enough' })).toMatchObject({
      reason: 'insufficient-balance',
    });
    // An internal failure is no refusal, also where it stands beside one order.
    expect(answer(200, { orderId: '1', success: false, errorCode: 50001 })).toMatchObject({
      kind: 'system',
      executionStatus: 'unknown',
    });
  });

  it('treats error texts in the answer to a read as data', () => {
    const order = { orderId: '1', status: 'REJECTED', errorMsg: 'balance not enough' };
    expect(answer(200, order, 'GET')).toBeUndefined();
    expect(answer(200, [order], 'GET')).toBeUndefined();
    expect(answer(200, [{ success: false }], 'post', '/api/v3/account/bills')).toBeUndefined();
  });

  it('refuses a batch only if every order was refused', () => {
    const done = { orderId: '1', success: true };
    const refused = { success: false, errorCode: '-1121', errorMessage: 'symbol' };
    for (const wrap of [
      (items: unknown[]) => items,
      (orderList: unknown[]) => ({ orderList }),
      (items: unknown[]) => ({ code: '00000', data: items }),
    ]) {
      expect(answer(200, wrap([done, refused]))).toBeUndefined();
      expect(answer(200, wrap([refused, refused]))).toMatchObject({
        kind: 'request',
        executionStatus: 'not-executed',
      });
      expect(answer(200, wrap([]))).toBeUndefined();
      const unsure = { success: false, errorCode: '50001' };
      expect(answer(200, wrap([refused, unsure]))).toMatchObject({ executionStatus: 'unknown' });
      const outcomes = batchOutcomes(wrap([done, refused]));
      expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
      expect(outcomes[1]).toMatchObject({
        value: refused,
        error: { kind: 'request', executionStatus: 'not-executed' },
      });
    }
    const partly = { result: false, orderInfo: [done], failInfos: [{ order_id: '2', err_msg: 'closed' }] };
    expect(answer(200, partly)).toBeUndefined();
    expect(batchOutcomes(partly).map(({ ok }) => ok)).toEqual([true, false]);
    expect(answer(200, { ...partly, orderInfo: [] })?.kind).toBe('order');
    expect(batchOutcomes({ orderId: '1' })).toEqual([]);
  });

  it('reads WebSocket frames, as objects, text and bytes', () => {
    const frame = { result: false, id: 7, msg: 'INVALID_ARGUMENT: channel' };
    for (const form of [
      frame,
      JSON.stringify(frame),
      Buffer.from(JSON.stringify(frame)),
      new TextEncoder().encode(JSON.stringify(frame)).buffer,
    ]) {
      expect(toWeexError(form)).toMatchObject({ kind: 'request', data: frame });
    }
    expect(toWeexError({ result: false, id: 7, msg: 'no' })?.kind).toBe('request');
    expect(toWeexError('{"result":true,"id":1}')).toBeUndefined();
    expect(toWeexError({ event: 'ping', time: 1 })).toBeUndefined();
  });

  it.each([
    [400, 'request', 'unknown'],
    [404, 'request', 'unknown'],
    [408, 'system', 'unknown'],
    [418, 'rate-limit', 'unknown'],
    [429, 'rate-limit', 'unknown'],
    [500, 'system', 'unknown'],
    [502, 'system', 'unknown'],
    [503, 'system', 'unknown'],
    [504, 'system', 'unknown'],
    [521, 'authentication', 'unknown'],
    [522, 'system', 'unknown'],
  ] as const)('classifies HTTP %i without a readable body', (status, kind, executionStatus) => {
    for (const body of ['', '<html>x</html>', undefined, null, { a: 1 }, '{"code":']) {
      expect(answer(status, body)).toMatchObject({ kind, executionStatus, code: status });
      expect(answer(status, body, 'GET')).not.toHaveProperty('executionStatus');
    }
  });

  it.each([401, 403])('tells the page of a firewall under %i from a verdict about the key', (status) => {
    for (const body of ['', undefined, null, { a: 1 }, '{"code":']) {
      expect(answer(status, body)).toMatchObject({ kind: 'authentication', executionStatus: 'unknown' });
    }
    for (const body of ['<html>x</html>', '\n<!DOCTYPE html>', 'error code: 1020', Buffer.from('<html>')]) {
      expect(answer(status, body)).toMatchObject({
        kind: 'system',
        executionStatus: 'unknown',
        code: status,
      });
    }
    expect(answer(status, '<html>x</html>', 'GET')).not.toHaveProperty('executionStatus');
  });

  it('lets 418, 429 and 521 decide before the body, and any other status after it', () => {
    expect(answer(429, { code: -1121, msg: 'x' })).toMatchObject({
      kind: 'rate-limit',
      code: -1121,
      retryAfter: 10,
    });
    expect(answer(429, { code: 40030, msg: 'x' })).toMatchObject({ limitType: 'orders' });
    expect(answer(418, '')).toMatchObject({ kind: 'rate-limit', retryAfter: 10 });
    expect(answer(500, { code: -1121, msg: 'x' })).toMatchObject({
      kind: 'request',
      executionStatus: 'not-executed',
    });
    expect(answer(400, { code: 50001, msg: 'x' })).toMatchObject({
      kind: 'system',
      executionStatus: 'unknown',
    });
  });

  it('is careful with an undocumented code', () => {
    expect(answer(200, { code: 77777, msg: 'x' })).toMatchObject({
      kind: 'unknown',
      executionStatus: 'unknown',
    });
    expect(answer(400, { code: 77777, msg: 'x' })).toMatchObject({
      kind: 'request',
      executionStatus: 'not-executed',
    });
    expect(answer(500, { code: 77777, msg: 'x' })).toMatchObject({
      kind: 'system',
      executionStatus: 'unknown',
    });
    expect(answer(200, { code: 503, msg: 'x' })).toMatchObject({
      kind: 'system',
      executionStatus: 'unknown',
    });
  });

  it('makes no statement about execution without a verb', () => {
    expect(toWeexError({ code: 50001, msg: 'x' })).not.toHaveProperty('executionStatus');
    expect(toWeexError({ code: 50001, msg: 'x' }, { isRead: false })).toMatchObject({
      executionStatus: 'unknown',
    });
  });

  it('keeps the given facts', () => {
    const error = toWeexError(
      { code: 40001, msg: 'x' },
      { ...write, operation: 'placeOrder', attempt: 2, symbol: 'BTCUSDT' },
    );
    expect(error?.context).toEqual({ ...write, operation: 'placeOrder', attempt: 2, symbol: 'BTCUSDT' });
    expect(error?.message).toBe('placeOrder failed: Invalid API key: x (code 40001)');
  });

  it('returns a WEEXError unchanged, and converts anything that was thrown', () => {
    const own = new WEEXRateLimitError('x');
    expect(toWeexError(own)).toBe(own);
    const bug = new TypeError('bug');
    expect(toWeexError(bug)).toMatchObject({ kind: 'unknown', cause: bug, message: 'WEEX call failed: bug' });
    for (const thrown of [undefined, null, 'text', 0, Symbol('x'), {}])
      expect(toWeexError(thrown)).toBeInstanceOf(WEEXError);
    const timedOut = new DOMException('late', 'TimeoutError');
    expect(toWeexError(timedOut)?.kind).toBe('timeout');
  });

  it('starts the stack at the caller', () => {
    const here = function asked() {
      return toWeexError(new TypeError('x'));
    };
    expect(here().stack?.split('\n')[1]).toContain('asked');
  });
});
