import { describe, expect, it, vi } from 'vitest';
import { SentRequest } from '../../src/core/context/sent-request.js';
import { WEEXOutcomeUnknownError, type WEEXTimeoutError } from '../../src/index.js';
import type { Resolution } from '../../src/policies/resilience-policy.js';
import { answering, build, defer, down, hang, lost, settle } from './harness.js';

const eager = { maxRetries: 1, backoff: { initialDelayMs: 0, jitter: 'none' } } as const;
const absent: Resolution = { outcome: 'absent', error: down() };

describe('an unknown outcome', () => {
  it('without a way to resolve it ends the call with the error itself', async () => {
    const { policy, clock } = build({ retry: eager });
    const error = lost();
    const method = answering(clock, error);
    expect(await policy.executeOutcome(method)).toEqual({ ok: false, error });
    expect(method.at).toHaveLength(1);
  });

  it('found: the call succeeds with what was found, and nothing is sent again', async () => {
    const { policy, clock } = build({ retry: eager });
    const error = lost();
    const method = answering(clock, error);
    const resolveUnknown = vi.fn(async (): Promise<Resolution> => ({ outcome: 'found', value: 'order' }));
    expect(await policy.executeOutcome(method, { resolveUnknown })).toEqual({ ok: true, value: 'order' });
    expect(resolveUnknown).toHaveBeenCalledTimes(1);
    expect(method.at).toHaveLength(1);
  });

  it('absent: it is sent once more, and once more only', async () => {
    const { policy, clock } = build({ retry: eager });
    const sent = answering(clock, lost(), 'placed');
    expect(await policy.executeOutcome(sent, { resolveUnknown: async () => absent })).toEqual({
      ok: true,
      value: 'placed',
    });
    const lostAgain = answering(clock, lost());
    const resolveUnknown = vi.fn(async () => absent);
    expect(await policy.executeOutcome(lostAgain, { resolveUnknown })).toEqual({
      ok: false,
      error: absent.error,
    });
    expect(lostAgain.at).toHaveLength(2);
    expect(resolveUnknown).toHaveBeenCalledTimes(2);
  });

  it('absent: a policy without retry sends once more, one with retry: false does not', async () => {
    for (const [retry, times] of [
      [undefined, 2],
      [false, 1],
      [{ maxRetries: 0 }, 1],
    ] as const) {
      const { policy, clock } = build({ retry });
      const method = answering(clock, lost());
      await policy.executeOutcome(method, { resolveUnknown: async () => absent });
      expect(method.at).toHaveLength(times);
    }
  });

  it('unknown, or a lookup that fails: the call ends with that, and nothing is sent again', async () => {
    const { policy, clock } = build({ retry: eager });
    const method = answering(clock, lost());
    const still = new WEEXOutcomeUnknownError();
    expect(
      await policy.executeOutcome(method, {
        resolveUnknown: async () => ({ outcome: 'unknown', error: still }),
      }),
    ).toEqual({
      ok: false,
      error: still,
    });
    const fault = new Error('lookup failed');
    for (const resolveUnknown of [
      () => Promise.reject(fault),
      () => {
        throw fault;
      },
    ]) {
      expect(await policy.executeOutcome(method, { resolveUnknown, clientOrderId: 'a-1' })).toMatchObject({
        ok: false,
        error: { kind: 'outcome-unknown', clientOrderId: 'a-1', cause: fault },
      });
    }
    expect(method.at).toHaveLength(3);
  });

  it.each([undefined, null, 5, 'found', {}, { outcome: 'maybe' }])(
    'a lookup that answers %o proves nothing',
    async (answer) => {
      const { policy, clock } = build({ retry: eager });
      const method = answering(clock, lost());
      const resolveUnknown = async () => answer as unknown as Resolution;
      expect(await policy.executeOutcome(method, { resolveUnknown })).toMatchObject({
        error: { kind: 'outcome-unknown' },
      });
      expect(method.at).toHaveLength(1);
    },
  );

  it('too late: the deadline ends the lookup, unless it has its own time', async () => {
    for (const [resolveDeadlineMs, endsAt] of [
      [undefined, 1_000],
      [500, 1_500],
    ] as const) {
      const { policy, clock } = build({ deadlineMs: 1_000, retry: eager });
      const method = answering(clock, lost());
      const signals: AbortSignal[] = [];
      const outcome = policy.executeOutcome(method, {
        resolveUnknown: (_error, { signal }) => {
          signals.push(signal);
          return hang();
        },
        resolveDeadlineMs,
      });
      await clock.advance(endsAt - 1);
      expect(signals[0]?.aborted).toBe(false);
      await clock.advance(1);
      expect(await outcome).toMatchObject({ ok: false, error: { kind: 'outcome-unknown' } });
      expect(signals[0]?.aborted).toBe(true);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('an attempt that ran out of time is looked up, and its late answer is the proof', async () => {
    const { policy, clock } = build({ attemptTimeoutMs: 100, retry: eager });
    const stuck = defer();
    const errors: unknown[] = [];
    const outcome = policy.executeOutcome(() => stuck.promise, {
      resolveUnknown: (error) => {
        errors.push(error);
        return hang();
      },
    });
    await clock.advance(100);
    expect((errors[0] as WEEXTimeoutError).executionStatus).toBe('unknown');
    stuck.resolve('placed after all');
    expect(await outcome).toEqual({ ok: true, value: 'placed after all' });
  });

  it('an abort ends the lookup at once, with its signal', async () => {
    const { policy, clock } = build({ retry: eager });
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const outcome = policy.executeOutcome(answering(clock, lost()), {
      signal: controller.signal,
      resolveUnknown: (_error, context) => {
        ({ signal } = context);
        return hang();
      },
    });
    await settle();
    controller.abort('enough');
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
    expect(signal?.reason).toBe('enough');
  });

  it('is not looked up if it does not matter: reads, what may be repeated, what was refused', async () => {
    const resolveUnknown = vi.fn(async () => absent);
    for (const [error, how] of [
      [lost(), { effect: 'read' }],
      [lost(), { idempotent: true }],
      [down(), {}],
    ] as const) {
      const { policy, clock } = build({ retry: eager });
      await policy.executeOutcome(answering(clock, error), { ...how, resolveUnknown });
    }
    expect(resolveUnknown).not.toHaveBeenCalled();
  });

  it('the end of a call that may have been executed never says that it was not', async () => {
    const { policy, clock } = build({
      attemptTimeoutMs: 100,
      retry: { maxRetries: 3, backoff: { initialDelayMs: 50, jitter: 'none' } },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    const outcome = policy.executeOutcome(hang, { idempotent: true });
    await clock.advance(1_000);
    const { error } = (await outcome) as { error: { kind: string; executionStatus?: string } };
    expect(error.kind).toBe('circuit-open');
    expect(error.executionStatus).toBeUndefined();
  });

  it('the same if a repeatable call throws a refusal while a write of it is unanswered', async () => {
    const { policy, clock } = build({
      retry: { maxRetries: 3, backoff: { initialDelayMs: 50, jitter: 'none' } },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    const outcome = policy.executeOutcome(
      (context) => {
        context.observeRequest?.(new SentRequest('DELETE /capi/v3/order', 'orderId=1'));
        // The refusal of a read that followed.
        throw down();
      },
      { idempotent: true },
    );
    await clock.advance(1_000);
    const { error } = (await outcome) as { error: { kind: string; executionStatus?: string } };
    expect(error.kind).toBe('circuit-open');
    expect(error.executionStatus).toBeUndefined();
  });

  it('the same in a cool-down and at a full bulkhead', async () => {
    const gated = build({
      deadlineMs: 5_000,
      attemptTimeoutMs: 100,
      coolDown: true,
      retry: { backoff: { initialDelayMs: 50, jitter: 'none' } },
    });
    const outcome = gated.policy.executeOutcome(hang, { idempotent: true });
    await gated.clock.advance(120);
    const { WEEXRateLimitError } = await import('../../src/index.js');
    await gated.policy.executeOutcome(() => Promise.reject(new WEEXRateLimitError('', { retryAfter: 60 })));
    await gated.clock.advance(1_000);
    expect(((await outcome) as { error: object }).error).not.toMatchObject({
      executionStatus: 'not-executed',
    });
    const full = build({
      attemptTimeoutMs: 100,
      bulkhead: { limit: 1 },
      retry: { backoff: { initialDelayMs: 50, jitter: 'none' } },
    });
    const second = full.policy.executeOutcome(hang, { idempotent: true });
    await full.clock.advance(1_000);
    expect(((await second) as { error: object }).error).toMatchObject({ kind: 'bulkhead-full' });
    expect(((await second) as { error: object }).error).not.toMatchObject({
      executionStatus: 'not-executed',
    });
  });
});
