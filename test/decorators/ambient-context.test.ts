import { afterEach, describe, expect, it } from 'vitest';
import {
  createPolicy,
  resilienceContext,
  Resilient,
  setDefaultAmbientContext,
  WEEXSystemError,
} from '../../src/index.js';
import { getDefaultAmbientContext } from '../../src/decorators/default-ambient-context.js';
import { createFakeClock } from '../../src/testing/index.js';

const atOnce = { initialDelayMs: 0, jitter: 'none' } as const;

class Trading {
  @Resilient({ deadlineMs: 5_000, retry: { maxRetries: 2, backoff: atOnce } })
  async attempts(seen: unknown[], failures = 0): Promise<void> {
    await Promise.resolve();
    const { operation, attempt, deadline, clientOrderId } = resilienceContext() ?? {};
    seen.push({ operation, attempt, clientOrderId, hasDeadline: deadline !== undefined });
    if (seen.length <= failures) throw new WEEXSystemError('busy', { executionStatus: 'not-executed' });
  }

  @Resilient()
  async operation(steps: number): Promise<string | undefined> {
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    return resilienceContext()?.operation;
  }

  @Resilient()
  async outer(): Promise<(string | undefined)[]> {
    const inner = this.operation(2);
    return [resilienceContext()?.operation, await inner, resilienceContext()?.operation];
  }

  @Resilient({}, { ambient: false })
  async off(): Promise<unknown> {
    return resilienceContext();
  }

  @Resilient({}, { ambient: true })
  async on(): Promise<string | undefined> {
    return resilienceContext()?.operation;
  }
}

describe('resilienceContext', () => {
  afterEach(() => setDefaultAmbientContext(true));

  it('describes each attempt, also after an await', async () => {
    const seen: unknown[] = [];
    await new Trading().attempts(seen, 2);
    expect(seen).toEqual(
      [0, 1, 2].map((attempt) => ({
        operation: 'Trading.attempts',
        attempt,
        clientOrderId: undefined,
        hasDeadline: true,
      })),
    );
  });

  it('is undefined outside a call', async () => {
    expect(resilienceContext()).toBeUndefined();
    await new Trading().operation(3);
    expect(resilienceContext()).toBeUndefined();
  });

  it("is that of the inner call inside one, and each call's own among many", async () => {
    const trading = new Trading();
    expect(await trading.outer()).toEqual(['Trading.outer', 'Trading.operation', 'Trading.outer']);
    const many = [trading.operation(1), trading.on(), trading.operation(5)];
    expect(await Promise.all(many)).toEqual(['Trading.operation', 'Trading.on', 'Trading.operation']);
  });

  it('is switched off by the decorator, or by the default if the decorator does not set it', async () => {
    const trading = new Trading();
    expect(await trading.off()).toBeUndefined();
    expect(getDefaultAmbientContext()).toBe(true);
    setDefaultAmbientContext(false);
    expect(getDefaultAmbientContext()).toBe(false);
    expect(await trading.operation(1)).toBeUndefined();
    expect(await trading.on()).toBe('Trading.on');
    expect(() => setDefaultAmbientContext('off' as never)).toThrow(/expected true or false, received off/);
  });

  it('ends an inner call with the outer one, whatever the inner one waits for', async () => {
    const clock = createFakeClock();
    const waits = createPolicy({
      clock,
      retry: { maxRetries: 5, backoff: { initialDelayMs: 60_000, maxDelayMs: 60_000 } },
    });
    let sent = 0;
    let inner: Promise<unknown> = Promise.resolve();
    class Nested {
      @Resilient(waits)
      async inner(): Promise<never> {
        sent += 1;
        throw new WEEXSystemError('busy', { executionStatus: 'not-executed' });
      }

      @Resilient({ clock, deadlineMs: 1_000 })
      async outer(): Promise<unknown> {
        inner = this.inner();
        return inner;
      }
    }
    const call = new Nested().outer();
    const ended = expect(call).rejects.toMatchObject({ kind: 'timeout', scope: 'deadline' });
    await clock.advance(1_000);
    await ended;
    await expect(inner).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(600_000);
    expect(sent).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends an inner call with the signal that its caller passes as well', async () => {
    const controller = new AbortController();
    class Nested {
      @Resilient({})
      inner(_options: { signal: AbortSignal }): Promise<never> {
        return new Promise(() => undefined);
      }

      @Resilient({})
      async outer(): Promise<unknown> {
        return this.inner({ signal: controller.signal });
      }
    }
    const call = new Nested().outer();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });
});
