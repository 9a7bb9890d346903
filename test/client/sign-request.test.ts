import { describe, expect, it } from 'vitest';
import { signRequest } from '../../src/client/sign-request.js';

// The expected values come from `printf ... | openssl dgst -sha256 -hmac my-secret -binary | base64`.
describe('signRequest()', () => {
  it('covers timestamp, verb, path and query', () => {
    const request = {
      timestamp: 1_700_000_000_000,
      method: 'GET',
      path: '/api/v3/order',
      query: 'orderId=42',
    };
    expect(signRequest('my-secret', request)).toBe('ojBGQHqdpQGUvkLV5ZEQ0ifvBhVIc4YBp6T4owHC+Sc=');
  });

  it('covers the body, and adds no question mark without a query', () => {
    const body = '{"symbol":"BTCUSDT","side":"BUY"}';
    const request = { timestamp: 1_700_000_000_000, method: 'POST', path: '/capi/v3/order', body };
    expect(signRequest('my-secret', request)).toBe('sfITsQdGWr6ThaGtL879/JXe3fZGGipfdKM2zXpLpHM=');
    expect(signRequest('my-secret', { ...request, query: '' })).toBe(signRequest('my-secret', request));
  });

  it('keeps the trailing slash of a path', () => {
    const request = { timestamp: '1700000000000', method: 'GET', path: '/api/v3/account/' };
    expect(signRequest('my-secret', request)).toBe('AGO1fERdIhEed4NO9l+80wW5qSBLGHWoRW+WAPgJIxQ=');
  });

  it('upper-cases the verb and uses query and secret unchanged', () => {
    const query = 'origClientOrderId=a%3A%C3%A9';
    const request = { timestamp: 1_700_000_000_000, method: 'delete', path: '/api/v3/order', query };
    expect(signRequest('pässword', request)).toBe('8ornb0h453nRxH/E0yjbLbtGkx05YsOiOzUxgHxRkeA=');
  });
});
