import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  PolicyRegistry,
  WEEXError,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';
import type * as everything from '../../src/index.js';

describe('an error of another copy of the package', () => {
  let copy: typeof everything;
  beforeAll(async () => {
    vi.resetModules();
    copy = await import('../../src/index.js');
    expect(copy.WEEXError).not.toBe(WEEXError);
  });

  const attempts = async (policy: { executeOutcome(fn: () => Promise<never>): unknown }, error: Error) => {
    let count = 0;
    await policy.executeOutcome(() => {
      count += 1;
      return Promise.reject(error);
    });
    return count;
  };

  it('follows the rules of its class and its parents', async () => {
    const registry = new PolicyRegistry();
    registry.define('calls', { retry: { backoff: { initialDelayMs: 0 } } });
    registry.forError(WEEXError, { retry: { maxRetries: 1 } });
    registry.forError(WEEXSystemError, { retry: { maxRetries: 2 } });
    const policy = registry.get('calls');
    expect(await attempts(policy, new copy.WEEXSystemError('down'))).toBe(3);
    expect(
      await attempts(policy, new copy.WEEXNetworkError('lost', { executionStatus: 'not-executed' })),
    ).toBe(3);
    expect(await attempts(policy, new copy.WEEXRequestError('wrong'))).toBe(2);
    class Own extends copy.WEEXSystemError {}
    expect(await attempts(policy, new Own('down'))).toBe(3);
  });

  it('matches retry.on and circuitBreaker.on', async () => {
    const policy = createPolicy({
      retry: { maxRetries: 1, on: [WEEXRateLimitError], backoff: { initialDelayMs: 0 } },
      circuitBreaker: { consecutiveFailures: 2, on: [WEEXRateLimitError] },
    });
    expect(await attempts(policy, new copy.WEEXRequestError('wrong'))).toBe(1);
    const limit = new copy.WEEXRateLimitError('busy', { retryAfter: 0, executionStatus: 'not-executed' });
    expect(await attempts(policy, limit)).toBe(2);
    expect(policy.snapshot().circuitBreaker?.common.state).toBe('open');
  });

  it("does not match a user's class of the same name", async () => {
    const here = { Own: class extends WEEXSystemError {} }.Own;
    const there = { Own: class extends copy.WEEXSystemError {} }.Own;
    const policy = createPolicy({ retry: { maxRetries: 1, on: [here], backoff: { initialDelayMs: 0 } } });
    expect([await attempts(policy, new here('down')), await attempts(policy, new there('down'))]).toEqual([
      2, 1,
    ]);
  });
});
