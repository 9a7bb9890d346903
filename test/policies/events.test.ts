import { describe, expect, it, vi } from 'vitest';
import { answering, broken, build, down, hang, lasting } from './harness.js';

const eager = { maxRetries: 3, backoff: { initialDelayMs: 0, jitter: 'none' } } as const;

describe('onSuccess and onFailure', () => {
  it('fire once per call, whatever the retries, with its duration', async () => {
    const { policy, clock } = build({
      retry: { maxRetries: 3, backoff: { initialDelayMs: 100, jitter: 'none' } },
    });
    const [succeeded, failed] = [vi.fn(), vi.fn()];
    policy.onSuccess(succeeded);
    policy.onFailure(failed);
    const good = policy.execute(answering(clock, down(), down(), 'value'));
    await clock.advance(1_000);
    await good;
    expect(succeeded).toHaveBeenCalledExactlyOnceWith({ duration: 300 });
    expect(failed).not.toHaveBeenCalled();
    const error = down();
    const bad = policy.executeOutcome(answering(clock, error));
    await clock.advance(1_000);
    await bad;
    expect(succeeded).toHaveBeenCalledTimes(1);
    expect(failed).toHaveBeenCalledExactlyOnceWith({ duration: 700, handled: false, reason: { error } });
  });

  it('include the duration of a plain success', async () => {
    const { policy, clock } = build();
    const succeeded = vi.fn();
    policy.onSuccess(succeeded);
    const call = policy.execute(lasting(clock, 40));
    await clock.advance(40);
    await call;
    expect(succeeded).toHaveBeenCalledExactlyOnceWith({ duration: 40 });
  });

  it.each([
    ['the whole of a call that has a deadline', { deadlineMs: 1_000 }, 40],
    ['and of one that knows no time what is left of it', {}, 0],
  ])('include the duration for a later listener: %s', async (_what, options, duration) => {
    const { policy, clock } = build(options);
    const call = policy.execute(lasting(clock, 40));
    await clock.advance(10);
    const succeeded = vi.fn();
    policy.onSuccess(succeeded);
    await clock.advance(30);
    await call;
    expect(succeeded).toHaveBeenCalledExactlyOnceWith({ duration });
  });

  it('report a call with a fallback as failed and handled', async () => {
    const { policy } = build({ fallback: () => 'cached' });
    const failed = vi.fn();
    policy.onFailure(failed);
    const error = down();
    expect(await policy.execute(() => Promise.reject(error))).toBe('cached');
    expect(failed).toHaveBeenCalledExactlyOnceWith({ duration: 0, handled: true, reason: { error } });
  });

  it('do not fire for an abort', async () => {
    const { policy } = build();
    const heard = vi.fn();
    policy.onSuccess(heard);
    policy.onFailure(heard);
    const controller = new AbortController();
    const call = policy.executeOutcome(hang, controller.signal);
    controller.abort();
    await call;
    await policy.executeOutcome(hang, controller.signal);
    expect(heard).not.toHaveBeenCalled();
  });

  it('fire for refusals', async () => {
    const { policy } = build({ circuitBreaker: {} });
    const failed = vi.fn();
    policy.onFailure(failed);
    policy.isolate();
    await policy.executeOutcome(hang);
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it('stop with dispose, also from inside the listener', async () => {
    const { policy } = build();
    const [first, second] = [vi.fn(), vi.fn()];
    const disposable = policy.onSuccess((event) => {
      first(event);
      disposable.dispose();
    });
    policy.onSuccess(second);
    await policy.execute(() => 1);
    await policy.execute(() => 1);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a listener'))],
    ['hangs', hang],
    ['throws nothing at all', () => Promise.reject(undefined)],
  ])('a listener that %s affects nothing, and the others still run', async (_name, listener) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { policy } = build({
      retry: eager,
      circuitBreaker: { consecutiveFailures: 1 },
      bulkhead: { limit: 1, queue: 1 },
    });
    const heard = vi.fn();
    for (const event of [policy.onSuccess, policy.onFailure]) {
      event(listener);
      event(heard);
    }
    const method = vi.fn(async () => 'placed');
    expect(await policy.execute(method)).toBe('placed');
    const error = broken();
    expect(await policy.executeOutcome(() => Promise.reject(error))).toMatchObject({ ok: false });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(method).toHaveBeenCalledTimes(1);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(unhandled).not.toHaveBeenCalled();
    expect(policy.snapshot().bulkhead).toEqual({ running: 0, waiting: 0 });
  });
});
