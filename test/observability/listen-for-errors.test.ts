import { afterEach, describe, expect, it } from 'vitest';
import { ErrorTracker, WEEXError } from '../../src/index.js';
import { channels } from '../../src/observability/channels.js';

let detach = (): void => {};
afterEach(() => detach());

function attached(): ErrorTracker {
  const tracker = new ErrorTracker();
  detach = tracker.attach();
  return tracker;
}

const base = { at: 1, policy: 'p', operation: 'placeOrder' };

function classify(error: unknown): void {
  channels.errorClassified.publish({ at: 1, error });
}

function settleAttempt(callId: number, error: unknown, attempt = 0): void {
  channels.attemptSettled.publish({ ...base, callId, outcome: 'failure', error, attempt, durationMs: 1 });
}

function settleCall(callId: number, error: unknown): void {
  channels.callSettled.publish({ ...base, callId, outcome: 'failure', error, attempts: 1, durationMs: 1 });
}

describe('an attached tracker', () => {
  it('counts an error once on its way up through interceptor, attempt, call and an outer policy', () => {
    const tracker = attached();
    const error = new WEEXError('x', { code: 1 });
    classify(error);
    settleAttempt(2, error);
    settleCall(2, error);
    settleAttempt(1, error);
    settleCall(1, error);
    expect(tracker.summary()).toMatchObject({ totalErrors: 1 });
  });

  it('counts every failed attempt', () => {
    const tracker = attached();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = new WEEXError('x', { code: attempt });
      classify(error);
      settleAttempt(1, error, attempt);
      if (attempt === 2) settleCall(1, error);
    }
    expect(tracker.summary()).toMatchObject({ totalErrors: 3 });
  });

  it('counts one object as often as it is thrown', () => {
    const tracker = attached();
    const error = new WEEXError();
    settleAttempt(1, error, 0);
    settleAttempt(1, error, 1);
    settleCall(1, error);
    settleAttempt(2, error, 0);
    settleCall(2, error);
    settleCall(3, error);
    settleCall(4, error);
    expect(tracker.summary().totalErrors).toBe(5);
  });

  it('counts a value that is not an object once per failed attempt', () => {
    const tracker = attached();
    settleAttempt(1, 'text');
    settleCall(1, 'text');
    expect(tracker.summary()).toMatchObject({ totalErrors: 1, operations: [{ operation: 'placeOrder' }] });
  });

  it('counts a call that was refused before any attempt, and no success or abort', () => {
    const tracker = attached();
    settleCall(1, new WEEXError());
    channels.callSettled.publish({ ...base, callId: 2, outcome: 'success', attempts: 1, durationMs: 1 });
    channels.callSettled.publish({
      ...base,
      callId: 3,
      outcome: 'aborted',
      error: new Error('stop'),
      attempts: 0,
      durationMs: 1,
    });
    expect(tracker.summary()).toMatchObject({ totalErrors: 1 });
  });

  it('receives nothing after its detach', () => {
    const tracker = attached();
    detach();
    settleCall(1, new WEEXError());
    expect(tracker.summary().totalErrors).toBe(0);
    expect(Object.values(channels).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
  });
});
