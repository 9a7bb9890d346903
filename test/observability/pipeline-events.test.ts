import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createPolicy,
  ErrorTracker,
  logErrors,
  logEvents,
  onResilienceEvent,
  type PolicyOptions,
  type ResilienceEvent,
  type ResilienceEventOf,
  type ResilienceEventType,
  type ResiliencePolicy,
  WEEXAuthenticationError,
  WEEXError,
  WEEXNetworkError,
  WEEXRateLimitError,
} from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';
import { EventChannel } from '../../src/observability/event-channel.js';
import { createFakeClock, type FakeClock } from '../../src/testing/index.js';

let clock: FakeClock;
let events: ResilienceEvent[];
const stops: (() => void)[] = [];

beforeEach(() => {
  clock = createFakeClock(1_000);
  events = [];
  stops.push(onResilienceEvent('*', (event) => events.push(event)));
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function policyOf(options: PolicyOptions): ResiliencePolicy {
  return createPolicy({ name: 'orders', clock, random: () => 0, ...options });
}

const types = (): ResilienceEventType[] => events.map(({ type }) => type);
function seen<Type extends ResilienceEventType>(type: Type): ResilienceEventOf<Type>[] {
  return events.filter((event): event is ResilienceEventOf<Type> => event.type === type);
}

const call = { policy: 'orders', callId: expect.any(Number) as number, operation: 'placeOrder', key: 'BTC' };
const options = { operation: 'placeOrder', key: 'BTC' };
const failing = (error: unknown) => async (): Promise<never> => {
  throw error;
};
/** A function that runs until the test lets it continue. */
function held(): { fn: () => Promise<string>; release: () => void } {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { fn: () => gate.then(() => 'done'), release: () => release() };
}

describe('the events of a call', () => {
  it('publishes a success', async () => {
    const policy = policyOf({ deadlineMs: 500 });
    const result = policy.execute(async () => 1, { ...options, priority: 'critical' });
    await clock.advance(0);
    await result;
    expect(events).toEqual([
      { type: 'callStarted', at: 1_000, ...call, priority: 'critical', deadline: 1_500 },
      { type: 'attemptStarted', at: 1_000, ...call, attempt: 0 },
      { type: 'attemptSettled', at: 1_000, ...call, attempt: 0, outcome: 'success', durationMs: 0 },
      { type: 'callSettled', at: 1_000, ...call, outcome: 'success', attempts: 1, durationMs: 0 },
    ]);
    expect(new Set(events.map((event) => 'callId' in event && event.callId)).size).toBe(1);
  });

  it('publishes a retry, with its delay and reason', async () => {
    const error = new WEEXNetworkError('gone');
    const fn = vi.fn(async () => 'done').mockRejectedValueOnce(error);
    const policy = policyOf({ retry: { maxRetries: 3, backoff: { initialDelayMs: 200, jitter: 'none' } } });
    const result = policy.execute(fn, options);
    await clock.advance(200);
    await result;
    expect(types()).toEqual([
      'callStarted',
      'attemptStarted',
      'attemptSettled',
      'retryScheduled',
      'attemptStarted',
      'attemptSettled',
      'callSettled',
    ]);
    expect(events[2]).toMatchObject({ attempt: 0, outcome: 'failure', error });
    expect(events[3]).toEqual({
      type: 'retryScheduled',
      at: 1_000,
      ...call,
      attempt: 1,
      delayMs: 200,
      reason: 'backoff',
      error,
    });
    expect(events[4]).toMatchObject({ at: 1_200, attempt: 1 });
    expect(events.at(-1)).toMatchObject({ outcome: 'success', attempts: 2, durationMs: 200 });
  });

  it('says where the delay comes from', async () => {
    const fn = vi.fn(async () => 1).mockRejectedValueOnce(new WEEXRateLimitError('x', { retryAfter: 2 }));
    const result = policyOf({ retry: { maxRetries: 1 } }).execute(fn);
    await clock.advance(2_000);
    await result;
    expect(seen('retryScheduled')).toMatchObject([{ delayMs: 2_000, reason: 'retry-after' }]);
  });

  it('publishes a failure and a timeout', async () => {
    const error = new WEEXAuthenticationError('no');
    await expect(policyOf({}).execute(failing(error), options)).rejects.toBe(error);
    expect(seen('callSettled')).toMatchObject([{ outcome: 'failure', error, attempts: 1 }]);
    const slow = policyOf({ attemptTimeoutMs: 100, effect: 'read' }).executeOutcome(
      () => new Promise(() => {}),
    );
    await clock.advance(100);
    await slow;
    expect(seen('attemptSettled')[1]).toMatchObject({ outcome: 'failure', durationMs: 100 });
    expect(seen('callSettled')[1]).toMatchObject({ outcome: 'failure', error: { kind: 'timeout' } });
  });

  it('does not publish an abort as a failure', async () => {
    const controller = new AbortController();
    const result = policyOf({ retry: {} }).executeOutcome(() => new Promise(() => {}), {
      signal: controller.signal,
    });
    controller.abort('enough');
    await result;
    expect(seen('callSettled')).toMatchObject([{ outcome: 'aborted', error: 'enough', attempts: 1 }]);
    expect(seen('attemptSettled')).toMatchObject([{ outcome: 'aborted', error: 'enough' }]);
    await policyOf({}).executeOutcome(async () => 1, { signal: controller.signal });
    expect(seen('callSettled')[1]).toMatchObject({ outcome: 'aborted', attempts: 0 });
  });

  it('publishes that the budget is exhausted', async () => {
    const budget = { ratio: 0, minPerSecond: 0.1 };
    const policy = policyOf({
      retry: { maxRetries: 5, backoff: { initialDelayMs: 1, jitter: 'none' }, budget },
    });
    const error = new WEEXNetworkError('gone');
    const result = policy.executeOutcome(failing(error), options);
    await clock.advance(100);
    await result;
    expect(seen('retryScheduled')).toHaveLength(1);
    expect(seen('budgetExhausted')).toEqual([
      { type: 'budgetExhausted', at: 1_001, ...call, attempt: 2, error },
    ]);
  });

  it('publishes queue, wait and rejection', async () => {
    const policy = policyOf({ bulkhead: { limit: 1, queue: 1, maxWaitMs: 300 } });
    const first = held();
    const running = policy.execute(first.fn, options);
    const waiting = policy.execute(async () => 'next', options);
    const refused = policy.executeOutcome(async () => 1, options);
    await clock.advance(50);
    first.release();
    await Promise.all([running, waiting, refused]);
    expect(seen('callQueued')).toEqual([
      { type: 'callQueued', at: 1_000, ...call, attempt: 0, priority: 'normal', queueLength: 1 },
    ]);
    expect(seen('callDequeued')).toEqual([
      {
        type: 'callDequeued',
        at: 1_050,
        ...call,
        attempt: 0,
        priority: 'normal',
        outcome: 'admitted',
        waitedMs: 50,
        queueLength: 0,
      },
    ]);
    expect(seen('callRefused')).toMatchObject([
      { reason: 'bulkhead-full', error: { kind: 'bulkhead-full' } },
    ]);
    expect(seen('callSettled').filter((event) => event.outcome === 'failure')).toMatchObject([
      { attempts: 0 },
    ]);
  });

  it('publishes calls that leave the queue without a slot', async () => {
    const policy = policyOf({ bulkhead: { limit: 1, queue: 5, maxWaitMs: 300 } });
    const controller = new AbortController();
    const first = held();
    void policy.execute(first.fn);
    const late = policy.executeOutcome(async () => 1, options);
    const aborted = policy.executeOutcome(async () => 1, { ...options, signal: controller.signal });
    await clock.advance(100);
    controller.abort();
    await clock.advance(200);
    await Promise.all([late, aborted]);
    expect(seen('callDequeued')).toMatchObject([
      { outcome: 'aborted', waitedMs: 100, queueLength: 1 },
      { outcome: 'refused', waitedMs: 300, queueLength: 0 },
    ]);
    expect(seen('callRefused')).toMatchObject([{ reason: 'queue-timeout' }]);
    first.release();
  });

  it('publishes every change of a circuit', async () => {
    const circuitBreaker = { consecutiveFailures: 2, halfOpenAfterMs: 1_000 };
    const policy = policyOf({ circuitBreaker });
    const error = new WEEXNetworkError('gone');
    for (let count = 0; count < 2; count += 1) await policy.executeOutcome(failing(error), options);
    await policy.executeOutcome(async () => 1, options);
    await clock.advance(1_000);
    await policy.execute(async () => 1, options);
    policy.isolate('BTC');
    policy.reset('BTC');
    const facts = { policy: 'orders', key: 'BTC' };
    expect(events.filter(({ type }) => type.startsWith('circuit'))).toEqual([
      { type: 'circuitOpened', at: 1_000, ...facts, from: 'closed', halfOpenAfterMs: 1_000, error },
      { type: 'circuitHalfOpened', at: 2_000, ...facts, from: 'open' },
      { type: 'circuitClosed', at: 2_000, ...facts, from: 'half-open' },
      { type: 'circuitIsolated', at: 2_000, ...facts, from: 'closed' },
      { type: 'circuitClosed', at: 2_000, ...facts, from: 'isolated' },
    ]);
    expect(seen('callRefused')).toMatchObject([{ reason: 'circuit-open', error: { kind: 'circuit-open' } }]);
  });

  it('publishes the cool-down of a scope', async () => {
    const policy = policyOf({ coolDown: { scope: 'ip' } });
    const error = new WEEXRateLimitError('slow down', { retryAfter: 3 });
    await policy.executeOutcome(failing(error));
    await clock.advance(3_000);
    await policy.execute(async () => 1);
    expect(events.filter(({ type }) => type.startsWith('coolDown'))).toEqual([
      { type: 'coolDownEntered', at: 1_000, policy: 'orders', scope: 'ip', delayMs: 3_000, error },
      { type: 'coolDownLeft', at: 4_000, policy: 'orders', scope: 'ip', lastedMs: 3_000 },
    ]);
  });

  it('publishes each wait for a cool-down or an open circuit once', async () => {
    const cooled = policyOf({ coolDown: { scope: 'ip' } });
    const limited = new WEEXRateLimitError('slow down', { retryAfter: 3 });
    await cooled.executeOutcome(failing(limited), options);
    const afterCoolDown = cooled.execute(async () => 1, options);
    await clock.advance(3_000);
    await afterCoolDown;
    const policy = policyOf({
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 1_000, whenOpen: 'wait' },
    });
    await policy.executeOutcome(failing(new WEEXNetworkError('gone')), options);
    const afterCircuit = policy.execute(async () => 1, options);
    await clock.advance(1_001);
    await afterCircuit;
    expect(seen('callHeld')).toEqual([
      { type: 'callHeld', at: 1_000, ...call, attempt: 0, reason: 'cool-down', delayMs: 3_000 },
      { type: 'callHeld', at: 4_000, ...call, attempt: 0, reason: 'circuit-open', delayMs: 1_000 },
    ]);
  });

  it('publishes calls rejected by a deadline or a cool-down beyond it', async () => {
    const policy = policyOf({ coolDown: true, deadlineMs: 1_000 });
    await policy.executeOutcome(failing(new WEEXRateLimitError('x', { retryAfter: 30 })));
    await policy.executeOutcome(async () => 1);
    const narrow = policyOf({ bulkhead: { limit: 1, queue: 5 }, deadlineMs: 100 });
    void narrow.executeOutcome(() => new Promise(() => {}));
    const late = narrow.executeOutcome(async () => 1);
    await clock.advance(100);
    await late;
    expect(seen('callRefused')).toMatchObject([
      { reason: 'cool-down', error: { kind: 'rate-limit' } },
      { reason: 'deadline', error: { kind: 'timeout' } },
    ]);
  });

  it('publishes the fallback', async () => {
    const error = new WEEXNetworkError('gone');
    const policy = policyOf({ fallback: () => 'cached' });
    expect(await policy.execute(failing(error), options)).toBe('cached');
    expect(seen('fallbackUsed')).toEqual([{ type: 'fallbackUsed', at: 1_000, ...call, error }]);
    expect(seen('callSettled')).toMatchObject([{ outcome: 'failure', error }]);
  });

  it('publishes a reconciliation and its outcome', async () => {
    const error = new WEEXNetworkError('gone', { executionStatus: 'unknown' });
    const policy = policyOf({ retry: { maxRetries: 1 } });
    const write = { ...options, clientOrderId: 'mine-1' };
    const found = policy.execute(failing(error), {
      ...write,
      resolveUnknown: async () => {
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, 250);
        });
        return { outcome: 'found', value: 'order' };
      },
      resolveDeadlineMs: 1_000,
    });
    await clock.advance(250);
    expect(await found).toBe('order');
    const about = { ...call, attempt: 0, clientOrderId: 'mine-1' };
    expect(events.filter(({ type }) => type.startsWith('reconcile'))).toEqual([
      { type: 'reconcileStarted', at: 1_000, ...about, error },
      { type: 'reconcileSettled', at: 1_250, ...about, outcome: 'found', durationMs: 250 },
    ]);
    expect(seen('outcomeUnknown')).toEqual([]);

    const fn = vi.fn(async () => 'sent').mockRejectedValueOnce(error);
    await policy.execute(fn, {
      ...write,
      resolveUnknown: async () => ({ outcome: 'absent', error }),
      resolveDeadlineMs: 1_000,
    });
    expect(seen('reconcileSettled')[1]).toMatchObject({ outcome: 'absent' });
    expect(seen('retryScheduled')).toMatchObject([{ reason: 'proven-absent', delayMs: 0 }]);

    const nobody = new WEEXError('nobody knows', { executionStatus: 'unknown' });
    await policy.executeOutcome(failing(error), {
      ...write,
      resolveUnknown: async () => ({ outcome: 'unknown', error: nobody }),
      resolveDeadlineMs: 1_000,
    });
    expect(seen('reconcileSettled')[2]).toMatchObject({ outcome: 'unknown', error: nobody });
    expect(seen('outcomeUnknown')).toEqual([
      { type: 'outcomeUnknown', at: 1_250, ...call, clientOrderId: 'mine-1', error: nobody },
    ]);
  });

  it('publishes a reconfiguration', () => {
    policyOf({ retry: { maxRetries: 1 }, deadlineMs: 100 }).reconfigure({
      deadlineMs: 200,
      bulkhead: { limit: 1 },
    });
    expect(events).toEqual([
      { type: 'policyReconfigured', at: 1_000, policy: 'orders', changed: ['deadlineMs', 'bulkhead'] },
    ]);
  });
});

