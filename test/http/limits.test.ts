import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toWeexError } from '../../src/index.js';
import { readUsage } from '../../src/http/read-usage.js';

const limited = (headers: object) =>
  toWeexError({ status: 429, headers, data: '', config: { method: 'POST', url: '/api/v3/order' } });

describe('a 429 without a code', () => {
  it('proves nothing about an order, even with the counters of a limit: a gateway may add them to its own page', () => {
    for (const remaining of ['491', '0']) {
      const headers = { 'X-USED-WEIGHT-10S': '9', 'X-REMAINING-WEIGHT-10S': remaining };
      expect(limited(headers)).toMatchObject({ kind: 'rate-limit', executionStatus: 'unknown' });
    }
  });
});

describe('readUsage', () => {
  it('reads weights and orders by window, whatever the case and the kind of headers', () => {
    const headers = {
      'X-USED-WEIGHT-1M': '180',
      'x-remaining-weight-1m': '1820',
      'X-Order-Count-10S': '2',
      'x-order-remaining-10s': 3,
      'x-used-weight-2H': '1',
      'x-used-weight-1d': '0',
    };
    const usage = [
      { type: 'weight', intervalMs: 60_000, used: 180, remaining: 1820 },
      { type: 'orders', intervalMs: 10_000, used: 2, remaining: 3 },
      { type: 'weight', intervalMs: 7_200_000, used: 1 },
      { type: 'weight', intervalMs: 86_400_000, used: 0 },
    ];
    expect(readUsage(headers)).toEqual(usage);
    const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    expect(readUsage(new Map(pairs))).toEqual(usage);
    expect(readUsage(new Headers(pairs))).toHaveLength(4);
  });

  it('leaves out what a cache repeats', () => {
    const headers = { 'x-used-weight-1m': '480', 'x-remaining-weight-1m': '20' };
    expect(readUsage({ ...headers, age: '0' })).toHaveLength(1);
    for (const name of ['Age', 'age']) {
      expect(readUsage({ ...headers, [name]: '30' })).toEqual([]);
      expect(readUsage(new Map([[name, '1'], ...Object.entries(headers)]))).toEqual([]);
    }
  });

  it('leaves out what is not usage', () => {
    const headers = {
      'x-used-weight-1y': '1',
      'x-used-weight-0m': '1',
      'x-used-weight-1m': 'many',
      'x-used-weight-5m': '-1',
      'x-used-weight-6m': '',
      'x-used-weight': '1',
      'x-used-weight-123456s': '1',
      'content-type': 'x',
    };
    for (const some of [headers, {}, undefined, null]) expect(readUsage(some)).toEqual([]);
  });
});

describe('retryAfter', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['1.5', 1.5],
    [' 12 ', 12],
    ['3, 9', 3],
    ['86401', 86_400],
    ['3000000000', 86_400],
    ['9'.repeat(400), 86_400],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30],
    ['Thu, 01 Jan 2099 00:00:30 GMT', 86_400],
    ['Wed, 01 Jan 2025 00:00:30 GMT', 0],
    ['-5', 10],
    ['soon', 10],
    ['', 10],
    ['2026-01-01', 10],
    ['Infinity', 10],
    ['1e9', 10],
    ['0x10', 10],
  ])('reads Retry-After: %s as %d seconds', (text, seconds) => {
    const error = limited({ 'Retry-After': text });
    expect(error).toMatchObject({ retryAfter: seconds, retryAfterMs: seconds * 1000 });
  });

  it('counts a date from the date of the answer, not from a wrong local clock', () => {
    const headers = { 'retry-after': 'Fri, 02 Jan 2026 00:01:00 GMT', date: 'Fri, 02 Jan 2026 00:00:00 GMT' };
    expect(limited(headers)?.retryAfter).toBe(60);
  });

  it('uses the longest exhausted window, and never less than the documented ban', () => {
    expect(limited({})?.retryAfter).toBe(10);
    expect(limited({ 'x-order-remaining-1s': '0' })?.retryAfter).toBe(10);
    expect(limited({ 'x-order-remaining-1m': '0', 'x-remaining-weight-10s': '0' })?.retryAfter).toBe(60);
    expect(limited({ 'x-order-remaining-1m': '4' })?.retryAfter).toBe(10);
    expect(limited({ 'x-remaining-weight-2d': '0' })?.retryAfter).toBe(86_400);
  });

  it('says which limit it was, how much of it was used, and how large it is', () => {
    const headers = {
      'x-used-weight-10s': '10',
      'x-remaining-weight-10s': '1990',
      'x-order-count-1m': '50',
      'x-order-remaining-1m': '0',
    };
    expect(limited(headers)).toMatchObject({ limitType: 'orders/1m', requestCount: 50, requestLimit: 50 });
    expect(limited({ 'x-used-weight-1h': '7' })).toMatchObject({ limitType: 'weight/1h', requestCount: 7 });
    expect(limited({})).toMatchObject({ limitType: 'requests' });
  });

  it('is set for any failure, and absent if no source has it', () => {
    const failed = (headers: object) => toWeexError({ status: 503, headers, data: '', config: {} });
    expect(failed({ 'retry-after': '5' })).toMatchObject({ kind: 'system', retryAfter: 5 });
    expect(failed({})).not.toHaveProperty('retryAfter');
  });
});
