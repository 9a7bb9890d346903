import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachWeexErrors, isWEEXError, toWeexError, type WEEXError } from '../../src/index.js';
import { howMany } from './how-many.js';
import { createAnswers, type RandomAnswer } from './random-answers.js';

const kinds = ['unknown', 'authentication', 'rate-limit', 'system', 'network', 'timeout', 'request', 'order'];

function assertWhole(error: WEEXError): void {
  expect(kinds).toContain(error.kind);
  expect(error.message).not.toBe('');
  expect(error.message).not.toMatch(/\p{Cc}/u);
  expect(error.message.length).toBeLessThan(500);
  if (error.retryAfter !== undefined) {
    expect(error.retryAfter).toBeGreaterThanOrEqual(0);
    expect(error.retryAfter).toBeLessThanOrEqual(86_400);
  }
  if (error.kind === 'rate-limit') expect(error.retryAfterMs).toBeTypeOf('number');
  expect(() => JSON.stringify(error)).not.toThrow();
}

// Half of the time of these tests would go into stacks that nobody reads.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe('classification', () => {
  const answers = howMany(100_000);

  it(`turns ${answers} answers into a WEEXError or a success, and nothing else`, () => {
    const next = createAnswers('bodies');
    const seen = { success: 0, failure: 0 };
    for (let count = 0; count < answers; count += 1) {
      const { method, url, status, headers, data, responseType } = next();
      const config = { method, url, responseType, headers: {} };
      const error = toWeexError({ status, headers, data, config });
      if (error === undefined) {
        seen.success += 1;
        continue;
      }
      seen.failure += 1;
      if (!isWEEXError(error)) throw new Error('an error that is no WEEXError');
      if (count % 20 === 0) assertWhole(error);
      if (/^(get|head)$/i.test(method) && error.executionStatus) throw new Error('a read with a status');
    }
    expect(Math.min(seen.success, seen.failure)).toBeGreaterThan(answers / 10);
  });

  it('does the same behind an axios instance', async () => {
    const next = createAnswers('axios');
    let answer: RandomAnswer;
    const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
      const { status, data, headers } = answer;
      const response = { status, data, headers, config, statusText: '' } as unknown as AxiosResponse;
      if (status >= 200 && status < 300) return response;
      throw new AxiosError(
        `Request failed with status code ${status}`,
        'ERR_BAD_RESPONSE',
        config,
        {},
        response,
      );
    };
    const http = axios.create({ adapter });
    attachWeexErrors(http, { losslessIds: true });
    for (let count = 0; count < howMany(10_000); count += 1) {
      answer = next();
      const { method, url, status } = answer;
      const failure: unknown = await http.request({ method, url }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) {
        expect(status).toBeLessThan(300);
        continue;
      }
      if (!isWEEXError(failure)) throw failure as Error;
      assertWhole(failure);
    }
  });

  it('turns whatever is thrown into a WEEXError', () => {
    const thrown = [
      undefined,
      null,
      '',
      'text',
      0,
      Number.NaN,
      true,
      1n,
      Symbol('s'),
      () => 1,
      {},
      [],
      new Error('x'),
    ];
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const value of [...thrown, revoked.proxy, Object.create(null), new Date(Number.NaN)]) {
      const error = toWeexError(value);
      if (error === undefined) expect(value).toEqual([]);
      else assertWhole(error);
    }
  });
});
