import { callEvents } from '../events/call-events.js';
import { hold, release } from '../../observability/outbox.js';
import { ownErrors } from '../rules/own-errors.js';
import type { Attempt } from './attempt.js';
import type { Execution } from './execution.js';
import type { TimerPurpose } from './execution-timer.js';
import { reportFailure } from './report-failure.js';

/** The caller's signal aborted: the caller is released, whatever the execution is doing. */
export function abortByCaller(execution: Execution): void {
  if (execution.isOver) return;
  const now = execution.now();
  const reason: unknown = execution.options.signal?.reason;
  hold();
  try {
    execution.leaveWait(now);
    execution.recovery?.stopLookup({ outcome: 'unknown', error: reason }, reason, now);
    const { attempt } = execution;
    execution.attempt = undefined;
    if (attempt) {
      attempt.permit?.drop(now);
      callEvents.attemptSettled(execution, attempt, 'aborted', reason, now);
      attempt.abandon(reason, now);
    }
    execution.end(false, reason, now, 'aborted');
  } finally {
    release();
  }
}

/**
 * Rejects a few microtask turns later: a surrounding policy that aborted this one, such as a cockatiel timeout,
 * rejects with its own error and needs that long to do so.
 */
export async function failLater(
  fail: ((error: unknown) => void) | undefined,
  reason: unknown,
): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  fail?.(reason);
}

/** The timer of the execution has fired. */
export function timeIsUp(execution: Execution, purpose: TimerPurpose, now: number): void {
  if (purpose === 'retry') execution.enter(now);
  else if (purpose === 'queue') {
    execution.leaveWait(now);
    const error = ownErrors.bulkheadFull(execution, 'had no slot within maxWaitMs');
    execution.reject({ reason: 'queue-timeout', error }, now);
  } else if (purpose === 'resolve') execution.failures.lookUpTimedOut(now);
  else if (purpose === 'fallback') execution.end(false, execution.lastError, now, 'failure');
  else if (execution.attempt) timeOut(execution, execution.attempt, purpose, now);
  else {
    execution.leaveWait(now);
    execution.runOut(now);
  }
}

function timeOut(execution: Execution, attempt: Attempt, scope: 'attempt' | 'deadline', now: number): void {
  const error = ownErrors.timedOut(execution, scope, execution.mayRepeat ? undefined : 'unknown');
  execution.attempt = undefined;
  const coolDownMs = reportFailure(execution, attempt, error, now);
  callEvents.attemptSettled(execution, attempt, 'failure', error, now);
  attempt.abandon(error, now);
  execution.failures.attemptFailed(attempt, error, coolDownMs, now);
}