describe('without listeners', () => {
  /** A call that meets everything: queue, retry, circuit, cool-down, fallback, reconciliation. */
  async function eventful(): Promise<void> {
    const policy = policyOf({
      retry: { maxRetries: 1, budget: { ratio: 0, minPerSecond: 0.1 } },
      circuitBreaker: { consecutiveFailures: 1, halfOpenAfterMs: 100 },
      bulkhead: { limit: 1, queue: 1 },
      coolDown: true,
      fallback: () => 'cached',
    });
    const unknown = new WEEXNetworkError('x', { executionStatus: 'unknown' });
    const calls = [
      policy.execute(failing(new WEEXRateLimitError('x', { retryAfter: 1 }))),
      policy.execute(failing(new WEEXNetworkError('x'))),
      policy.execute(failing(unknown), {
        resolveUnknown: async () => ({ outcome: 'unknown', error: unknown }),
      }),
    ];
    await clock.advance(60_000);
    await Promise.all(calls);
    policy.reconfigure({ deadlineMs: 100 });
  }

  it('creates no event and no call number', async () => {
    const publish = vi.spyOn(EventChannel.prototype, 'publish');
    stops.push(() => publish.mockRestore());
    await eventful();
    const told = publish.mock.calls.length;
    expect(told).toBeGreaterThan(15);
    const before = lastCallId();
    for (const stop of stops.splice(0, 1)) stop();
    expect(Object.values(channels).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
    await eventful();
    expect(publish).toHaveBeenCalledTimes(told);
    stops.push(onResilienceEvent('*', (event) => events.push(event)));
    await policyOf({}).execute(async () => 1);
    expect(lastCallId()).toBe(before + 1);
  });

  const lastCallId = () => Math.max(...seen('callSettled').map(({ callId }) => callId));
});

describe('a faulty listener', () => {
  const faults: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('listener');
    },
    rejects: () => Promise.reject(new Error('listener')),
    'never settles': () => new Promise(() => {}),
    'blocks a while': () => {
      for (let turn = 0, sum = 0; turn < 100_000; turn += 1) sum += turn;
    },
  };

  for (const [fault, listener] of Object.entries(faults)) {
    it(`that ${fault} on every event affects no call`, async () => {
      const run = async (): Promise<unknown> => {
        const time = createFakeClock(1_000);
        const policy = createPolicy({
          clock: time,
          random: () => 0.5,
          retry: { maxRetries: 2 },
          circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 1_000 },
          bulkhead: { limit: 1, queue: 3 },
          attemptTimeoutMs: 500,
        });
        const calls: string[] = [];
        const results = ['a', 'b', 'c', 'd', 'e'].map((name) =>
          policy.executeOutcome(async ({ attempt }) => {
            calls.push(`${name}${attempt} at ${time.now()}`);
            if (name !== 'b' || attempt === 0) throw new WEEXNetworkError(name);
            return name;
          }),
        );
        await time.advance(60_000);
        const outcomes = await Promise.all(results);
        return [calls, outcomes.map((outcome) => (outcome.ok ? outcome.value : String(outcome.error)))];
      };
      for (const stop of stops.splice(0)) stop();
      const alone = await run();
      stops.push(onResilienceEvent('*', listener));
      expect(await run()).toEqual(alone);
    });
  }
});

