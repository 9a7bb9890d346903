import axios, { type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios';
import { expect, it } from 'vitest';
import { type CallContext, runWithCallContext } from '../../src/core/context/call-context.js';
import { createLastStep } from '../../src/http/last-step.js';
import { attachWeexErrors } from '../../src/index.js';

function createAdapter(seen: InternalAxiosRequestConfig[]) {
  return async (config: InternalAxiosRequestConfig) => {
    seen.push(config);
    return { status: 200, statusText: '', data: '{"id":9007199254740993}', headers: {}, config };
  };
}

it('prepares a request for an adapter of the user, after every interceptor and transform', async () => {
  const seen: InternalAxiosRequestConfig[] = [];
  const http = axios.create({ adapter: createAdapter(seen) });
  attachWeexErrors(http, { losslessIds: true });
  const { signal } = new AbortController();
  const context: CallContext = {
    operation: undefined,
    attempt: 0,
    signal,
    deadline: undefined,
    remainingMs: 1_500.2,
    clientOrderId: undefined,
  };
  const { data } = await runWithCallContext(context, () => http.get('/x'));
  expect(data).toEqual({ id: '9007199254740993' });
  expect(seen[0]).toMatchObject({ timeout: 1_501, signal });
  expect(seen[0]?.headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-\d+$/);
});

it('prepares it once, even if it is sent again unchanged', async () => {
  const seen: InternalAxiosRequestConfig[] = [];
  const http = axios.create({ adapter: createAdapter(seen) });
  attachWeexErrors(http);
  await http.get('/x');
  await http.request(seen[0] as InternalAxiosRequestConfig);
  const [first, second] = seen.map(({ headers, adapter }) => ({ id: headers.get('x-request-id'), adapter }));
  expect(second).toEqual(first);
});

it('sends a request that cannot be prepared', async () => {
  const seen: InternalAxiosRequestConfig[] = [];
  const step = createLastStep(() => {
    throw new Error('no');
  });
  const config = { adapter: createAdapter(seen) } as InternalAxiosRequestConfig;
  const { adapter } = step(config);
  await (adapter as AxiosAdapter)(config);
  expect(seen).toEqual([config]);
  const byName = { adapter: 'http' } as InternalAxiosRequestConfig;
  expect(step(byName)).toBe(byName);
});
