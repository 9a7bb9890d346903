import { Circuit, Fallback, Retry, Timeout } from 'mollitia';
import { describe, expect, it, vi } from 'vitest';
import { build, down, hang } from '../policies/harness.js';

describe('a fallback can change the error and never return a value', () => {
  it('shows the fault in mollitia 0.1', async () => {
    const circuit = new Circuit({
      options: { modules: [new Fallback({ callback: () => 'cached' })] },
    });
    const outcome = await circuit
      .fn(() => Promise.reject(down()))
      .execute()
      .then(
        (value: unknown) => ({ value }),
        (error: unknown) => ({ error }),
      );
    expect(outcome).toEqual({ error: 'cached' });
  });

  it('is absent here', async () => {
    const { policy } = build({ fallback: () => 'cached' });
    expect(await policy.execute(() => Promise.reject(down()))).toBe('cached');
  });
});

describe('a method that throws synchronously is not retried', () => {
  const throwing = () =>
    vi.fn((): Promise<string> => {
      throw down();
    });

  it('shows the fault in mollitia 0.1', async () => {
    const method = throwing();
    const circuit = new Circuit({ options: { modules: [new Retry({ attempts: 3, interval: 0 })] } });
    try {
      await circuit.fn(method).execute();
    } catch {
      // It is counted below.
    }
    expect(method).toHaveBeenCalledTimes(1);
  });

  it('is absent here', async () => {
    const { policy } = build({ retry: { maxRetries: 3, backoff: { initialDelayMs: 0, jitter: 'none' } } });
    const method = throwing();
    await policy.executeOutcome(method);
    expect(method).toHaveBeenCalledTimes(4);
  });
});

describe('a timeout under a retry runs the work several times at once', () => {
  it('shows the fault in mollitia 0.1', async () => {
    vi.useFakeTimers();
    let running = 0;
    const circuit = new Circuit({
      options: { modules: [new Retry({ attempts: 2, interval: 0 }), new Timeout({ delay: 100 })] },
    });
    const outcome = circuit
      .fn(() => {
        running += 1;
        return hang();
      })
      .execute()
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    vi.useRealTimers();
    expect(running).toBe(3);
  });

  it('is absent here: what may have been executed does not run twice', async () => {
    const { policy, clock } = build({ attemptTimeoutMs: 100, retry: { maxRetries: 2 } });
    const method = vi.fn(hang);
    const outcome = policy.executeOutcome(method);
    await clock.advance(10_000);
    await outcome;
    expect(method).toHaveBeenCalledTimes(1);
  });
});
