import { bulkhead, ConstantBackoff, fallback, handleAll, retry, wrap } from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  resilienceContext,
  Resilient,
  resilient,
  WEEXNetworkError,
  WEEXSystemError,
} from '../../src/index.js';

const threeTimes = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) });
const lost = () => new WEEXNetworkError('the reply was lost', { executionStatus: 'unknown' });

/** Fails with the errors in turn, then succeeds. */
function failing(...errors: unknown[]) {
  return vi.fn(async () => {
    if (errors.length > 0) throw errors.shift();
    return 'placed';
  });
}

describe('a policy of cockatiel', () => {
  it('runs the method with its own retries, and passes the method the attempt', async () => {
    const attempts: unknown[] = [];
    class Trading {
      @Resilient(threeTimes)
      async getBalance(): Promise<string> {
        const { operation, attempt, signal } = resilienceContext() ?? {};
        attempts.push([operation, attempt, signal?.aborted]);
        if (attempts.length < 3) throw new Error('any error');
        return 'balance';
      }
    }
    expect(await new Trading().getBalance()).toBe('balance');
    expect(attempts).toEqual([0, 1, 2].map((attempt) => ['Trading.getBalance', attempt, false]));
  });

  it('does not resend what may have been executed, unless the method may be repeated', async () => {
    const place = failing(lost());
    await expect(resilient(place, threeTimes)()).rejects.toThrow('the reply was lost');
    expect(place).toHaveBeenCalledTimes(1);
    for (const options of [{ effect: 'read' }, { idempotent: true }] as const) {
      const repeatable = failing(lost(), lost());
      expect(await resilient(repeatable, threeTimes, options)()).toBe('placed');
      expect(repeatable).toHaveBeenCalledTimes(3);
    }
    const refused = failing(new WEEXSystemError('busy', { executionStatus: 'not-executed' }));
    expect(await resilient(refused, threeTimes)()).toBe('placed');
  });

  it('ends with the caller, and makes no attempt after that', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const place = vi.fn(async (_options: { signal: AbortSignal }) => {
      controller.abort(reason);
      throw new WEEXSystemError('busy', { executionStatus: 'not-executed' });
    });
    await expect(resilient(place, threeTimes)({ signal: controller.signal })).rejects.toBe(reason);
    await expect(resilient(place, threeTimes)({ signal: controller.signal })).rejects.toBe(reason);
    expect(place).toHaveBeenCalledTimes(1);
  });

  it('releases the caller while it waits', async () => {
    const slots = bulkhead(1, 1);
    const never = resilient((_signal: AbortSignal) => new Promise<never>(() => undefined), slots);
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [never(first.signal), never(second.signal)];
    second.abort(new Error('second'));
    await expect(calls[1]).rejects.toThrow('second');
    first.abort(new Error('first'));
    await expect(calls[0]).rejects.toThrow('first');
  });

  it('returns the value of its fallback', async () => {
    const place = resilient(
      failing(new Error('no')),
      fallback(handleAll, () => 'nothing'),
    );
    expect(await place()).toBe('nothing');
  });

  it('may wrap a policy of this library', async () => {
    const inner = createPolicy({ retry: { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } } });
    const place = failing(new WEEXSystemError('busy', { executionStatus: 'not-executed' }));
    expect(await resilient(place, wrap(threeTimes, inner))()).toBe('placed');
    expect(place).toHaveBeenCalledTimes(2);
  });

  it('rejects the call if it throws before returning a promise', async () => {
    const broken = createPolicy({});
    const policy = { ...broken, executeOutcome: undefined, execute: () => fail() };
    function fail(): never {
      throw new RangeError('broken');
    }
    await expect(resilient(async () => 1, policy as never)()).rejects.toThrow('broken');
  });
});
