import axios from 'axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  attachWeexErrors,
  createPolicy,
  type ResilienceEventOf,
  ErrorTracker,
  logErrors,
  onResilienceEvent,
  type StructuredLogger,
} from '../../src/index.js';
import { type AnsweringServer, reply, startAnsweringServer } from '../http/answering-server.js';

let server: AnsweringServer;
const stops: (() => void)[] = [];

beforeAll(async () => {
  server = await startAnsweringServer();
});
afterAll(() => server.close());
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const secret = 'k3y-of-the-house';
const headers = { 'ACCESS-KEY': secret, 'ACCESS-SIGN': secret, 'ACCESS-PASSPHRASE': secret };
const badKey = { code: -1049, msg: `The API key ${secret} or its passphrase is wrong` };

function client() {
  const http = axios.create({ baseURL: server.url, headers });
  attachWeexErrors(http);
  return http;
}

const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined);

describe('errorClassified', () => {
  it('reports each error of the interceptor with its request, and no success', async () => {
    const events: ResilienceEventOf<'errorClassified'>[] = [];
    stops.push(onResilienceEvent('errorClassified', (event) => events.push(event)));
    const http = client();
    server.answer(reply(200, {}));
    await http.get('/api/v3/time');
    expect(events).toEqual([]);
    server.answer(reply(429, { code: -1003, msg: 'Too many requests' }, { 'retry-after': '2' }));
    const failure: unknown = await http
      .get('/api/v3/market/depth?symbol=BTCUSDT')
      .catch((error: unknown) => error);
    expect(events).toEqual([
      {
        type: 'errorClassified',
        at: expect.any(Number) as number,
        error: failure,
        method: 'GET',
        path: '/api/v3/market/depth',
        status: 429,
        durationMs: expect.any(Number) as number,
        operation: undefined,
        attempt: undefined,
      },
    ]);
  });

  it('reports a refusal under HTTP 200, and a request without an answer', async () => {
    const events: ResilienceEventOf<'errorClassified'>[] = [];
    stops.push(onResilienceEvent('errorClassified', (event) => events.push(event)));
    const http = client();
    server.answer(reply(200, { code: '-1049', msg: 'wrong' }));
    await quietly(http.get('/api/v3/account'));
    server.answer((request) => request.socket.destroy());
    await quietly(http.get('/api/v3/account'));
    expect(events).toMatchObject([
      { status: 200, error: { kind: 'authentication' } },
      { status: undefined, error: { kind: 'network' } },
    ]);
  });

  it('reports the operation and the attempt if the request belongs to a call', async () => {
    const events: ResilienceEventOf<'errorClassified'>[] = [];
    stops.push(onResilienceEvent('errorClassified', (event) => events.push(event)));
    server.answer(reply(503, 'down'));
    const http = client();
    const policy = createPolicy({ retry: { maxRetries: 1, backoff: { initialDelayMs: 1 } }, effect: 'read' });
    await policy.executeOutcome(({ signal }) => http.get('/api/v3/time', { signal }), {
      operation: 'getServerTime',
    });
    expect(events).toMatchObject([
      { operation: 'getServerTime', attempt: 0 },
      { operation: 'getServerTime', attempt: 1 },
    ]);
  });

  it('is counted once by a tracker, logged as request and as call, and contains no secret', async () => {
    const lines: object[] = [];
    const log = (record: object) => lines.push(record);
    const logger: StructuredLogger = { warn: log, error: log };
    const tracker = new ErrorTracker();
    stops.push(logErrors(logger), tracker.attach());
    server.answer(reply(400, badKey));
    const http = client();
    const policy = createPolicy({ name: 'account' });
    await policy.executeOutcome(() => http.get('/api/v3/account'), { operation: 'getBalance' });
    await quietly(http.get('/api/v3/account'));
    expect(tracker.summary()).toMatchObject({
      totalErrors: 2,
      commonPatterns: [{ pattern: 'WEEXAuthenticationError_-1049', count: 2 }],
    });
    expect(lines).toMatchObject([
      { event: 'errorClassified', severity: 'critical', path: '/api/v3/account', status: 400 },
      { event: 'callSettled', severity: 'critical', policy: 'account', operation: 'getBalance', attempts: 1 },
      { event: 'errorClassified', severity: 'critical' },
    ]);
    expect(JSON.stringify([lines, tracker.summary(), tracker.snapshot()])).not.toContain(secret);
  });
});