describe('what an operator sees', () => {
  it('shows from logs and tracker what failed, since when, what was done and whether money is at risk', async () => {
    const lines: [level: string, record: object, message: string | undefined][] = [];
    const write = (level: string) => (record: object, message?: string) => {
      lines.push([level, record, message]);
    };
    const logger = { info: write('info'), warn: write('warn'), error: write('error') };
    const tracker = new ErrorTracker({ clock });
    stops.push(logErrors(logger, { clock }), logEvents(logger, { clock }), tracker.attach());
    const policy = policyOf({ circuitBreaker: { consecutiveFailures: 3, halfOpenAfterMs: 5_000 } });
    for (let count = 0; count < 3; count += 1) {
      const error = new WEEXNetworkError('gone', { code: 'ECONNRESET', executionStatus: 'unknown' });
      await policy.executeOutcome(failing(error), {
        operation: 'placeOrder',
        clientOrderId: `mine-${count}`,
      });
      await clock.advance(1_000);
    }
    await policy.executeOutcome(async () => 1, { operation: 'placeOrder' });
    expect(tracker.summary()).toMatchObject({
      totalErrors: 4,
      errorTypes: { WEEXNetworkError: 3, WEEXCircuitOpenError: 1 },
      firstSeen: new Date(1_000),
      unknownOutcomes: { count: 3, share: 0.75 },
      operations: [{ operation: 'placeOrder', count: 4, unknownOutcomes: 3 }],
    });
    expect(lines.map(([level, , message]) => `${level}: ${message}`)).toEqual([
      'error: Outcome unknown',
      'error: Network error occurred',
      'error: Outcome unknown',
      'error: Network error occurred',
      'warn: Circuit opened',
      'error: Outcome unknown',
      'error: Network error occurred',
      'error: Rejected by an open circuit',
    ]);
    expect(lines[0]?.[1]).toMatchObject({ clientOrderId: 'mine-0', executionStatus: 'unknown' });
  });
});
