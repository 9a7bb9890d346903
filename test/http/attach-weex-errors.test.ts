import { inspect } from 'node:util';
import axios, { type AxiosInstance } from 'axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  attachWeexErrors,
  isWEEXError,
  WEEXAuthenticationError,
  type WEEXError,
  WEEXNetworkError,
  WEEXRateLimitError,
  WEEXTimeoutError,
  weexClientCatalogue,
} from '../../src/index.js';
import { type AnsweringServer, reply, startAnsweringServer } from './answering-server.js';

let server: AnsweringServer;
let http: AxiosInstance;

beforeAll(async () => {
  server = await startAnsweringServer();
});
afterAll(() => server.close());
beforeEach(() => {
  http = axios.create({ baseURL: server.url });
  attachWeexErrors(http);
});

async function failureOf(promise: Promise<unknown>): Promise<WEEXError> {
  const failure: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isWEEXError(failure)) throw new Error(`no WEEXError but ${inspect(failure)}`);
  return failure;
}

describe('attachWeexErrors', () => {
  it('leaves a success as it is', async () => {
    for (const body of [
      {},
      [],
      { serverTime: 1 },
      { code: '00000', data: [1] },
      { code: '200', msg: 'success' },
    ]) {
      server.answer(reply(200, body));
      const response = await http.get('/api/v3/time');
      expect(response.data).toEqual(body);
    }
  });

  it.each(weexClientCatalogue.rows.map((row) => [row.code, row] as const))(
    'tells %i apart as a number and as a string, under HTTP 200, 400 and 500',
    async (code, row) => {
      for (const status of [200, 400, 500]) {
        for (const sent of [code, String(code)]) {
          server.answer(reply(status, { code: sent, msg: 'no', requestTime: 1, data: null }));
          const error = await failureOf(http.post('/api/v3/order', {}));
          expect(error).toBeInstanceOf(row.type);
          expect(error).toMatchObject({ code, kind: row.kind, executionStatus: row.executionStatus });
          expect(error.message).toContain(row.meaning);
        }
      }
    },
  );

  it('reads Retry-After, and else waits for the documented ban', async () => {
    server.answer(reply(429, '', { 'retry-after': '7' }));
    const told = await failureOf(http.get('/api/v3/time'));
    expect(told).toBeInstanceOf(WEEXRateLimitError);
    expect(told).toMatchObject({ code: 429, retryAfter: 7, retryAfterMs: 7000 });
    server.answer(reply(429, ''));
    expect(await failureOf(http.get('/api/v3/time'))).toMatchObject({ retryAfter: 10 });
  });

  it('knows that a dropped socket may have executed a write, and that a refused connection has not', async () => {
    server.answer((request) => request.socket.destroy());
    const dropped = await failureOf(http.post('/api/v3/order', {}));
    expect(dropped).toBeInstanceOf(WEEXNetworkError);
    expect(dropped).toMatchObject({ code: 'ECONNRESET', executionStatus: 'unknown' });
    expect(await failureOf(http.get('/api/v3/time'))).not.toHaveProperty('executionStatus');
    const refused = await failureOf(http.post('http://127.0.0.1:1/api/v3/order', {}));
    expect(refused).toMatchObject({ kind: 'network', code: 'ECONNREFUSED', executionStatus: 'not-executed' });
  });

  it('makes a time-out of axios a WEEXTimeoutError', async () => {
    server.answer(() => {});
    const error = await failureOf(http.post('/api/v3/order', {}, { timeout: 20 }));
    expect(error).toBeInstanceOf(WEEXTimeoutError);
    expect(error).toMatchObject({ scope: 'attempt', executionStatus: 'unknown' });
  });

  it("rejects with the reason of a caller's own abort", async () => {
    server.answer(() => {});
    const controller = new AbortController();
    const reason = new Error('closing');
    const call = http.get('/api/v3/time', { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(http.get('/api/v3/time', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('keeps the axios error as cause, without a secret anywhere', async () => {
    server.answer(reply(400, { code: 40001, msg: 'bad key SECRET-KEY-1' }));
    const headers = {
      'ACCESS-KEY': 'SECRET-KEY-1',
      'ACCESS-SIGN': 'SIGN+/1=',
      'ACCESS-PASSPHRASE': 'PASS1234',
    };
    const error = await failureOf(
      http.post(
        `/api/v3/order?signature=QUERYSIGN`,
        { symbol: 'BTCUSDT', passphrase: 'PASS1234' },
        { headers },
      ),
    );
    expect(error).toBeInstanceOf(WEEXAuthenticationError);
    expect(axios.isAxiosError(error.cause)).toBe(true);
    expect(error.cause).toMatchObject({ status: 400, config: { method: 'post', url: '/api/v3/order' } });
    const shown = inspect(error, { showHidden: true, depth: Infinity, getters: true });
    for (const secret of ['SECRET-KEY-1', 'SIGN+/1=', 'PASS1234', 'QUERYSIGN'])
      expect(shown).not.toContain(secret);
  });

  it('can be detached, and attached twice without wrapping twice', async () => {
    const detach = attachWeexErrors(http);
    server.answer(reply(500, ''));
    expect(isWEEXError((await failureOf(http.get('/x'))).cause)).toBe(false);
    detach();
    await failureOf(http.get('/x'));
  });
});
