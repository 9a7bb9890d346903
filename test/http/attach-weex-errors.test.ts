import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import axios, { AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attachWeexErrors,
  isWEEXError,
  onResilienceEvent,
  WEEXAuthenticationError,
  type WEEXError,
  WEEXNetworkError,
  WEEXRateLimitError,
  WEEXTimeoutError,
  weexClientCatalogue,
} from '../../src/index.js';
import { type CallContext, runWithCallContext } from '../../src/core/context/call-context.js';
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
  it('leaves a success unchanged', async () => {
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
    'distinguishes %i as a number and as a string, under HTTP 200, 400 and 500',
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

  it('reads Retry-After, and otherwise uses the documented ban', async () => {
    server.answer(reply(429, '', { 'retry-after': '7' }));
    const told = await failureOf(http.get('/api/v3/time'));
    expect(told).toBeInstanceOf(WEEXRateLimitError);
    expect(told).toMatchObject({ code: 429, retryAfter: 7, retryAfterMs: 7000 });
    server.answer(reply(429, ''));
    expect(await failureOf(http.get('/api/v3/time'))).toMatchObject({ retryAfter: 10 });
  });

  it('reports that a dropped socket may have executed a write, and that a refused connection has not', async () => {
    server.answer((request) => request.socket.destroy());
    const dropped = await failureOf(http.post('/api/v3/order', {}));
    expect(dropped).toBeInstanceOf(WEEXNetworkError);
    expect(dropped).toMatchObject({ code: 'ECONNRESET', executionStatus: 'unknown' });
    expect(await failureOf(http.get('/api/v3/time'))).not.toHaveProperty('executionStatus');
    const refused = await failureOf(http.post('http://127.0.0.1:1/api/v3/order', {}));
    expect(refused).toMatchObject({ kind: 'network', code: 'ECONNREFUSED', executionStatus: 'not-executed' });
  });

  it('rejects unknown and invalid options, all at once, and values that are not axios instances', () => {
    const misspelt: object = { losslesIds: true, isRead: 5, catalogue: 'v3' };
    expect(() => attachWeexErrors(http, misspelt)).toThrow(
      "Cannot attach WEEX errors:\n- catalogue must be a catalogue of codes, received 'v3'\n" +
        '- isRead must be a function, received 5\n' +
        '- unknown option "losslesIds" (did you mean "losslessIds"?); ' +
        'expected one of catalogue, isRead, losslessIds, onUsage, registry',
    );
    expect(() => attachWeexErrors({} as AxiosInstance)).toThrow(
      /must be an axios instance, received an object/,
    );
    expect(() =>
      attachWeexErrors(http, { catalogue: weexClientCatalogue, isRead: undefined })(),
    ).not.toThrow();
  });

  it('does not treat a refusal that was cut short or not read as proof that a write was not executed', async () => {
    const cut = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.write('{"code":500');
      setImmediate(() => request.socket.destroy());
    };
    server.answer(cut(400));
    const error = await failureOf(http.post('/api/v3/order', {}));
    expect(error).toBeInstanceOf(WEEXNetworkError);
    expect(error).toMatchObject({ code: 400, executionStatus: 'unknown' });
    server.answer(cut(429));
    expect(await failureOf(http.post('/api/v3/order', {}))).toMatchObject({
      kind: 'rate-limit',
      executionStatus: 'unknown',
    });
    server.answer(reply(400, { code: 50001 }));
    expect(await failureOf(http.post('/api/v3/order', {}, { responseType: 'stream' }))).toMatchObject({
      kind: 'request',
      executionStatus: 'unknown',
    });
    server.answer(reply(400, ''));
    expect(await failureOf(http.post('/api/v3/order', {}))).toMatchObject({
      kind: 'request',
      executionStatus: 'unknown',
    });
    server.answer(reply(400, { code: -1121, msg: 'Invalid symbol' }));
    expect(await failureOf(http.post('/api/v3/order', {}))).toMatchObject({
      executionStatus: 'not-executed',
    });
  });

  it('turns a timeout of axios into a WEEXTimeoutError', async () => {
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
    const usage: string[] = [];
    const plain = axios.create({ baseURL: server.url });
    const detachFirst = attachWeexErrors(plain, { onUsage: () => usage.push('first') });
    const detachSecond = attachWeexErrors(plain, { onUsage: () => usage.push('second') });
    server.answer(reply(500, '', { 'x-used-weight-1m': '1' }));
    const error = await failureOf(plain.get('/x'));
    expect(axios.isAxiosError(error.cause)).toBe(true);
    expect(usage).toEqual(['second']);
    detachSecond();
    detachSecond();
    await failureOf(plain.get('/x'));
    expect(usage).toEqual(['second', 'first']);
    detachFirst();
    await expect(plain.get('/x')).rejects.toSatisfy((failure) => axios.isAxiosError(failure));
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('x-request-id');
    attachWeexErrors(plain);
    await failureOf(plain.get('/x'));
  });

  it('is attached once, also by two copies of the package', async () => {
    vi.resetModules();
    const copy = await import('../../src/index.js');
    expect(copy.attachWeexErrors).not.toBe(attachWeexErrors);
    const detach = copy.attachWeexErrors(http);
    server.answer(reply(200, { orderId: '1' }));
    const answer = await http.post('/capi/v3/order', { newClientOrderId: 'two-copies', symbol: 'BTCUSDT' });
    expect(answer.data).toEqual({ orderId: '1' });
    detach();
    server.answer(reply(500, ''));
    await failureOf(http.get('/x'));
  });

  it('treats a bare 4xx of a test adapter, which has no code, as an answer', async () => {
    const adapter = async (config: InternalAxiosRequestConfig) => {
      const response = { status: 404, statusText: '', data: undefined, headers: {}, config };
      throw new AxiosError('Request failed with status code 404', undefined, config, {}, response);
    };
    const error = await failureOf(http.post('/capi/v3/nothing', {}, { adapter }));
    expect(error).toMatchObject({ kind: 'request', code: 404 });
  });

  it('works on the default instance, and does not affect instances created from it', async () => {
    const detach = attachWeexErrors(axios);
    server.answer(reply(500, ''));
    await failureOf(axios.get(`${server.url}/x`));
    await failureOf(axios({ url: `${server.url}/x`, method: 'post' }));
    detach();
    await expect(axios.get(`${server.url}/x`)).rejects.toSatisfy((failure) => axios.isAxiosError(failure));
  });

  it('also turns responses that validateStatus accepts into WEEXErrors', async () => {
    server.answer(reply(404, {}));
    for (const validateStatus of [() => true, null]) {
      expect(await failureOf(http.get('/x', { validateStatus }))).toMatchObject({
        kind: 'request',
        code: 404,
      });
    }
  });

  it('passes WEEXErrors to interceptors added after it, and handles what earlier ones throw', async () => {
    const seen: unknown[] = [];
    const plain = axios.create({ baseURL: server.url });
    plain.interceptors.response.use((response) => {
      if (response.headers['x-break']) throw new RangeError('mine');
      return response;
    });
    attachWeexErrors(plain);
    plain.interceptors.response.use(undefined, (error: unknown) => {
      seen.push(error);
      throw error as Error;
    });
    server.answer(reply(200, {}, { 'x-break': '1' }));
    const error = await failureOf(plain.post('/api/v3/order', {}));
    // The order went out before.
    expect(error).toMatchObject({
      kind: 'unknown',
      executionStatus: 'unknown',
      message: 'POST /api/v3/order failed: mine',
    });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(seen).toEqual([error]);
  });

  it.each<[string, (seen: (error: unknown) => void) => () => void]>([
    ['the caller', () => () => undefined],
    [
      'a later interceptor',
      (seen) => {
        const id = http.interceptors.response.use(undefined, (error: Error) => {
          seen(error);
          throw error;
        });
        return () => http.interceptors.response.eject(id);
      },
    ],
    ['a listener', (seen) => onResilienceEvent('errorClassified', ({ error }) => seen(error))],
  ])('shows the caller in the stack to %s', async (_name, listen) => {
    const stacks: (string | undefined)[] = [];
    const stop = listen((error) => stacks.push((error as Error).stack));
    server.answer(reply(200, { code: -1054, msg: 'refused' }));
    const placesOrder = async () => [await http.post('/api/v3/order', {})];
    stacks.push((await failureOf(placesOrder())).stack);
    stop();
    server.answer(reply(500, {}));
    const reads = async () => [await http.get('/x')];
    stacks.push((await failureOf(reads())).stack);
    expect(stacks.length).toBeGreaterThan(1);
    for (const stack of stacks) {
      expect(stack).toMatch(/^WEEX\w+: .*\n {4}at /);
      expect(stack).toMatch(/at (?:async )?(?:placesOrder|reads) /);
    }
  });

  it('classifies an answer that an earlier interceptor has unwrapped', async () => {
    const plain = axios.create({ baseURL: server.url });
    plain.interceptors.response.use((response) => response.data as never);
    attachWeexErrors(plain);
    server.answer(reply(200, { code: '40001', msg: 'no' }));
    expect((await failureOf(plain.get('/x'))).kind).toBe('authentication');
    server.answer(reply(200, { code: '00000', data: 1 }));
    expect(await plain.get('/x')).toEqual({ code: '00000', data: 1 });
  });

  it('recognises a read by its method, by its path, or as declared by the caller', async () => {
    server.answer(reply(500, ''));
    const reads = axios.create({ baseURL: server.url });
    attachWeexErrors(reads, {
      isRead: ({ url }) => {
        if (url === '/throws') throw new Error('rule');
        return url?.startsWith('/query') ? true : undefined;
      },
    });
    const statusOf = async (method: string, url: string) =>
      (await failureOf(reads.request({ method, url }))).executionStatus;
    expect(await statusOf('GET', '/x')).toBeUndefined();
    expect(await statusOf('POST', '/api/v3/account/bills?limit=1')).toBeUndefined();
    expect(await statusOf('POST', '/query/x')).toBeUndefined();
    expect(await statusOf('POST', '/throws')).toBe('unknown');
    expect(await statusOf('DELETE', '/x')).toBe('unknown');
  });

  it('sends its own id unless there is one, and prefers that of the answer', async () => {
    server.answer(reply(500, ''));
    const error = await failureOf(http.get('/x'));
    expect(error.requestId).toBe(server.requests.at(-1)?.headers['x-request-id']);
    expect(error.requestId).not.toBe((await failureOf(http.get('/x'))).requestId);
    const given = await failureOf(http.get('/x', { headers: { 'x-request-id': 'mine' } }));
    expect(given.requestId).toBe('mine');
    server.answer(reply(500, { requestId: 'body' }));
    expect((await failureOf(http.get('/x'))).requestId).toBe('body');
    server.answer(reply(500, { requestId: 'body' }, { 'cf-ray': 'edge', 'x-trace-id': 'trace' }));
    expect((await failureOf(http.get('/x'))).requestId).toBe('trace');
  });

  it('has method, path without query, status and duration', async () => {
    server.answer(reply(500, ''));
    const { context } = await failureOf(http.get('/api/v3/order?orderId=1#x', { params: { a: 1 } }));
    expect(context).toEqual({
      method: 'GET',
      path: '/api/v3/order',
      status: 500,
      durationMs: expect.any(Number),
    });
    const based = axios.create({ baseURL: `${server.url}/base/` });
    attachWeexErrors(based);
    expect((await failureOf(based.get('order'))).context).toMatchObject({ path: '/base/order' });
  });

  it.each([
    ['an empty body', ''],
    ['a page', '<html>sign in</html>'],
    ['JSON that is cut', '{"orderId":"1'],
  ])('does not treat %s under HTTP 200 as a success', async (_, body) => {
    server.answer(reply(200, body));
    const error = await failureOf(http.post('/api/v3/order', {}));
    expect(error).toMatchObject({ kind: 'system', code: 200, executionStatus: 'unknown' });
    await failureOf(http.get('/api/v3/order'));
  });

  it('leaves a body of bytes, text or a stream unchanged, and detects a refusal in it', async () => {
    server.answer(reply(200, '{"a":1}'));
    const bytes = await http.get<Buffer>('/x', { responseType: 'arraybuffer' });
    expect(String(bytes.data)).toBe('{"a":1}');
    expect((await http.get('/x', { responseType: 'text' })).data).toBe('{"a":1}');
    const streamed = await http.get<NodeJS.ReadableStream>('/x', { responseType: 'stream' });
    expect(await new Response(streamed.data as never).text()).toBe('{"a":1}');
    server.answer(reply(200, { code: '40001', msg: 'no' }));
    for (const responseType of ['arraybuffer', 'text', 'json'] as const) {
      expect((await failureOf(http.get('/x', { responseType }))).code).toBe(40001);
    }
  });

  it('closes the stream of a failed answer', async () => {
    let closed = false;
    server.answer((_, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(400);
      response.write('never ends');
    });
    expect((await failureOf(http.get('/x', { responseType: 'stream' }))).kind).toBe('request');
    await expect.poll(() => closed).toBe(true);
  });

  it('treats a truncated answer as lost, and a redirected one as uncertain', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"orderId":');
      setImmediate(() => response.destroy());
    });
    const cut = await failureOf(http.post('/api/v3/order', {}));
    expect(cut).toMatchObject({ kind: 'network', executionStatus: 'unknown' });
    server.answer((request, response) => {
      response.writeHead(request.url === '/gone' ? 404 : 303, { location: '/gone' }).end();
    });
    for (const adapter of ['http', 'fetch'] as const) {
      const moved = await failureOf(http.post('/api/v3/order', {}, { adapter }));
      expect(moved).toMatchObject({ code: 303, executionStatus: 'unknown' });
      const allowed = { adapter, maxRedirects: 3 };
      expect(await failureOf(http.post('/api/v3/order', {}, allowed))).toMatchObject({ code: 404 });
    }
  });

  it('rejects with the reason of a cancel token too', async () => {
    server.answer(() => {});
    const source = axios.CancelToken.source();
    const call = http.get('/x', { cancelToken: source.token });
    source.cancel('enough');
    await expect(call).rejects.toSatisfy((failure) => axios.isCancel(failure));
  });

  it.each([
    ['ENOTFOUND', 'http://nowhere.invalid/x'],
    ['ERR_INVALID_URL', 'http://user:password1@[/x'],
    ['ERR_BAD_REQUEST', 'foo://x'],
  ])('detects that nothing was sent: %s', async (code, url) => {
    const error = await failureOf(http.post(url, {}));
    expect(error).toMatchObject({ code, executionStatus: 'not-executed' });
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('password1');
  });

  it('gives a request inside a call its signal, its time and its place', async () => {
    const observed: unknown[] = [];
    const controller = new AbortController();
    const context: CallContext = {
      operation: 'placeOrder',
      attempt: 2,
      signal: controller.signal,
      deadline: undefined,
      remainingMs: 30_000,
      clientOrderId: undefined,
      observeRequest: ({ body, outcome }) => observed.push([body, outcome]),
      observeUsage: (usage) => observed.push(usage),
    };
    const sent: InternalAxiosRequestConfig[] = [];
    http.interceptors.request.use((config) => {
      sent.push(config);
      return config;
    });
    server.answer(reply(500, '', { 'x-used-weight-1m': '5' }));
    const error = await runWithCallContext(context, () =>
      failureOf(http.post('/x', {}, { timeout: 60_000 })),
    );
    expect(error.context).toMatchObject({ operation: 'placeOrder', attempt: 2 });
    expect(error.message).toMatch(/^placeOrder failed:/);
    expect(observed).toEqual([['{}', 'open'], [{ type: 'weight', intervalMs: 60_000, used: 5 }]]);
    await runWithCallContext({ ...context, remainingMs: 0 }, () =>
      failureOf(http.get('/x', { signal: new AbortController().signal })),
    );
    server.answer(() => {});
    const reason = new WEEXTimeoutError('attempt is over');
    const call = runWithCallContext(context, () => http.get('/x'));
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('is not affected by an observer that throws', async () => {
    attachWeexErrors(http, {
      onUsage: () => {
        throw new Error('observer');
      },
    });
    server.answer(reply(200, { a: 1 }, { 'x-used-weight-1m': '5' }));
    expect((await http.get('/x')).data).toEqual({ a: 1 });
  });
});
