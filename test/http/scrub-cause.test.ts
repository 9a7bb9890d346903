import { inspect } from 'node:util';
import axios, { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from 'vitest';
import { toWeexError, type WEEXError } from '../../src/index.js';

const secret = 'weex_0a1b2c3d4e5f';

function createConfig(): InternalAxiosRequestConfig {
  return {
    method: 'post',
    url: `/api/v3/order?symbol=BTCUSDT&signature=${secret}`,
    baseURL: `https://me:${secret}@127.0.0.1`,
    headers: new AxiosHeaders({
      'ACCESS-KEY': secret,
      'X-Unknown': 'mine',
      'Content-Type': 'application/json',
    }),
    data: JSON.stringify({ symbol: 'BTCUSDT', passphrase: secret }),
    auth: { username: 'me', password: secret },
    timeout: 5_000,
  };
}

function createFailure(config = createConfig()): AxiosError {
  const request = {
    method: 'POST',
    path: `/api/v3/order?signature=${secret}`,
    _header: `ACCESS-KEY: ${secret}`,
  };
  const headers = new AxiosHeaders({ 'set-cookie': `sid=${secret}`, date: 'today' });
  const response = {
    status: 400,
    statusText: 'Bad',
    data: { code: 40001, msg: 'no' },
    headers,
    config,
    request,
  };
  return new AxiosError('Request failed', 'ERR_BAD_REQUEST', config, request, response);
}

function shown(error: WEEXError): string {
  return inspect(error, { showHidden: true, depth: Infinity, getters: true });
}

describe('the cause of an error', () => {
  it('is the same axios error, with its harmless parts', () => {
    const failure = createFailure();
    const error = toWeexError(failure);
    expect(error.cause).toBe(failure);
    expect(axios.isAxiosError(error.cause)).toBe(true);
    expect(failure).toMatchObject({
      message: 'Request failed',
      code: 'ERR_BAD_REQUEST',
      status: 400,
      config: { method: 'post', url: '/api/v3/order', timeout: 5_000 },
      request: { method: 'POST', path: '/api/v3/order' },
      response: { status: 400, statusText: 'Bad', data: { code: 40001, msg: 'no' } },
    });
    expect(failure.config?.headers.get('content-type')).toBe('application/json');
    expect(failure.config?.headers.get('x-unknown')).toBe('[redacted]');
    expect(failure.config?.data).toBe('{"symbol":"BTCUSDT","passphrase":"[redacted]"}');
    expect(failure.response?.headers['date']).toBe('today');
    expect(shown(error)).not.toContain(secret);
    expect(JSON.stringify(failure)).not.toContain(secret);
  });

  it('holds no secret in maps and sets of the own error of a program', () => {
    const config = createConfig();
    const own = Object.assign(new Error('mine'), {
      config,
      map: new Map<string, unknown>([
        ['headers', config.headers],
        ['signature', 'abc'],
      ]),
      set: new Set<unknown>([config.headers, config.data]),
    });
    const error = toWeexError(own);
    expect(shown(error)).not.toContain(secret);
    expect((error.cause as typeof own).map.get('signature')).toBe('[redacted]');
  });

  it('leaves the request unchanged that the caller may still hold', () => {
    const config = createConfig();
    toWeexError(createFailure(config));
    expect(config.headers.get('ACCESS-KEY')).toBe(secret);
    expect(config.url).toContain(secret);
  });

  it('is a copy if it cannot be changed', () => {
    const frozen = Object.freeze(createFailure());
    const error = toWeexError(frozen);
    expect(error.cause).not.toBe(frozen);
    expect(axios.isAxiosError(error.cause)).toBe(true);
    expect(shown(error)).not.toContain(secret);
  });

  it('is clean to its last cause, with its stack', () => {
    const root = Object.assign(new Error(`getaddrinfo ${secret}`), { rawPacket: Buffer.from(secret) });
    const failure = AxiosError.from(new Error('outer', { cause: root }), 'ERR_NETWORK', createConfig(), {});
    const wrapped = AxiosError.from(root, 'ERR_NETWORK', createConfig(), {});
    for (const error of [toWeexError(failure), toWeexError(wrapped)]) {
      expect(shown(error)).not.toContain(secret);
      expect((error.cause as Error).stack).not.toContain(secret);
      expect(axios.isAxiosError(error.cause)).toBe(true);
    }
  });

  it("keeps the fields of a user's class", () => {
    class Order {
      readonly id = 7;
    }
    const order = new Order();
    const mine = Object.assign(new Error(`apiKey=${secret}`), { order, config: createConfig(), count: 3 });
    const error = toWeexError(mine);
    expect(error.cause).toBe(mine);
    expect([mine.message, mine.count]).toEqual(['apiKey=[redacted]', 3]);
    expect(mine.order).toBe(order);
    expect(shown(error)).not.toContain(secret);
  });

  it('may be cyclic', () => {
    const one: Error & { cause?: unknown } = new Error('one');
    one.cause = Object.assign(new Error('two'), { cause: one });
    expect(toWeexError(one)).toMatchObject({ kind: 'unknown', cause: one });
  });
});
