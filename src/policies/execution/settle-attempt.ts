import { callEvents } from '../events/call-events.js';
import { hold, release } from '../../observability/outbox.js';
import type { Attempt } from './attempt.js';
import type { Execution } from './execution.js';
import { reportFailure } from './report-failure.js';

/** Stands for a time that nobody looks at. */
const unread = 0;

/** The method of an attempt gave a value, which comes back. */
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
    // Circuit and cool-down know before anybody takes the slot.
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

/** A late success is a proof: while nothing newer runs it is the answer. */
function takesLate(execution: Execution, value: unknown): boolean {
  const { attempt, policy, state } = execution;
  if (attempt || state === 'over' || state === 'fallback') return false;
  const now = policy.clock.now();
  execution.leaveWait(now);
  execution.recovery?.stopLookup({ outcome: 'found', value }, new Error('The answer came after all'), now);
  return true;
}

/** The method of an attempt failed. What comes back stands for its value. */
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
  } finally {
    release();
  }
  return execution.afterFailure();
}
