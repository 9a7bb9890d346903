import { callEvents } from '../events/call-events.js';
import { hold, release } from '../../observability/outbox.js';
import type { Attempt } from './attempt.js';
import type { Execution } from './execution.js';
import { reportFailure } from './report-failure.js';

/** A placeholder for a time that is never read. */
const unread = 0;

/** Settles an attempt whose method returned a value, and returns that value. */
export function attemptSucceeded(execution: Execution, attempt: Attempt, value: unknown): unknown {
  const { permit } = attempt;
  const needsTime = callEvents.wantSettled() || execution.policy.stale || permit?.needsTime;
  const now = needsTime ? execution.now() : (execution.startedAt ?? unread);
  hold();
  try {
    const isCurrent = execution.attempt === attempt;
    if (isCurrent) {
      execution.attempt = undefined;
      execution.disarm();
      permit?.succeed(attempt.startedAt, now);
      callEvents.attemptSettled(execution, attempt, 'success', undefined, now);
    }
    // The circuit and the cool-down are informed before another call takes the slot.
    attempt.release();
    if (isCurrent || takesLate(execution, value)) endWell(execution, attempt, value, now);
  } finally {
    release();
  }
  return value;
}

function endWell(execution: Execution, { sent }: Attempt, value: unknown, now: number): void {
  const { options, policy } = execution;
  if (policy.stale && !options.resolveUnknown && !sent) policy.stale.keep(options, value, now);
  execution.end(true, value, now, 'success');
}

/** Whether a late success ends the execution: it is proof, and the answer unless a newer attempt is running. */
function takesLate(execution: Execution, value: unknown): boolean {
  const { attempt, policy, state } = execution;
  if (attempt || state === 'over' || state === 'fallback') return false;
  const now = policy.clock.now();
  execution.leaveWait(now);
  execution.recovery?.stopLookup({ outcome: 'found', value }, new Error('The answer came after all'), now);
  return true;
}

/** Settles an attempt whose method failed. The return value replaces the result of its promise. */
export function attemptFailed(execution: Execution, attempt: Attempt, error: unknown): unknown {
  const now = execution.now();
  const isCurrent = execution.attempt === attempt;
  hold();
  try {
    if (isCurrent) {
      execution.attempt = undefined;
      execution.disarm();
    }
    const coolDownMs = reportFailure(execution, attempt, error, now);
    if (isCurrent) callEvents.attemptSettled(execution, attempt, 'failure', error, now);
    attempt.release();
    if (isCurrent) execution.failures.attemptFailed(attempt, error, coolDownMs, now);
  } catch (fault) {
    // A clock or a random source of the program that throws ends the call: otherwise nothing would.
    execution.end(false, fault, now, 'failure');
  } finally {
    release();
  }
  return execution.afterFailure();
}
