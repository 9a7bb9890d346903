import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  ErrorTracker,
  onResilienceEvent,
  PolicyRegistry,
  type ResilienceEvent,
  WEEXRateLimitError,
  WEEXSystemError,
} from '../../src/index.js';

const options = {
  deadlineMs: 10_000,
  circuitBreaker: { consecutiveFailures: 1 },
  coolDown: true,
  retry: { maxRetries: 1, backoff: { initialDelayMs: 0 } },
} as const;

describe('onResilienceEvent with a registry', () => {
  it('receives events of the policies of that registry only, named and unnamed', async () => {
    const [ours, theirs] = [new PolicyRegistry(), new PolicyRegistry()];
    const events: ResilienceEvent[] = [];
    const stop = onResilienceEvent('*', (event) => events.push(event), { registry: ours });
    const failure = () => Promise.reject(new WEEXSystemError('down', { executionStatus: 'not-executed' }));
    const busy = () => Promise.reject(new WEEXRateLimitError('busy', { retryAfter: 60 }));
    for (const policy of [theirs.define('orders', options), createPolicy(options)]) {
      await policy.executeOutcome(failure);
      await policy.executeOutcome(busy);
      policy.reconfigure({ deadlineMs: 1_000 });
    }
    expect(events).toEqual([]);
    const policy = ours.define('orders', options);
    await policy.executeOutcome(failure);
    policy.reset();
    await policy.executeOutcome(busy);
    await ours.create({ name: 'own' }).executeOutcome(failure);
    policy.reconfigure({ deadlineMs: 1_000 });
    stop();
    const types = events.map(({ type }) => type);
    expect(new Set(types)).toEqual(
      new Set([
        'callStarted',
        'attemptStarted',
        'circuitOpened',
        'attemptSettled',
        'retryScheduled',
        'callRefused',
        'callSettled',
        'circuitClosed',
        'coolDownEntered',
        'policyReconfigured',
      ]),
    );
    expect(events.some((event) => 'policy' in event && event.policy === 'own')).toBe(true);
  });

  it('distinguishes events that a listener causes within another', async () => {
    const [ours, theirs] = [new PolicyRegistry(), new PolicyRegistry()];
    const inner = theirs.define('inner', {});
    const outer = ours.define('outer', {});
    const heard: string[] = [];
    const stops = [
      onResilienceEvent('callStarted', ({ policy }) => policy === 'outer' && inner.execute(() => 1)),
      onResilienceEvent('callStarted', ({ policy }) => heard.push(policy), { registry: ours }),
    ];
    await outer.execute(() => 1);
    for (const stop of stops) stop();
    expect(heard).toEqual(['outer']);
  });
});

describe('ErrorTracker.attach with a registry', () => {
  it('counts what the policies of that registry see', async () => {
    const [ours, theirs] = [new PolicyRegistry(), new PolicyRegistry()];
    const tracker = new ErrorTracker();
    const stop = tracker.attach({ registry: ours });
    const failure = () => Promise.reject(new WEEXSystemError('down', { code: 50001 }));
    await theirs.define('orders', {}).executeOutcome(failure);
    await ours.define('orders', {}).executeOutcome(failure);
    stop();
    expect(tracker.summary().commonPatterns).toEqual([{ pattern: 'WEEXSystemError_50001', count: 1 }]);
  });
});
