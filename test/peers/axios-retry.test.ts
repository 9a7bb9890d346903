import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import axiosRetry from 'axios-retry';
import { describe, expect, it } from 'vitest';
import { attachWeexErrors, WEEXNetworkError } from '../../src/index.js';
import { answering, build, limited } from '../policies/harness.js';

/** An exchange in front of which the connection breaks after it took the order. */
function losingExchange() {
  const orders: string[] = [];
  const client = axios.create({
    adapter: async (config: InternalAxiosRequestConfig) => {
      orders.push(String(config.params?.['signature'] ?? config.url));
      throw new axios.AxiosError('socket hang up', 'ECONNRESET', config);
    },
  });
  return { client, orders };
}

describe('an order whose answer was lost is placed again', () => {
  it('shows the fault in axios-retry 4, if retries are enabled for POST', async () => {
    const { client, orders } = losingExchange();
    axiosRetry(client, { retries: 3, retryCondition: () => true });
    await client.post('/order', {}).catch(() => undefined);
    expect(orders).toHaveLength(4);
  });

  it('is absent here', async () => {
    const { client, orders } = losingExchange();
    attachWeexErrors(client);
    const { policy, clock } = build({ retry: { maxRetries: 3 } });
    const outcome = policy.executeOutcome(() => client.post('/order', {}));
    await clock.advance(60_000);
    expect(await outcome).toMatchObject({
      ok: false,
      error: { kind: 'network', executionStatus: 'unknown' },
    });
    expect(orders).toHaveLength(1);
  });
});

describe('a signing interceptor signs the signed request again', () => {
  const signing = (client: AxiosInstance) => {
    let count = 0;
    client.interceptors.request.use((config) => {
      const before = config.params?.signature;
      count += 1;
      config.params = { signature: before === undefined ? `s${count}` : `${before}+s${count}` };
      return config;
    });
  };

  it('shows the fault in axios-retry 4', async () => {
    const { client, orders } = losingExchange();
    signing(client);
    axiosRetry(client, { retries: 2, retryCondition: () => true });
    await client.get('/account').catch(() => undefined);
    expect(orders).toEqual(['s1', 's1+s2', 's1+s2+s3']);
  });

  it('is absent here: each attempt is a separate request', async () => {
    const { client, orders } = losingExchange();
    signing(client);
    attachWeexErrors(client);
    const { policy, clock } = build({ retry: { maxRetries: 2 } });
    const outcome = policy.executeOutcome(() => client.get('/account'));
    await clock.advance(60_000);
    await outcome;
    expect(orders).toEqual(['s1', 's2', 's3']);
  });
});

describe('a Retry-After of a month fires after a millisecond, a short one is overridden by a custom delay', () => {
  it('is absent here: nothing is called before its time, and a deadline refuses at once', async () => {
    const patient = build({ retry: {} });
    const method = answering(patient.clock, limited(3_000_000));
    void patient.policy.executeOutcome(method);
    await patient.clock.advance(2_000_000_000);
    expect(method.at).toEqual([0]);
    const { policy, clock } = build({ retry: {}, deadlineMs: 60_000 });
    expect(await policy.executeOutcome(answering(clock, limited(3_000_000)))).toMatchObject({
      error: { kind: 'rate-limit' },
    });
    const own = build({ retry: { maxRetries: 1, backoff: { initialDelayMs: 14, jitter: 'none' } } });
    const short = answering(own.clock, limited(1), 'value');
    const call = own.policy.execute(short);
    await own.clock.advance(1_000);
    await call;
    expect(short.at).toEqual([0, 1_000]);
  });
});

describe('an interceptor that converts errors disables all retries', () => {
  it('shows the fault in axios-retry 4', async () => {
    const { client, orders } = losingExchange();
    client.interceptors.response.use(undefined, () => Promise.reject(new WEEXNetworkError()));
    axiosRetry(client, { retries: 3, retryCondition: () => true });
    await client.get('/ticker').catch(() => undefined);
    expect(orders).toHaveLength(1);
  });

  it('is absent here', async () => {
    const { client, orders } = losingExchange();
    attachWeexErrors(client);
    const { policy, clock } = build({ retry: { maxRetries: 3 } });
    const outcome = policy.executeOutcome(() => client.get('/ticker'));
    await clock.advance(60_000);
    await outcome;
    expect(orders).toHaveLength(4);
  });
});
