import { describe, expect, it } from 'vitest';
import { type ExecuteOptions, type PolicyOptions, WEEXNetworkError } from '../../src/index.js';
import { answering, build, down, hang, limited, lost, settle } from './harness.js';

/** Where a call waits, behind one that takes the only place. */
const places: readonly (readonly [place: string, options: PolicyOptions])[] = [
  ['bulkhead', { bulkhead: { limit: 1, queue: 5 } }],
  ['rate limit', { rateLimit: { limit: 1, windowMs: 60_000 } }],
];
const writes: readonly ExecuteOptions[] = [{}, { effect: 'write' }, { idempotent: true }];
const calls = [
  ...writes.map((how) => [how, 'not-executed'] as const),
  [{ effect: 'read' }, undefined] as const,
];

const statusOf = async (outcome: Promise<unknown>): Promise<unknown> =>
  ((await outcome) as { error: { executionStatus?: string } }).error.executionStatus;

describe('a call of which no attempt has started', () => {
  it.each(
    places.flatMap(([place, options]) =>
      calls.map(([how, status]) => [place, how, status, options] as const),
    ),
  )(
    'was not executed if its deadline ends at the %s, unless it only reads: %j',
    async (_, how, status, options) => {
      const { policy, clock } = build({ ...options, deadlineMs: 100 });
      void policy.executeOutcome(hang);
      const outcome = policy.executeOutcome(hang, how);
      await clock.advance(100);
      expect(await outcome).toMatchObject({ error: { kind: 'timeout', scope: 'deadline' } });
      expect(await statusOf(outcome)).toBe(status);
    },
  );

  it.each(calls)(
    'was not executed if its deadline ends behind the probe of a cool-down: %j',
    async (how, status) => {
      const { policy, clock } = build({ coolDown: true, deadlineMs: 1_000 });
      await policy.executeOutcome(() => Promise.reject(limited(0.5)));
      void policy.executeOutcome(hang);
      const method = answering(clock, 1);
      const outcome = policy.executeOutcome(method, how);
      await clock.advance(1_000);
      expect(await outcome).toMatchObject({ error: { kind: 'timeout', scope: 'deadline' } });
      expect(await statusOf(outcome)).toBe(status);
      expect(method).not.toHaveBeenCalled();
    },
  );

  it.each(writes)('was not executed if it is rejected: %j', async (how) => {
    const full = build({ bulkhead: { limit: 1 } });
    void full.policy.executeOutcome(hang);
    expect(await statusOf(full.policy.executeOutcome(hang, how))).toBe('not-executed');
    const queued = build({ bulkhead: { limit: 1, queue: 1, maxWaitMs: 50 } });
    void queued.policy.executeOutcome(hang);
    const late = queued.policy.executeOutcome(hang, how);
    await queued.clock.advance(50);
    expect(await statusOf(late)).toBe('not-executed');
    const open = build({ circuitBreaker: { consecutiveFailures: 1 } });
    await open.policy.executeOutcome(() => Promise.reject(down()));
    expect(await statusOf(open.policy.executeOutcome(hang, how))).toBe('not-executed');
    const cooling = build({ coolDown: true, deadlineMs: 1_000 });
    await cooling.policy.executeOutcome(() => Promise.reject(limited(7)));
    expect(await statusOf(cooling.policy.executeOutcome(hang, how))).toBe('not-executed');
  });

  it.each(calls)('rejects with the reason itself if the caller gives up: %j', async (how) => {
    const { policy } = build({ bulkhead: { limit: 1, queue: 5 } });
    void policy.executeOutcome(hang);
    const caller = new AbortController();
    const outcome = policy.executeOutcome(hang, { ...how, signal: caller.signal });
    caller.abort('enough');
    expect(await outcome).toEqual({ ok: false, error: 'enough' });
  });
});

describe('a call that waits for its second attempt', () => {
  /** Its first attempt fails, then another call takes the only place until the deadline. */
  async function secondWait(first: () => Promise<never>, how: ExecuteOptions): Promise<unknown> {
    const { policy, clock } = build({
      bulkhead: { limit: 1, queue: 5 },
      deadlineMs: 1_000,
      retry: { backoff: { initialDelayMs: 50, jitter: 'none' } },
    });
    const outcome = policy.executeOutcome(first, how);
    await settle();
    void policy.executeOutcome(hang);
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ error: { kind: 'timeout', scope: 'deadline' } });
    return statusOf(outcome);
  }

  it.each(calls)('was not executed if the first was not: %j', async (how, status) => {
    expect(await secondWait(() => Promise.reject(down()), how)).toBe(status);
  });

  it('was not executed if a read inside the first attempt of a guarded cancel was rejected', async () => {
    const error = { executionStatus: 'not-executed', context: { policy: 'market' } } as const;
    const first = (): Promise<never> => Promise.reject(new WEEXNetworkError('Circuit is open', error));
    const resolveUnknown = async (cause: unknown) => ({ outcome: 'unknown', error: cause }) as const;
    const how = { idempotent: true, clientOrderId: '1', resolveUnknown };
    expect(await secondWait(first, how)).toBe('not-executed');
  });

  it('is not said to be not executed if the first was lost', async () => {
    expect(await secondWait(() => Promise.reject(lost()), { idempotent: true })).toBeUndefined();
  });
});
