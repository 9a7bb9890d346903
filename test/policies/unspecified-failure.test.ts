import { describe, expect, it } from 'vitest';
import { createPolicy, toWeexError, WEEXError } from '../../src/index.js';

const answer = { code: -1000, msg: 'An unknown error occurred while processing the request.' };

describe('an answer that only says that something failed', () => {
  it('is retried and counted under a 5xx, as a failure of the exchange', async () => {
    const policy = createPolicy({
      retry: { maxRetries: 2, backoff: { initialDelayMs: 0, maxDelayMs: 0 } },
      circuitBreaker: { consecutiveFailures: 3 },
    });
    let calls = 0;
    const failing = policy.execute(async () => {
      calls += 1;
      throw toWeexError(answer, { isRead: true, status: 500 }) ?? new Error('not classified');
    });
    await expect(failing).rejects.toMatchObject({ kind: 'system', code: -1000 });
    expect(calls).toBe(3);
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
  });

  it('is neither under any other status', async () => {
    const policy = createPolicy({ retry: { maxRetries: 2 }, circuitBreaker: { consecutiveFailures: 1 } });
    let calls = 0;
    const failing = policy.execute(async () => {
      calls += 1;
      throw new WEEXError('unspecified', { code: -1000, context: { status: 400 } });
    });
    await expect(failing).rejects.toMatchObject({ kind: 'unknown' });
    expect(calls).toBe(1);
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('closed');
  });
});
