import { describe, expect, it } from 'vitest';
import {
  isWEEXError,
  WEEXError,
  WEEXRateLimitError,
  WEEXSystemError,
  WEEXTimeoutError,
} from '../../src/index.js';

describe('WEEXError', () => {
  it('turns a numeric string code into a number and keeps any other string', () => {
    expect(new WEEXError('', { code: '40001' }).code).toBe(40001);
    expect(new WEEXError('', { code: '-1054' }).code).toBe(-1054);
    expect(new WEEXError('', { code: 'FAILED_ORDER_NOT_FOUND' }).code).toBe('FAILED_ORDER_NOT_FOUND');
  });

  it('starts its stack with the name of its class', () => {
    expect(new WEEXRateLimitError('slow down').stack).toMatch(/^WEEXRateLimitError: slow down/);
  });

  it('provides milliseconds besides the seconds of retryAfter and drops invalid values', () => {
    expect(new WEEXRateLimitError('', { retryAfter: 1.5 }).retryAfterMs).toBe(1500);
    for (const retryAfter of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect('retryAfter' in new WEEXError('', { retryAfter })).toBe(false);
    }
  });

  it('keeps subclasses under their parents', () => {
    const error = new WEEXTimeoutError('late', { scope: 'deadline', service: 'matching' });
    expect(error).toBeInstanceOf(WEEXSystemError);
    expect(error).toMatchObject({ kind: 'timeout', scope: 'deadline', service: 'matching' });
  });

  it('is recognised across copies of the package by its brand', () => {
    expect(isWEEXError(new WEEXError())).toBe(true);
    expect(isWEEXError(new Error('no'))).toBe(false);
    expect(isWEEXError(null)).toBe(false);
  });

  it('serialises every field, and the cause without its stack', () => {
    const error = new WEEXRateLimitError('slow down', {
      code: 429,
      retryAfter: 10,
      limitType: 'requests',
      cause: Object.assign(new Error('inner'), { code: 'X' }),
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'WEEXRateLimitError',
      kind: 'rate-limit',
      message: 'slow down',
      code: 429,
      timestamp: error.timestamp.toISOString(),
      context: {},
      retryAfter: 10,
      retryAfterMs: 10_000,
      limitType: 'requests',
      cause: { name: 'Error', message: 'inner', code: 'X' },
    });
  });

  it('serialises any data: cycles, bigints, unreadable values', () => {
    const ring: Record<string, unknown> = { size: 10n, list: [new Date(0)] };
    ring['self'] = ring;
    Object.defineProperty(ring, 'trap', {
      enumerable: true,
      configurable: true,
      get: () => {
        throw new Error('trap');
      },
    });
    const inner: { trap: unknown } = { trap: undefined };
    const error = new WEEXError('x', { data: { ring, inner, ok: 1 } });
    const { data } = JSON.parse(JSON.stringify(error)) as { data: unknown };
    expect(data).toEqual({ ring: '[unreadable]', inner: {}, ok: 1 });
    delete ring['trap'];
    const again = JSON.parse(JSON.stringify(new WEEXError('x', { data: ring }))) as { data: unknown };
    expect(again.data).toEqual({ size: '10', list: ['1970-01-01T00:00:00.000Z'], self: '[circular]' });
  });

  it('serialises a cycle of causes', () => {
    const one = new WEEXError('one');
    const two = new WEEXError('two', { cause: one });
    Object.assign(one, { cause: two });
    expect(JSON.stringify(one)).toContain('two');
  });
});
